// Answers in the shape of Jaeger's query API, as its own screen and Grafana read them. Pure functions; the
// text is UTF-8 JSON without line breaks. Times are Unix microseconds.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/arena_view.h"
#include "telemetry/trace_store.h"
#include "traces/query.h"

namespace incident::api::jaeger {

struct Wrong {
  int code = 400;  // the HTTP status; 0 leaves it out
  std::string message;
  std::string trace;  // the id of the one that it is about, or empty
};

// {"data":...,"total":n,"limit":0,"offset":0,"errors":null|[{"code":404,"msg":"trace not found"}]}
std::string structured(std::string_view data, std::size_t total, std::span<const Wrong> wrong = {});

std::string list(std::span<const std::string> texts);
std::string list(std::span<const traces::Operation> operations);
std::string list(std::span<const traces::Dependency> dependencies);
// One trace: its spans, with the log lines that name the trace where they were written, and the processes
// (pods) that emitted them.
std::string trace(const ArenaView& view, const telemetry::Trace& trace);

}  // namespace incident::api::jaeger
