// Actions in words: what kinds there are and what each is done to, an action's title, and the preview that a
// player sees before confirming. Reads only; what it says is known to every engineer on call.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "match/arena.h"
#include "sim/action.h"

namespace incident::match {

// One row of the list of what can be done.
struct ActionInfo {
  sim::ActionKind kind;
  std::string_view name, title, target_kind, description;  // target_kind: service | pod | flag | config | ...
  bool has_value = false;
  std::string_view value_label;
  std::int64_t value_min = 0, value_max = 0;  // in shown units; config: the key's own range counts
  std::int64_t unit = 1;                      // what the simulation takes for one shown unit
};
std::span<const ActionInfo> action_kinds();
const ActionInfo& action_info(sim::ActionKind kind);
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
