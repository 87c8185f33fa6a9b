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
  std::int64_t value_min = 0, value_max = 0;  // config: the key's own range counts
};
std::span<const ActionInfo> action_kinds();

std::string action_title(const Arena& arena, const sim::Action& action);  // "Restart checkout"
std::string how_it_ended(sim::ActionState state);                         // "done.", "failed ..."

struct Preview {
  std::string title, effect;
  Duration takes{0};                 // when all goes well
  std::int64_t requests_cut = 0;     // weighted
  std::vector<std::string> touches;  // services that call the one concerned
};
Result<Preview> preview(const Arena& arena, const sim::Action& action);

}  // namespace incident::match
