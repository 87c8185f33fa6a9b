#include "api/action_catalogue.h"

#include <cmath>

#include "scenario/action_names.h"

namespace incident::api {
namespace {

// Beyond this a double no longer holds every whole number.
constexpr double kValueMax = 1e12;

Error value_error(const std::string& message) {
  return invalid(message, "action.value");
}

// The value in the simulation's units; a config key has a range of its own, which the simulation checks.
Result<std::int64_t> value_of(const scenario::ActionInfo& info, double shown) {
  if (!info.has_value) return 0;
  const bool has_range = info.value_max > info.value_min;
  if (has_range &&
      !(shown >= static_cast<double>(info.value_min) && shown <= static_cast<double>(info.value_max))) {
    return value_error("must be " + std::to_string(info.value_min) + " to " + std::to_string(info.value_max) +
                       " (" + std::string(info.value_label) + ")");
  }
  const double value = shown * static_cast<double>(info.unit);
  if (!(std::abs(value) < kValueMax) || value != std::floor(value))
    return value_error("must be a whole number");
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::vector<out::ActionKindInfo> action_kinds() {
  std::vector<out::ActionKindInfo> rows;
  for (const auto& info : scenario::action_kinds()) {
    rows.push_back({std::string(info.name), std::string(info.title), std::string(info.target_kind),
                    std::string(info.description), info.has_value, std::string(info.value_label),
                    static_cast<double>(info.value_min), static_cast<double>(info.value_max)});
  }
  return rows;
}

Result<sim::Action> parse_action(const match::Arena& arena, const in::ActionRequest& request) {
  const auto kind = scenario::parse_action_kind(request.kind);
  if (!kind) return invalid("is not an action that there is", "action.kind");
  const auto value = value_of(scenario::action_info(*kind), request.value);
  if (!value) return value.error();
  auto action = scenario::parse_action(arena.sim(), request.kind, request.target, *value);
  if (!action) return Error{action.error().code, action.error().message, "action." + action.error().at};
  return action;
}

}  // namespace incident::api
