// Players' actions: what they are checked for, how long they take, and what they do. Settings come into
// effect after the time it takes to push them; rollouts and restarts at once, step by step. An action that
// was superseded by a later one of its kind ends as failed.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// How one kind of action is done. A mechanism's actions stand in the mechanism's file, their rules in the
// table in actions.cpp.
struct ActionRules {
  // What it would take, or why it cannot be done now. Nothing is changed.
  Result<Simulation::ActionPreview> (*preview)(const World& w, const Action& action) = nullptr;
  // Begins what lasts until the world says so, which then calls end_action; false: not so this time. May be
  // null.
  bool (*begin)(World& w, std::uint32_t action) = nullptr;
  // What happens when the time that `preview` said is over; false: it failed. Null where `begin` does all.
  bool (*effect)(World& w, std::uint32_t action) = nullptr;
};

Result<Simulation::ActionPreview> preview_action(const World& w, const Action& action);
Result<ActionId> begin_action(World& w, const Action& action);
// The push of settings is over.
void action_effect(World& w, std::uint32_t action);
void end_action(World& w, std::uint32_t action, ActionState state);

// --- for rules
Error refused(std::string message);
Error no_such(const std::string& what, std::uint32_t target);
Error out_of_range(const std::string& what, std::int64_t min, std::int64_t max);
// A service that has instances: the users have none.
Result<std::uint16_t> service_target(const World& w, std::uint32_t target);
ParameterRef ref_of(PartKind part, std::string_view name, std::size_t index);
// The entry in the feed that an action makes when it begins or comes into effect.
std::uint32_t add_action_change(World& w, std::uint32_t action, ChangeKind kind, std::uint16_t service,
                                std::uint16_t from = kNone16, std::uint16_t to = kNone16);
// Gives a parameter a value in the action's name: it enters the feed and can be put back.
void set_by_action(World& w, std::uint32_t action, ChangeKind kind, std::uint16_t service, ParameterRef ref,
                   std::int64_t value);

}  // namespace incident::sim
