#include "scenario/experiments/series.h"

#include <algorithm>

#include "scenario/json_node.h"

namespace incident::scenario {
namespace {

// A store's statements and an application's requests have their own metrics.
constexpr SeriesKind kKinds[] = {
    {"requests", "req/s", "requests of customers that ended",
     "sum(rate(user_requests_total[15s])) or vector(0)", "", ""},
    {"goodput", "req/s", "requests of customers answered well and in time",
     "sum(rate(user_requests_total{outcome=\"ok\"}[15s])) or vector(0)", "", ""},
    {"harm", "percent", "requests of customers that failed or were slow",
     "100 * (sum(rate(user_requests_total{outcome!=\"ok\"}[15s])) or vector(0)) / "
     "sum(rate(user_requests_total[15s]))",
     "", ""},
    {"failures", "percent", "requests of customers that failed",
     "100 * (sum(rate(user_requests_total{outcome=\"failed\"}[15s])) or vector(0)) / "
     "sum(rate(user_requests_total[15s]))",
     "", ""},
    {"mean", "s", "what customers wait on average",
     "sum(rate(user_request_duration_seconds_sum[15s])) / "
     "sum(rate(user_request_duration_seconds_count[15s]))",
     "", ""},
    {"p50", "s", "what half of the customers wait at most",
     "histogram_quantile(0.5, sum by (le) (rate(user_request_duration_seconds_bucket[15s])))", "", ""},
    {"p99", "s", "what 99 of 100 customers wait at most",
     "histogram_quantile(0.99, sum by (le) (rate(user_request_duration_seconds_bucket[15s])))", "", ""},

    {"requests", "req/s", "requests that ended at a service",
     "sum(rate(http_server_request_duration_seconds_count{service=\"$\"}[15s])) or vector(0)",
     "sum(rate(db_server_statement_duration_seconds_count{service=\"$\"}[15s])) or vector(0)", "service"},
    {"errors", "percent", "requests that a service failed or refused",
     "100 * (sum(rate(http_server_request_duration_seconds_count{service=\"$\","
     "http_response_status_code=~\"5..|429|499\"}[15s])) or vector(0)) / "
     "sum(rate(http_server_request_duration_seconds_count{service=\"$\"}[15s]))",
     "100 * (sum(rate(db_server_statement_duration_seconds_count{service=\"$\",error_type!=\"\"}[15s])) or "
     "vector(0)) / sum(rate(db_server_statement_duration_seconds_count{service=\"$\"}[15s]))",
     "service"},
    {"mean", "s", "time of a service's requests on average",
     "sum(rate(http_server_request_duration_seconds_sum{service=\"$\"}[15s])) / "
     "sum(rate(http_server_request_duration_seconds_count{service=\"$\"}[15s]))",
     "sum(rate(db_server_statement_duration_seconds_sum{service=\"$\"}[15s])) / "
     "sum(rate(db_server_statement_duration_seconds_count{service=\"$\"}[15s]))",
     "service"},
    {"p50", "s", "median time of a service's requests",
     "histogram_quantile(0.5, sum by (le) "
     "(rate(http_server_request_duration_seconds_bucket{service=\"$\"}[15s])))",
     "histogram_quantile(0.5, sum by (le) "
     "(rate(db_server_statement_duration_seconds_bucket{service=\"$\"}[15s])))",
     "service"},
    {"p99", "s", "time of a service's requests, 99th percentile",
     "histogram_quantile(0.99, sum by (le) "
     "(rate(http_server_request_duration_seconds_bucket{service=\"$\"}[15s])))",
     "histogram_quantile(0.99, sum by (le) "
     "(rate(db_server_statement_duration_seconds_bucket{service=\"$\"}[15s])))",
     "service"},
    {"queue", "count", "requests that wait for a worker", "sum(http_server_queue_length{service=\"$\"})",
     "sum(db_server_queued_statements{service=\"$\"})", "service"},
    {"busy", "count", "workers that have a request", "sum(http_server_active_requests{service=\"$\"})",
     "sum(db_server_active_statements{service=\"$\"})", "service"},
    {"cpu", "percent", "CPU used, of the limit",
     "100 * sum(rate(container_cpu_usage_seconds_total{service=\"$\"}[15s])) / "
     "sum(container_spec_cpu_limit_cores{service=\"$\"})",
     "", "service"},
    {"pods", "count", "pods that take traffic",
     "sum(kube_deployment_status_replicas_available{service=\"$\"})", "", "service"},
    {"restarts", "count", "restarts of the pods that there are",
     "sum(kube_pod_container_status_restarts_total{service=\"$\"})", "", "service"},
    {"retries", "req/s", "attempts of a service's clients after the first",
     "sum(rate(http_client_retries_total{service=\"$\"}[15s])) or vector(0)", "", "service"},
    {"call errors", "percent", "attempts of a service's clients that failed",
     "100 * (sum(rate({__name__=~\"http_client_request_duration_seconds_count|"
     "db_client_operation_duration_seconds_count\",service=\"$\",error_type!=\"\"}[15s])) or vector(0)) / "
     "sum(rate({__name__=~\"http_client_request_duration_seconds_count|"
     "db_client_operation_duration_seconds_count\",service=\"$\"}[15s]))",
     "", "service"},
    {"calls", "req/s", "attempts that others made to call a service",
     "sum(rate({__name__=~\"http_client_request_duration_seconds_count|"
     "db_client_operation_duration_seconds_count\",server_address=\"$\"}[15s])) or vector(0)",
     "", "service"},
    {"call failures", "percent", "attempts to call a service that failed",
     "100 * (sum(rate({__name__=~\"http_client_request_duration_seconds_count|"
     "db_client_operation_duration_seconds_count\",server_address=\"$\",error_type!=\"\"}[15s])) or "
     "vector(0)) / "
     "sum(rate({__name__=~\"http_client_request_duration_seconds_count|"
     "db_client_operation_duration_seconds_count\",server_address=\"$\"}[15s]))",
     "", "service"},
    {"circuit", "count", "0 closed, 1 half open, 2 open: the worst of a service's circuit breakers",
     "max(circuit_breaker_state{service=\"$\"})", "", "service"},
    {"connections", "count", "connections that a database has open",
     "sum(db_server_connections{service=\"$\"})", "", "service"},

    {"waiting", "count", "calls that wait for a connection",
     "sum(db_client_connections_pending_requests{pool_name=\"$\"})", "", "pool"},
    {"used", "count", "connections in use",
     "sum(db_client_connections_usage{pool_name=\"$\",state=\"used\"})", "", "pool"},
    {"hit rate", "percent", "look-ups that found their key",
     "100 * (sum(rate(cache_requests_total{cache=\"$\",result=\"hit\"}[15s])) or vector(0)) / "
     "sum(rate(cache_requests_total{cache=\"$\"}[15s]))",
     "", "cache"},
    {"entries", "count", "keys in the cache", "sum(cache_entries{cache=\"$\"})", "", "cache"},
    {"lock waiters", "count", "transactions that wait for a row", "sum(db_server_lock_waiters{table=\"$\"})",
     "", "row locks"},
};

template <class Parts>
bool names_one(const Parts& parts, const std::string& name) {
  return std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return part.name == name; });
}

