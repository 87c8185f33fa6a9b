// Actions by name: what scenario files, players and terminals say, as the indices that the simulation takes,
// and back. Names of pods and numbers of changes depend on the simulation's present state. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/action.h"
#include "sim/simulation.h"

namespace incident::scenario {

// One row of the list of what can be done.
struct ActionInfo {
  sim::ActionKind kind;
  std::string_view name;   // "rollback", "restart_instance", ...
  std::string_view title;  // "Roll back"
  std::string_view
      target_kind;  // pod, config, change, or the name of a sim::PartKind: service, flag, cache ...
  std::string_view description;  // what it does, in a sentence
  std::string_view effect;       // what a preview says of it; empty: match/action_text.cpp knows more
  bool has_value = false;
  std::string_view value_label = {};
  std::int64_t value_min = 0, value_max = 0;  // in shown units; config: the key's own range counts
  std::int64_t unit = 1;                      // what the simulation takes for one shown unit
};
std::span<const ActionInfo> action_kinds();  // in the order of sim::ActionKind
const ActionInfo& action_info(sim::ActionKind kind);

std::string_view to_string(sim::ActionKind kind);
std::optional<sim::ActionKind> parse_action_kind(std::string_view name);

std::string_view target_kind(sim::ActionKind kind);
// The kind of part that a target kind means; none: pods, config keys and changes, which are no parts.
std::optional<sim::PartKind> target_part(std::string_view target_kind);

// `target`: a part's, pod's or config key's name, or a change's number among the visible ones, from 1. Errors
// name `kind`, `target` or `value` in `at`.
Result<sim::Action> parse_action(const sim::Simulation& sim, std::string_view kind, std::string_view target,
                                 std::int64_t value);
// The same for files, before there is a simulation: no pods, and changes by index into the plan.
Result<sim::Action> parse_action(const sim::Model& model, std::string_view kind, std::string_view target,
                                 std::int64_t value);

// A solution's action as the running simulation knows it: a revert_change's target becomes the change that
// the plan's change of that index has become.
sim::Action resolve(const sim::Simulation& sim, sim::Action action);

// The target's name as a player says it.
std::string target_name(const sim::Simulation& sim, const sim::Action& action);

// The numbers of changes that players see count the visible ones only, so that a hidden fault leaves no gap.
std::optional<sim::ChangeId> change_numbered(const sim::Simulation& sim, std::int64_t number);
std::optional<std::int64_t> number_of_change(const sim::Simulation& sim, sim::ChangeId id);

}  // namespace incident::scenario
