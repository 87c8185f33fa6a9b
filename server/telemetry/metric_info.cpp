#include "telemetry/metric_info.h"

#include <algorithm>
#include <array>

#include "sim/gauges.h"

namespace incident::telemetry {
namespace {

using Kind = MetricKind;

// What calls, tasks, pods and parts show by themselves; what mechanisms publish is in sim/gauges.h.
constexpr MetricInfo kMetrics[] = {
    {"cache_entries", Kind::kGauge, "", "Entries that the cache holds."},
    {"cache_evictions_total", Kind::kCounter, "", "Entries that made room for others."},
    {"cache_requests_total", Kind::kCounter, "", "Look-ups in the cache, by result: hit or miss."},
    {"circuit_breaker_state", Kind::kGauge, "",
     "State of the caller's circuit breaker: 0 closed, 1 half open, 2 open."},
    {"container_cpu_usage_seconds_total", Kind::kCounter, "seconds", "CPU time that the container used."},
    {"container_spec_cpu_limit_cores", Kind::kGauge, "", "CPU limit of the container, in cores."},
    {"db_client_connections_max", Kind::kGauge, "", "Connections that the pool may hold."},
    {"db_client_connections_pending_requests", Kind::kGauge, "",
     "Requests that wait for a connection of the pool."},
    {"db_client_connections_timeouts_total", Kind::kCounter, "",
     "Requests that gave up waiting for a connection of the pool."},
    {"db_client_connections_usage", Kind::kGauge, "", "Connections of the pool by state: used or idle."},
    {"db_client_operation_duration_seconds", Kind::kHistogram, "seconds",
     "Time that a statement took, as its client saw it."},
    {"db_server_active_statements", Kind::kGauge, "", "Statements that the database works on."},
    {"db_server_connections", Kind::kGauge, "", "Connections that are open at the database."},
    {"db_server_connections_max", Kind::kGauge, "", "Connections that the database allows."},
    {"db_server_lock_waiters", Kind::kGauge, "", "Statements that wait for a row lock of the table."},
    {"db_server_queued_statements", Kind::kGauge, "", "Statements that wait to be worked on."},
    {"db_server_statement_duration_seconds", Kind::kHistogram, "seconds",
     "Time that a statement took at the database or cache."},
    {"http_client_request_duration_seconds", Kind::kHistogram, "seconds",
     "Time that an outgoing request took, each attempt by itself."},
    {"http_client_retries_total", Kind::kCounter, "", "Attempts after the first, by whom they went to."},
    {"http_server_active_requests", Kind::kGauge, "", "Requests that the pod works on."},
    {"http_server_queue_length", Kind::kGauge, "", "Requests that wait in the pod for a worker."},
    {"http_server_request_duration_seconds", Kind::kHistogram, "seconds",
     "Time that an incoming request took."},
    {"kube_deployment_status_replicas_available", Kind::kGauge, "", "Pods that are ready and take requests."},
    {"kube_pod_container_status_restarts_total", Kind::kCounter, "", "Restarts of the pod's container."},
    {"kube_pod_status_ready", Kind::kGauge, "", "Whether the pod is ready."},
    {"process_cpu_seconds_total", Kind::kCounter, "seconds", "CPU time that the process used."},
    {"up", Kind::kGauge, "", "1 if the pod answered the scrape, else 0."},
    {"user_request_duration_seconds", Kind::kHistogram, "seconds",
     "Time until a customer had an answer, by journey."},
    {"user_requests_total", Kind::kCounter, "",
     "Requests of customers, by journey, operation and outcome: ok, slow or failed."},
};

std::optional<MetricInfo> find(std::string_view family) {
  for (const MetricInfo& info : kMetrics) {
    if (info.family == family) return info;
  }
  for (const sim::GaugeInfo& gauge : sim::gauges()) {
    if (gauge.metric != family) continue;
    const bool seconds = family.ends_with("_seconds") || family.ends_with("_seconds_total");
    return MetricInfo{gauge.metric, gauge.counter ? Kind::kCounter : Kind::kGauge, seconds ? "seconds" : "",
                      gauge.help};
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(MetricKind kind) {
  constexpr std::array kNames = {"counter", "gauge", "histogram"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<MetricInfo> metric_info(std::string_view name) {
  if (const auto info = find(name)) return info;
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const auto info = find(name.substr(0, name.size() - suffix.size()));
    if (info && info->kind == Kind::kHistogram) return info;
  }
  return std::nullopt;
}

}  // namespace incident::telemetry
