// Runs the steps of a task's operation: services' requests and users' journeys alike.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Goes on at the task's present step until it has to wait or ends.
void run_steps(World& w, std::uint32_t task);
// The same from a step in the middle, which is done again.
void go_on(World& w, std::uint32_t task);
// A delay is over.
void resume(World& w, std::uint32_t task);
// A call of this task has ended, all attempts included.
void call_returned(World& w, std::uint32_t task, CallRole role, std::uint16_t step, Outcome outcome);

}  // namespace incident::sim
