// The door of the PromQL engine: a query and a storage in, an answer out. Plain functions without state, so
// any thread may call; a query runs on the thread that asks. Time is milliseconds of the storage's epoch.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "promql/ast.h"
#include "promql/budget.h"
#include "promql/limits.h"
#include "promql/queryable.h"

namespace incident::promql {

struct EngineOptions {
  std::int64_t lookback_ms = limits::kLookbackDefaultMs;
  std::int64_t subquery_step_ms = limits::kSubqueryStepDefaultMs;
  std::size_t samples_max = limits::kSamplesMax;
  std::size_t series_max = limits::kSeriesMax;
  std::int64_t steps_max = limits::kStepsMax;
  // Whether a sample exactly at the far edge of a range or of the lookback is left out, as in Prometheus 3;
  // Prometheus 2 counts it in.
  bool left_open_ranges = false;
};

struct QueryError {
  QueryErrorType type = QueryErrorType::kExecution;
  std::string message;
  std::string parameter;  // the request's parameter that is at fault ("query", "step"), if one is
};

struct ResultSeries {
  LabelsPtr labels;
  std::vector<Sample> points;  // one for an instant vector
};

struct QueryResult {
  ValueType type = ValueType::kNone;
  std::int64_t time_ms = 0;  // scalars and strings
  double scalar = 0;
  std::string text;
  std::vector<ResultSeries> series;  // vectors in the order of the answer, matrices by labels
  std::size_t peak_samples = 0;      // the most that were held at one time
};

template <class T>
using QueryOutcome = boost::system::result<T, QueryError>;

QueryOutcome<QueryResult> instant_query(const Queryable& store, std::string_view query, std::int64_t time_ms,
                                        const EngineOptions& options = {}, const StopCheck& stop = {});
QueryOutcome<QueryResult> range_query(const Queryable& store, std::string_view query, std::int64_t start_ms,
                                      std::int64_t end_ms, std::int64_t step_ms,
                                      const EngineOptions& options = {}, const StopCheck& stop = {});
// The same for a query that was parsed before, as a rule evaluated again and again is.
QueryOutcome<QueryResult> instant_query(const Queryable& store, const Expr& expr, std::int64_t time_ms,
                                        const EngineOptions& options = {}, const StopCheck& stop = {});
QueryOutcome<QueryResult> range_query(const Queryable& store, const Expr& expr, std::int64_t start_ms,
                                      std::int64_t end_ms, std::int64_t step_ms,
                                      const EngineOptions& options = {}, const StopCheck& stop = {});

[[noreturn]] void throw_exception_from_error(const QueryError& error, const boost::source_location& where);

}  // namespace incident::promql
