// Actions by name: what scenario files, players and terminals say, as the indices that the simulation takes,
// and back. Names of pods and numbers of changes depend on the simulation's present state. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/action.h"
#include "sim/simulation.h"

namespace incident::scenario {

std::string_view to_string(sim::ActionKind kind);  // "rollback", "restart_instance", ...
std::optional<sim::ActionKind> parse_action_kind(std::string_view name);

// What kind of thing an action's target is: service, pod, flag, config, change, cache.
std::string_view target_kind(sim::ActionKind kind);

// `target`: a service's, pod's, flag's, config key's or cache's name, or a change's number among the visible
// ones, from 1. Errors name `kind`, `target` or `value` in `at`.
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
