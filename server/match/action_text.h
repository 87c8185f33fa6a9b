// Actions in words: an action's title, and the preview that a player sees before confirming. What kinds there
// are stands in scenario/action_names.h. Reads only; what it says is known to every engineer on call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "match/arena.h"
#include "sim/action.h"

namespace incident::match {

// The action's value as players say and read it (percent, where the simulation counts permille).
double shown_value(const sim::Action& action);

std::string action_title(const Arena& arena, const sim::Action& action);  // "Restart checkout"
std::string how_it_ended(sim::ActionState state);                         // "done.", "failed ..."

struct Preview {
  std::string title, effect;
  Duration takes{0};                 // when all goes well
  std::int64_t requests_cut = 0;     // weighted
  std::vector<std::string> touches;  // who calls the service concerned: services, or "customers"
};
Result<Preview> preview(const Arena& arena, const sim::Action& action);

}  // namespace incident::match
