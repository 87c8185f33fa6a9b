// The door of the LogQL engine: a query and a source of lines in, an answer out. Plain functions without
// state, so any thread may call; a query runs on the thread that asks. Time is nanoseconds of the source's
// epoch; metric queries are evaluated at whole milliseconds.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logql/limits.h"
#include "logql/query.h"
#include "logql/source.h"
#include "promql/engine.h"

namespace incident::logql {

using promql::StopCheck;

struct EngineOptions {
  std::size_t entries_max = limits::kEntriesMax;
  std::size_t streams_max = limits::kStreamsMax;
  std::size_t lines_max = limits::kLinesMax;
  std::size_t bytes_max = limits::kBytesMax;
  std::size_t samples_max = limits::kSamplesMax;
  std::int64_t steps_max = limits::kStepsMax;
};

enum class QueryErrorType {
  kBadRequest,  // the query cannot be read, or not be answered for these lines
  kLimit,
  kTimeout,
  kCanceled,
};

struct QueryError {
  QueryErrorType type = QueryErrorType::kBadRequest;
  std::string message;
};

template <class T>
using QueryOutcome = boost::system::result<T, QueryError>;
[[noreturn]] void throw_exception_from_error(const QueryError& error, const boost::source_location& where);

struct Entry {
  std::int64_t t_ns = 0;
  std::string line;
};

struct Stream {
  LabelsPtr labels;
  std::vector<Entry> entries;  // in the direction of the query
};

struct Stats {
  std::size_t lines = 0;    // looked at
  std::size_t bytes = 0;    // of them
  std::size_t entries = 0;  // in the answer
};

struct QueryResult {
  bool is_log = false;
  std::vector<Stream> streams;  // of a log query, by labels
  promql::QueryResult metric;   // of a metric query: scalar, vector or matrix
  Stats stats;
};

struct LogRange {
  std::int64_t start_ns = 0;  // inclusive
  std::int64_t end_ns = 0;    // exclusive for lines, inclusive for the steps of a metric query
  std::int64_t step_ns = 0;   // metric queries
  std::size_t limit = limits::kEntriesDefault;
  bool backward = true;  // the newest lines, newest first
};

// Metric queries only, as in Loki.
QueryOutcome<QueryResult> instant_query(const Source& source, std::string_view query, std::int64_t time_ns,
                                        const EngineOptions& options = {}, const StopCheck& stop = {});
QueryOutcome<QueryResult> range_query(const Source& source, std::string_view query, const LogRange& range,
                                      const EngineOptions& options = {}, const StopCheck& stop = {});

}  // namespace incident::logql
