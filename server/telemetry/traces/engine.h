// The door of the trace engine: a store of traces and a question in, an answer out. Plain functions without
// state, so any thread may call; a query runs on the thread that asks, and the store must not be written to
// meanwhile. A query that is told to stop (promql/budget.h) ends soon with kTimeout or kCanceled.
//
// Traces are a sample: all that failed or were slow, up to limits a minute, and a few healthy ones
// (telemetry/trace_builder.h). So counting kept traces counts nothing real, and dependencies come from the
// metrics, where every call is counted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "telemetry/metric_store.h"
#include "traces/query.h"

namespace incident::traces {

// The traces that meet it, by start, newest first. Places are good for as long as the store stays as it is.
QueryOutcome<std::vector<telemetry::TracePlace>> search(const telemetry::TraceStore& store,
                                                        const Search& search, const StopCheck& stop = {});
// The same as summaries, for lists.
QueryOutcome<std::vector<telemetry::TraceSummary>> summaries(const telemetry::TraceStore& store,
                                                             const Search& search,
                                                             const StopCheck& stop = {});

// Services that a kept trace has had a span of; sorted.
std::vector<std::string> services(const telemetry::TraceStore& store);
// Operations of one service's spans: what it served, and under their callees' names the calls that it made;
// sorted by name, then kind. A service that is not there has none.
std::vector<Operation> operations(const telemetry::TraceStore& store, std::string_view service);

// Calls between services in (from, to], from the metrics of the callers: every attempt counts, as the spans
// of a trace would show it, retries too. Customers count their requests. Weighted as metrics are. Whole
// scrapes: the count at the last scrape up to `to`, less that at the last one up to `from`; what a process
// counted between its last scrape and its end is lost, as in any Prometheus. Sorted by caller, then callee.
QueryOutcome<std::vector<Dependency>> dependencies(const telemetry::MetricStore& metrics,
                                                   const telemetry::Names& names, SimTime from, SimTime to,
                                                   const StopCheck& stop = {});

}  // namespace incident::traces
