// An instance of a service as requests see it: admission, the bounded queue, the workers, and the end of a
// request. (How instances come and go is parts/orchestrator.h; their CPU is parts/cpu.h.)
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// A new task of an operation, on its way to an instance. The caller sets its call.
inline std::uint32_t new_task(World& w, std::uint16_t operation, std::uint16_t instance, std::uint32_t trace,
                              std::uint32_t parent, std::uint64_t stream) {
  const std::uint32_t task = w.tasks.acquire();
  Task& t = w.tasks[task];
  t.operation = operation;
  t.instance = instance;
  t.epoch = w.instances[instance].epoch;
  t.trace = trace;
  t.span = ++w.next_span;
  t.parent = parent;
  t.stream = stream;
  ++w.instances[instance].assigned;
  ++w.server_tasks;
  return task;
}
// The request is there: refused, queued or begun.
void arrive(World& w, std::uint32_t task);
// Ends a task of a service in whatever state: frees what it holds, answers its caller, reports it. Does not
// start the next; dispatch does.
void end_task(World& w, std::uint32_t task, Outcome outcome);
// Starts queued tasks while there are workers; also stops a draining instance that has become empty.
void dispatch(World& w, std::uint16_t instance);
// The caller has gone and says so: drops the task if its work has not begun.
void cancel_unstarted(World& w, std::uint32_t task);

// A generated file has outgrown what the code that loads it has room for: every request fails.
inline bool file_too_large(const ServiceParameters& p) {
  return p.file_limit > 0 && p.file_bytes > p.file_limit;
}

// After parameters, causes or an instance's revision have changed: what is copied and what is plain.
void refresh_derived(World& w);

inline void release_trace(World& w, std::uint32_t trace) {
  if (--w.traces[trace].references > 0) return;
  if (w.observer != nullptr) w.observer->on_trace_end(w.traces[trace].number);
  w.traces.release(trace);
}
void report_part(World& w, PartEvent event, std::uint16_t service, std::uint16_t instance,
                 std::uint32_t other, CauseMask cause, std::int64_t value = 0);

}  // namespace incident::sim