bool part_exists(const sim::Model& model, std::string_view kind, const std::string& name) {
  if (kind == "service") return names_one(model.services, name);
  if (kind == "pool") return names_one(model.pools, name);
  if (kind == "cache") return names_one(model.caches, name);
  return names_one(model.lock_sets, name);
}

bool is_store(const sim::Model& model, const std::string& name) {
  return std::any_of(model.services.begin(), model.services.end(), [&](const sim::ServiceSpec& s) {
    return s.name == name && (s.kind == sim::ServiceKind::kDatabase || s.kind == sim::ServiceKind::kCache);
  });
}

std::string with_part(std::string_view query, const std::string& part) {
  std::string out;
  for (const char c : query) {
    if (c == '$') {
      out += part;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::span<const SeriesKind> series_kinds() {
  return kKinds;
}

Result<NamedSeries> find_series(const sim::Model& model, std::span<const NamedSeries> own,
                                const std::string& name, const std::string& part) {
  const std::string whole = part.empty() ? name : name + " of " + part;
  for (const NamedSeries& series : own) {
    if (series.name == whole) return series;
  }
  std::vector<std::string_view> names;
  for (const SeriesKind& kind : kKinds) {
    names.push_back(kind.name);
    if (kind.name != name || kind.part.empty() != part.empty()) continue;
    if (!part.empty() && !part_exists(model, kind.part, part)) {
      return invalid("there is no " + std::string(kind.part) + " \"" + part + "\" whose " + name +
                     " could be looked at");
    }
    const bool store = !kind.store_query.empty() && is_store(model, part);
    return NamedSeries{whole, std::string(kind.unit), with_part(store ? kind.store_query : kind.query, part)};
  }
  for (const NamedSeries& series : own) names.push_back(series.name);
  std::string message = "there is no series \"" + whole + "\"";
  for (const SeriesKind& kind : kKinds) {
    if (kind.name == name) message += kind.part.empty() ? "" : "; say of which " + std::string(kind.part);
  }
  if (const auto near = nearest(name, names); !near.empty() && near != name)
    message += "; did you mean \"" + near + "\"?";
  return invalid(message);
}

}  // namespace incident::scenario
