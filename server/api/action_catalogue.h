// The actions that players have, as the client lists them, and what one would do, in words. Pure functions.
#pragma once

#include <vector>

#include "api/messages_in.h"
#include "api/messages_out.h"
#include "base/result.h"
#include "match/arena.h"
#include "sim/action.h"

namespace incident::api {

std::vector<out::ActionKindInfo> action_kinds();
// Names become indices as they stand in this arena now; errors name `action.kind`, `action.target` or
// `action.value`.
Result<sim::Action> parse_action(const match::Arena& arena, const in::ActionRequest& request);
// The action's value in the units that players say and read (percent, not permille).
double shown_value(const sim::Action& action);
// Fills title, effect and touches.
void describe_action(const match::Arena& arena, const sim::Action& action, out::ActionPreview& message);

}  // namespace incident::api
