// What players do to pods and their limits beyond restarting and scaling.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// kDeletePod.
Result<Simulation::ActionPreview> preview_delete(const World& w, const Action& action);
bool delete_by_action(World& w, std::uint32_t action);
// kSetMemoryLimit, kSetCpuLimit: a change of the pod template, so all pods are replaced.
Result<Simulation::ActionPreview> preview_limit(const World& w, const Action& action);
bool set_limit(World& w, std::uint32_t action);

}  // namespace incident::sim
