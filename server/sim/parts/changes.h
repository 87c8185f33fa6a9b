// Changes: the plan's at their times, and those that players' actions make. A change sets parameters and
// remembers what they were, so that it can be put back; a deploy also rolls its service. A causal change
// marks the parts whose parameters it sets (World::causes) until somebody puts the value back.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

std::int64_t parameter_value(const World& w, ParameterRef ref);
// Sets a parameter and lets the part react. `mask`: the causal change that does it, or 0.
void set_parameter(World& w, ParameterRef ref, std::int64_t value, CauseMask mask);

// Adds a change to the list and tells the observer; its settings follow by apply_setting.
std::uint32_t add_change(World& w, const ChangeView& view, CauseMask mask);
void apply_setting(World& w, std::uint32_t change, ParameterRef ref, std::int64_t value);
// Puts back every setting of a change, and marks it reverted. Only those that nobody has set since, when
// `untouched_only`.
void revert_settings(World& w, std::uint32_t change, bool untouched_only);
void mark_causal(World& w, PartKind kind, std::size_t part, CauseMask mask);

void arm_plan(World& w);
void on_plan_timer(World& w);
// A change that lasts has lasted.
void undo(World& w, std::uint32_t change);
// The causes that are in the parameters a change has set, and in the revision it deployed.
CauseMask causes_in(const World& w, std::uint32_t change);

}  // namespace incident::sim
