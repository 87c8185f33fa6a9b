#include "logql/engine.h"

#include <algorithm>
#include <stdexcept>

#include "logql/log_run.h"
#include "logql/meter.h"

namespace incident::logql {
namespace {

constexpr std::int64_t kMs = 1'000'000;

std::int64_t floor_ms(std::int64_t ns) {
  return ns / kMs - (ns % kMs < 0 ? 1 : 0);
}

std::string with_commas(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// The range aggregations, evaluated, as PromQL's engine reads series: each under the name that stands for it
// in the expression, with the value of a step at the step's own time.
class Ranges : public promql::Queryable {
 public:
  std::vector<std::vector<promql::SeriesView>> ranges;

  std::vector<promql::SeriesView> select(std::span<const Matcher> matchers, std::int64_t,
                                         std::int64_t) const override {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (matchers.back().value == series_name(i)) return ranges[i];
    }
    return {};
  }
  // The engine asks for none of these.
  std::vector<LabelsPtr> series(std::span<const Matcher>, std::int64_t, std::int64_t) const override {
    return {};
  }
  std::vector<std::string> label_names(std::span<const Matcher>, std::int64_t, std::int64_t) const override {
    return {};
  }
  std::vector<std::string> label_values(std::string_view, std::span<const Matcher>, std::int64_t,
                                        std::int64_t) const override {
    return {};
  }
};

QueryErrorType type_of(promql::QueryErrorType type) {
  switch (type) {
    case promql::QueryErrorType::kTimeout:
      return QueryErrorType::kTimeout;
    case promql::QueryErrorType::kCanceled:
      return QueryErrorType::kCanceled;
    default:
      return QueryErrorType::kBadRequest;
  }
}

promql::QueryResult run_metric(const Source& source, const Query& query, const Steps& steps, bool instant,
                               const EngineOptions& options, const StopCheck& stop, Meter& meter) {
  Ranges ranges;
  for (const RangeAggregation& range : query.ranges)
    ranges.ranges.push_back(run_range(source, range, steps, meter));
  promql::EngineOptions algebra;
  algebra.lookback_ms = 0;
  algebra.samples_max = options.samples_max;
  algebra.series_max = options.streams_max;
  algebra.steps_max = options.steps_max;
  auto result = instant ? promql::instant_query(ranges, *query.metric, steps.start_ms, algebra, stop)
                        : promql::range_query(ranges, *query.metric, steps.start_ms,
                                              steps.at(steps.count - 1), steps.step_ms, algebra, stop);
  if (!result) throw QueryFault{type_of(result.error().type), result.error().message};
  if (instant && !query.sorted) {
    std::sort(result->series.begin(), result->series.end(),
              [](const auto& a, const auto& b) { return *a.labels < *b.labels; });
  }
  return std::move(*result);
}

bool out_of_range(std::int64_t ns) {
  return ns > limits::kTimeMaxNs || ns < -limits::kTimeMaxNs;
}

QueryError bad(std::string message) {
  return {QueryErrorType::kBadRequest, std::move(message)};
}

QueryError unreadable(const Error& error) {
  return {error.code == ErrorCode::kResourceExhausted ? QueryErrorType::kLimit : QueryErrorType::kBadRequest,
          error.message};
}

template <class Run>
QueryOutcome<QueryResult> guarded(const EngineOptions& options, const StopCheck& stop, Run run) {
  try {
    Meter meter(options, stop);
    QueryResult result;
    run(meter, result);
    result.stats = meter.stats();
    return result;
  } catch (const QueryFault& fault) {
    return QueryError{fault.type, fault.message};
  }
}

}  // namespace

QueryOutcome<QueryResult> instant_query(const Source& source, std::string_view text, std::int64_t time_ns,
                                        const EngineOptions& options, const StopCheck& stop) {
  const auto query = parse_query(text);
  if (!query) return unreadable(query.error());
  if (query->log)
    return bad(
        "log queries are not supported as an instant query type, please change your query to a range query "
        "type");
  if (out_of_range(time_ns)) return bad("the time is out of range");
  return guarded(options, stop, [&](Meter& meter, QueryResult& result) {
    result.metric = run_metric(source, *query, {floor_ms(time_ns), 1, 1}, true, options, stop, meter);
  });
}

QueryOutcome<QueryResult> range_query(const Source& source, std::string_view text, const LogRange& range,
                                      const EngineOptions& options, const StopCheck& stop) {
  const auto query = parse_query(text);
  if (!query) return unreadable(query.error());
  if (out_of_range(range.start_ns) || out_of_range(range.end_ns)) return bad("the time is out of range");
  if (range.end_ns < range.start_ns) return bad("end timestamp must not be before or equal to start time");
  if (query->log) {
    if (range.limit == 0) return bad("limit must be a positive value");
    if (range.limit > options.entries_max)
      return QueryError{QueryErrorType::kLimit,
                        "max entries limit per query exceeded, limit > max_entries_limit (" +
                            std::to_string(range.limit) + " > " + std::to_string(options.entries_max) + ")"};
    return guarded(options, stop, [&](Meter& meter, QueryResult& result) {
      result.is_log = true;
      result.streams = run_log_query(source, *query->log, range, meter);
    });
  }
  const std::int64_t step_ms = range.step_ns / kMs;
  if (step_ms <= 0)
    return bad("zero or negative query resolution step widths are not accepted. Try a positive integer");
  const std::int64_t start_ms = floor_ms(range.start_ns);
  const std::int64_t steps = (floor_ms(range.end_ns) - start_ms) / step_ms;
  if (steps > options.steps_max)
    return QueryError{QueryErrorType::kLimit,
                      "exceeded maximum resolution of " + with_commas(options.steps_max) +
                          " points per time series. Try increasing the value of the step "
                          "parameter"};
  return guarded(options, stop, [&](Meter& meter, QueryResult& result) {
    const Steps at{start_ms, step_ms, static_cast<std::size_t>(steps) + 1};
    result.metric = run_metric(source, *query, at, false, options, stop, meter);
  });
}

void throw_exception_from_error(const QueryError& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

}  // namespace incident::logql
