// Players' actions: what they are checked for, how long they take, and what they do. Settings come into
// effect after the time it takes to push them; rollouts and restarts at once, step by step. An action that
// was superseded by a later one of its kind ends as failed.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

Result<Simulation::ActionPreview> preview_action(const World& w, const Action& action);
Result<ActionId> begin_action(World& w, const Action& action);
// The push of settings is over.
void action_effect(World& w, std::uint32_t action);
void end_action(World& w, std::uint32_t action, ActionState state);

}  // namespace incident::sim
