// What can be asked of an arena's traces, and what comes back. Plain values. Times are simulated.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "promql/budget.h"
#include "telemetry/trace_store.h"
#include "traces/limits.h"

namespace incident::traces {

using promql::StopCheck;
using telemetry::SpanKind;

// A tag by its name (telemetry/span_tags.h) and what it says, as text: {"http.response.status_code", "503"}.
// A name that no span has is met by none.
struct TagFilter {
  std::string name, value;
};

struct Search {
  // One span of the trace meets all of these.
  std::string service, operation;  // empty: any
  std::optional<SpanKind> kind;
  std::vector<TagFilter> tags;
  std::optional<Duration> min_span, max_span;  // how long it took

  // The trace as a whole.
  std::optional<Duration> min_duration, max_duration;
  bool errors_only = false;         // some span failed
  std::optional<SimTime> from, to;  // of its start, inclusive

  std::size_t limit = limits::kTracesDefault;
  std::string before;  // a trace's id: only traces that started before it; for the next page
};

struct Operation {
  std::string name;
  SpanKind kind = SpanKind::kServer;
  auto operator<=>(const Operation&) const = default;
};

// Who calls whom, over a span of time.
struct Dependency {
  std::string caller, callee;
  std::uint64_t calls = 0, errors = 0;
};

enum class QueryErrorType { kBadRequest, kLimit, kTimeout, kCanceled };

struct QueryError {
  QueryErrorType type = QueryErrorType::kBadRequest;
  std::string message;
};

template <class T>
using QueryOutcome = boost::system::result<T, QueryError>;
[[noreturn]] void throw_exception_from_error(const QueryError& error, const boost::source_location& where);

}  // namespace incident::traces
