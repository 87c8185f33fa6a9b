// Making a World and driving it: takes the next event, by (time, sequence), from the queue or the parts'
// timers, and hands it to its part.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

std::unique_ptr<World> make_world(std::shared_ptr<const Model> model, std::shared_ptr<const Plan> plan,
                                  std::uint64_t seed);
// Handles everything up to and including `end`.
void run_events(World& w, std::int64_t end);
// The same, looking at every invariant after each event; stops at the first that is broken and names it.
std::string run_events_checked(World& w, std::int64_t end);

}  // namespace incident::sim
