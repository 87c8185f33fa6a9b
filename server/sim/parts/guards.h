// Whether a system uses any of the mechanisms that most do without (deadlines, hedging, bulkheads, admission
// control, rate limits, single-flight, what lies on the way): the flags that keep them off the path of every
// other request, and the guard of a request.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// After parameters or causes have changed.
void refresh_guards(World& w);

// The guard of a live task, fresh if it had none. Invalid after the next call. Only while w.guarded.
inline RequestGuard& guard_of(World& w, std::uint32_t task) {
  if (task >= w.guards.size()) w.guards.resize(w.tasks.slots());
  RequestGuard& guard = w.guards[task];
  const std::uint32_t generation = w.tasks[task].generation;
  if (guard.generation != generation) {
    guard = {};
    guard.generation = generation;
  }
  return guard;
}
// The same for reading: null when it has none.
inline const RequestGuard* find_guard(const World& w, std::uint32_t task) {
  if (task >= w.guards.size() || w.guards[task].generation != w.tasks[task].generation) return nullptr;
  return &w.guards[task];
}

}  // namespace incident::sim
