// The horizontal autoscaler of a service: every sync it compares the CPU that its pods have used since the
// last one with what they request, and wants ready pods times use over target, rounded up; pods that are not
// ready yet count as idle when that argues for more. Small deviations are left alone, scaling up takes the
// lowest and scaling down the highest wish of a window, and one step up at most doubles or adds four.
// Kubernetes documentation, "Horizontal Pod Autoscaling", algorithm details. Without a CPU request it knows
// nothing and does nothing. It overrules a number that somebody has set by hand.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_autoscalers(World& w);
void on_autoscaler_timer(World& w, std::uint16_t service);
// Its parameters have changed.
void arm_autoscaler(World& w, std::uint16_t service);

// Player's action: the most instances that the autoscaler may ask for; 0 suspends it.
Result<Simulation::ActionPreview> preview_autoscaler(const World& w, const Action& action);
bool set_autoscaler(World& w, std::uint32_t action);

}  // namespace incident::sim
