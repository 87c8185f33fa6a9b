#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "traces/engine.h"

namespace incident::traces {
namespace {

using promql::Labels;
using promql::Sample;

// How much a counter grew in (from, to]. A series that begins, or begins again after a stale marker or with a
// lower value, began at zero.
double growth(const std::vector<Sample>& samples, std::int64_t from_ms) {
  double before = 0, grown = 0;
  for (const Sample& sample : samples) {
    if (promql::is_stale(sample.v)) {
      before = 0;
      continue;
    }
    if (sample.t_ms > from_ms) grown += sample.v < before ? sample.v : sample.v - before;
    before = sample.v;
  }
  return grown;
}

bool failed_http(const Labels& labels) {
  const std::string_view status = labels.get("http_response_status_code");
  return !labels.get("error_type").empty() || (!status.empty() && status.front() >= '4');
}
bool failed_statement(const Labels& labels) {
  return !labels.get("error_type").empty();
}
bool failed_customer(const Labels& labels) {
  return labels.get("outcome") == "failed";
}

// What customers ask for, by its name: whose it is. Empty when two services have something of that name.
std::map<std::string, std::string, std::less<>> customers_steps(const telemetry::Names& names) {
  std::map<std::string, std::string, std::less<>> steps;
  for (std::size_t i = 0; i < names.model().edges.size(); ++i) {
    const sim::EdgeId edge(i);
    if (names.service(names.model().edges[i].from).kind != sim::ServiceKind::kUsers) continue;
    const std::string& callee = names.service(names.callee(edge)).name;
    const auto [at, added] = steps.emplace(names.operation(names.operation_of(edge)).name, callee);
    if (!added && at->second != callee) at->second.clear();
  }
  return steps;
}

}  // namespace

QueryOutcome<std::vector<Dependency>> dependencies(const telemetry::MetricStore& metrics,
                                                   const telemetry::Names& names, SimTime from, SimTime to,
                                                   const StopCheck& stop) {
  if (to < from) return QueryError{QueryErrorType::kBadRequest, "the end lies before the start"};
  const telemetry::MetricView view(metrics, 0);
  const std::int64_t from_ms = std::max<std::int64_t>(from.milliseconds(), 0);
  const std::int64_t to_ms = std::min(to.milliseconds(), metrics.last_scrape().milliseconds());
  const auto steps = customers_steps(names);
  struct Count {
    double calls = 0, errors = 0;
  };
  std::map<std::pair<std::string, std::string>, Count> counts;
  struct Source {
    const char* metric;
    bool (*failed)(const Labels&);
  };
  constexpr Source kSources[] = {{"http_client_request_duration_seconds_count", failed_http},
                                 {"db_client_operation_duration_seconds_count", failed_statement},
                                 {"user_requests_total", failed_customer}};
  for (const Source& source : kSources) {
    const std::vector<promql::Matcher> matchers{promql::Matcher::equal("__name__", source.metric)};
    // One scrape more, for the value to begin with.
    const std::int64_t first_ms = from_ms - metrics.interval().milliseconds() + 1;
    std::size_t looked_at = 0;
    for (const promql::SeriesView& series : view.select(matchers, first_ms, to_ms)) {
      if (looked_at++ % limits::kCheckIntervalSeries == 0 && stop) {
        const promql::Stop now = stop();
        if (now == promql::Stop::kTimeout)
          return QueryError{QueryErrorType::kTimeout, "the count of calls timed out"};
        if (now == promql::Stop::kCanceled)
          return QueryError{QueryErrorType::kCanceled, "the count of calls was canceled"};
      }
      const double grown = growth(series.samples, from_ms);
      if (grown <= 0) continue;
      std::string_view callee = series.labels->get("server_address");
      if (source.failed == failed_customer) {
        const auto step = steps.find(series.labels->get("step"));
        callee = step == steps.end() ? std::string_view() : step->second;
      }
      if (callee.empty()) continue;
      Count& count = counts[{std::string(series.labels->get("service")), std::string(callee)}];
      count.calls += grown;
      if (source.failed(*series.labels)) count.errors += grown;
    }
  }
  std::vector<Dependency> found;
  found.reserve(counts.size());
  for (const auto& [pair, count] : counts)
    found.push_back({pair.first, pair.second, static_cast<std::uint64_t>(std::llround(count.calls)),
                     static_cast<std::uint64_t>(std::llround(count.errors))});
  return found;
}

}  // namespace incident::traces
