// The actions that players have, as messages say them. What they are called and what they do stands in
// scenario/action_names.h. Pure functions.
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

}  // namespace incident::api
