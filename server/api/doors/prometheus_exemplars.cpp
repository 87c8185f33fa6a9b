// Exemplars: kept traces whose spans were counted in a histogram's bucket. A span gives the labels of the
// series it was counted in; only series that exist are answered, each exemplar at the smallest bucket that
// holds it.
#include <algorithm>
#include <map>

#include "api/doors/prometheus_call.h"
#include "api/limits.h"
#include "promql/number.h"
#include "promql/parser.h"
#include "traces/engine.h"

namespace incident::api::prometheus {
namespace {

constexpr std::string_view kBucketSuffix = "_bucket";

struct Exemplar {
  std::string trace, span;
  double value = 0;
  std::int64_t t_ms = 0;
};

struct Bucket {
  double le = 0;
  promql::LabelsPtr labels;
  std::vector<Exemplar> exemplars;
};

// By a histogram's labels without `le`: its buckets by their bounds.
using Histograms = std::map<promql::Labels, std::vector<Bucket>>;

void each_selector(const promql::Expr& expr, std::vector<const promql::Expr*>& out) {
  if (expr.kind == promql::ExprKind::kVector) out.push_back(&expr);
  for (const auto& arg : expr.args) each_selector(*arg, out);
}

Histograms histograms_of(const Call& call, const promql::Expr& expr, std::int64_t from, std::int64_t to) {
  std::vector<const promql::Expr*> selectors;
  each_selector(expr, selectors);
  Histograms histograms;
  for (const promql::Expr* selector : selectors) {
    for (const auto& labels : call.metrics().series(selector->matchers, from, to)) {
      if (!labels->metric_name().ends_with(kBucketSuffix)) continue;
      const auto le = promql::parse_number(labels->get(promql::kBucketLabel));
      if (!le) continue;
      promql::Labels key = *labels;
      key.erase(promql::kBucketLabel);
      auto& buckets = histograms[key];
      const bool known =
          std::any_of(buckets.begin(), buckets.end(), [&](const Bucket& bucket) { return bucket.le == *le; });
      if (!known) buckets.push_back({*le, labels, {}});
    }
  }
  for (auto& [key, buckets] : histograms)
    std::sort(buckets.begin(), buckets.end(), [](const Bucket& a, const Bucket& b) { return a.le < b.le; });
  return histograms;
}

// The labels of the histogram that a span was counted in.
promql::Labels histogram_labels(const telemetry::Span& span) {
  const auto attribute = [&](std::string_view name) -> std::string {
    for (const auto& [key, value] : span.attributes) {
      if (key == name) return value;
    }
    return {};
  };
  const bool server = span.kind == telemetry::SpanKind::kServer;
  const bool store = !attribute("db.operation.name").empty();
  promql::Labels labels;
  labels.set("service", span.service);
  labels.set("pod", span.pod);
  labels.set("version", span.version);
  if (!server) labels.set("server_address", attribute("server.address"));
  if (store) {
    labels.set(promql::kMetricName, server ? "db_server_statement_duration_seconds_bucket"
                                           : "db_client_operation_duration_seconds_bucket");
    labels.set("db_operation_name", attribute("db.operation.name"));
    labels.set("error_type", attribute("error.type"));
    return labels;
  }
  labels.set(promql::kMetricName, server ? "http_server_request_duration_seconds_bucket"
                                         : "http_client_request_duration_seconds_bucket");
  labels.set("http_response_status_code", attribute("http.response.status_code"));
  if (server) {
    labels.set("http_request_method", attribute("http.request.method"));
    labels.set("http_route", attribute("http.route"));
  } else if (attribute("http.response.status_code").empty()) {
    labels.set("error_type", attribute("error.type"));
  }
  return labels;
}

void place(const Call& call, const telemetry::Trace& trace, std::int64_t from, std::int64_t to,
           Histograms& histograms) {
  for (const auto& span : trace.spans) {
    const std::int64_t t_ms = call.view().unix_ms(span.start + span.duration);
    if (t_ms < from || t_ms > to || span.pod.empty()) continue;
    const auto found = histograms.find(histogram_labels(span));
    if (found == histograms.end()) continue;
    const double value = span.duration.seconds();
    for (Bucket& bucket : found->second) {
      if (value > bucket.le) continue;
      if (bucket.exemplars.size() < kExemplarsPerSeriesMax)
        bucket.exemplars.push_back({trace.summary.id, span.id, value, t_ms});
      break;
    }
  }
}

// Kept traces of a span of time, the newest first, until `visit` says false.
template <class Visit>
void each_trace(const telemetry::TraceStore& store, SimTime from, SimTime to, Visit visit) {
  traces::Search search;
  search.from = from;
  search.to = to;
  search.limit = kExemplarTracesMax;
  const auto places = traces::search(store, search);
  if (!places) return;
  for (const auto& place : *places) {
    if (!visit(store.trace(place))) return;
  }
}

Json series_json(const Bucket& bucket) {
  Json exemplars = Json::array();
  for (auto it = bucket.exemplars.rbegin(); it != bucket.exemplars.rend(); ++it) {
    exemplars.push_back({{"labels", {{"trace_id", it->trace}, {"span_id", it->span}}},
                         {"value", value_text(it->value)},
                         {"timestamp", static_cast<double>(it->t_ms) / 1000}});
  }
  return {{"seriesLabels", labels_json(*bucket.labels)}, {"exemplars", std::move(exemplars)}};
}

}  // namespace

net::Response query_exemplars(const Call& call) {
  const auto from = call.time("start", std::nullopt);
  if (!from) return failed(from.error());
  const auto to = call.time("end", std::nullopt);
  if (!to) return failed(to.error());
  if (*to < *from) {
    return failed(
        QueryError{QueryErrorType::kBadData, "end timestamp must not be before start timestamp", ""});
  }
  const auto expr = promql::parse_expr(call.text("query"));
  if (!expr) return failed(QueryError{QueryErrorType::kBadData, expr.error().message, ""});
  Histograms histograms = histograms_of(call, **expr, *from, *to);
  if (!histograms.empty()) {
    const auto sim = [&](std::int64_t ms) {
      return SimTime{} + milliseconds(ms - call.view().sim_epoch_ms());
    };
    each_trace(call.telemetry().traces(), sim(*from), sim(*to), [&](const telemetry::Trace& trace) {
      place(call, trace, *from, *to, histograms);
      return !call.stop() || call.stop()() == promql::Stop::kNo;
    });
  }
  Json list = Json::array();
  for (const auto& [key, buckets] : histograms) {
    for (const Bucket& bucket : buckets) {
      if (!bucket.exemplars.empty()) list.push_back(series_json(bucket));
    }
  }
  return answered(list);
}

}  // namespace incident::api::prometheus
