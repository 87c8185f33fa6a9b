#include "promql/engine.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "promql/evaluator.h"
#include "promql/parser.h"

namespace incident::promql {

namespace {

QueryError parse_error(const Error& error) {
  return {QueryErrorType::kBadData, error.message, "query"};
}

std::string with_commas(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// Rows with their values; an instant answer keeps its order, a range answer comes by labels.
std::vector<ResultSeries> collect(const Frame& frame, const StepRange& steps) {
  std::vector<ResultSeries> out;
  for (std::size_t row = 0; row < frame.size(); ++row) {
    ResultSeries series{frame.labels_ptr(row), {}};
    const double* values = frame.row(row);
    for (std::size_t i = 0; i < steps.count; ++i)
      if (has_value(values[i])) series.points.push_back({steps.at(i), values[i]});
    if (!series.points.empty()) out.push_back(std::move(series));
  }
  return out;
}

void sort_by_labels(std::vector<ResultSeries>& series) {
  std::sort(series.begin(), series.end(),
            [](const ResultSeries& a, const ResultSeries& b) { return *a.labels < *b.labels; });
}

// A range vector as the answer itself: the samples of its one window.
std::vector<ResultSeries> collect(RangeVector range, const StepRange& steps, bool left_open) {
  std::vector<ResultSeries> out;
  const std::int64_t end = range.place.window_end(steps.start_ms);
  const std::int64_t start = end - range.place.range_ms + (left_open ? 1 : 0);
  for (SeriesView& view : range.series) {
    std::erase_if(view.samples, [&](const Sample& s) { return s.t_ms < start || s.t_ms > end; });
    if (!view.samples.empty()) out.push_back({std::move(view.labels), std::move(view.samples)});
  }
  return out;
}

bool out_of_range(std::int64_t time_ms) {
  return time_ms > limits::kTimeMaxMs || time_ms < -limits::kTimeMaxMs;
}

QueryError time_error(const char* parameter) {
  return {QueryErrorType::kBadData,
          "time is out of range: at most " + std::to_string(limits::kTimeMaxMs / 1000) + " seconds",
          parameter};
}

template <class Run>
QueryOutcome<QueryResult> guarded(const EngineOptions& options, const StopCheck& stop, Run run) {
  Budget budget(options.samples_max, stop);
  try {
    budget.look();
    QueryResult result = run(budget);
    result.peak_samples = budget.peak();
    return result;
  } catch (const QueryFault& fault) {
    return QueryError{fault.type, fault.message, {}};
  }
}

}  // namespace

QueryOutcome<QueryResult> instant_query(const Queryable& store, const Expr& expr, std::int64_t time_ms,
                                        const EngineOptions& options, const StopCheck& stop) {
  if (out_of_range(time_ms)) return time_error("time");
  return guarded(options, stop, [&](Budget& budget) {
    Evaluator evaluator(store, options, budget, time_ms, time_ms);
    const StepRange steps{time_ms, 1, 1};
    QueryResult result;
    result.type = value_type(expr);
    result.time_ms = time_ms;
    switch (result.type) {
      case ValueType::kScalar:
        result.scalar = evaluator.scalar(expr, steps)[0];
        break;
      case ValueType::kString:
        result.text = unwrap(expr).text;
        break;
      case ValueType::kMatrix:
        result.series = collect(evaluator.range(expr, steps), steps, options.left_open_ranges);
        sort_by_labels(result.series);
        break;
      default:
        result.series = collect(evaluator.vector(expr, steps), steps);
    }
    return result;
  });
}

QueryOutcome<QueryResult> range_query(const Queryable& store, const Expr& expr, std::int64_t start_ms,
                                      std::int64_t end_ms, std::int64_t step_ms, const EngineOptions& options,
                                      const StopCheck& stop) {
  if (step_ms <= 0)
    return QueryError{
        QueryErrorType::kBadData,
        "zero or negative query resolution step widths are not accepted. Try a positive integer", "step"};
  if (end_ms < start_ms)
    return QueryError{QueryErrorType::kBadData, "end timestamp must not be before start time", "end"};
  if (out_of_range(start_ms)) return time_error("start");
  if (out_of_range(end_ms)) return time_error("end");
  const std::uint64_t span = static_cast<std::uint64_t>(end_ms) - static_cast<std::uint64_t>(start_ms);
  if (span / static_cast<std::uint64_t>(step_ms) > static_cast<std::uint64_t>(options.steps_max))
    return QueryError{QueryErrorType::kBadData,
                      "exceeded maximum resolution of " + with_commas(options.steps_max) +
                          " points per timeseries. Try decreasing the query resolution (?step=XX)",
                      {}};
  const ValueType type = value_type(expr);
  if (type != ValueType::kScalar && type != ValueType::kVector)
    return QueryError{QueryErrorType::kBadData,
                      std::string("invalid expression type \"") + describe(type) +
                          "\" for range query, must be Scalar or instant Vector",
                      "query"};
  return guarded(options, stop, [&](Budget& budget) {
    Evaluator evaluator(store, options, budget, start_ms, end_ms);
    const StepRange steps{start_ms, step_ms,
                          static_cast<std::size_t>(span / static_cast<std::uint64_t>(step_ms)) + 1};
    QueryResult result;
    result.type = ValueType::kMatrix;
    if (type == ValueType::kScalar) {
      const auto values = evaluator.scalar(expr, steps);
      ResultSeries series{std::make_shared<Labels>(), {}};
      for (std::size_t i = 0; i < steps.count; ++i) series.points.push_back({steps.at(i), values[i]});
      result.series.push_back(std::move(series));
    } else {
      result.series = collect(evaluator.vector(expr, steps), steps);
      sort_by_labels(result.series);
    }
    return result;
  });
}

QueryOutcome<QueryResult> instant_query(const Queryable& store, std::string_view query, std::int64_t time_ms,
                                        const EngineOptions& options, const StopCheck& stop) {
  const auto expr = parse_expr(query);
  if (!expr) return parse_error(expr.error());
  return instant_query(store, **expr, time_ms, options, stop);
}

QueryOutcome<QueryResult> range_query(const Queryable& store, std::string_view query, std::int64_t start_ms,
                                      std::int64_t end_ms, std::int64_t step_ms, const EngineOptions& options,
                                      const StopCheck& stop) {
  const auto expr = parse_expr(query);
  if (!expr) return parse_error(expr.error());
  return range_query(store, **expr, start_ms, end_ms, step_ms, options, stop);
}

void throw_exception_from_error(const QueryError& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

}  // namespace incident::promql
