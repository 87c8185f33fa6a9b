#include "scenario/action_names.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "telemetry/telemetry.h"

namespace incident::scenario {
namespace {

struct Kind {
  std::string_view name, target;
};

constexpr std::array<Kind, sim::kActionKinds> kKinds = {{
    {"rollback", "service"},
    {"restart", "service"},
    {"restart_instance", "pod"},
    {"scale", "service"},
    {"set_flag", "flag"},
    {"set_config", "config"},
    {"revert_change", "change"},
    {"shed_traffic", "service"},
    {"purge_cache", "cache"},
    {"drain_instance", "pod"},
    {"kill_queries", "service"},
}};

template <class Parts>
std::optional<std::uint32_t> find(const Parts& parts, std::string_view name) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> find_target(const sim::Model& model, std::string_view kind,
                                         std::string_view target) {
  if (kind == "service") return find(model.services, target);
  if (kind == "flag") return find(model.flags, target);
  if (kind == "config") return find(model.config_keys, target);
  if (kind == "cache") return find(model.caches, target);
  return std::nullopt;
}

Error unknown_target(std::string_view kind, std::string_view target) {
  return not_found("There is no " + std::string(kind) + " \"" + std::string(target) + "\".", "target");
}

}  // namespace

std::string_view to_string(sim::ActionKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

std::optional<sim::ActionKind> parse_action_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i].name == name) return static_cast<sim::ActionKind>(i);
  }
  return std::nullopt;
}

std::string_view target_kind(sim::ActionKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].target;
}

Result<sim::Action> parse_action(const sim::Model& model, std::string_view kind, std::string_view target,
                                 std::int64_t value) {
  const auto parsed = parse_action_kind(kind);
  if (!parsed) {
    std::string all;
    for (const auto& k : kKinds) all += (all.empty() ? "" : ", ") + std::string(k.name);
    return invalid("must be one of " + all, "kind");
  }
  sim::Action action;
  action.kind = *parsed;
  action.value = value;
  const std::string_view wanted = target_kind(*parsed);
  if (wanted == "change") {
    const auto index = whole_number(target);
    if (!index || *index < 0) return unknown_target(wanted, target);
    action.target = static_cast<std::uint32_t>(*index);
    return action;
  }
  const auto found = find_target(model, wanted, target);
  if (!found) return unknown_target(wanted, target);
  action.target = *found;
  return action;
}

Result<sim::Action> parse_action(const sim::Simulation& sim, std::string_view kind, std::string_view target,
                                 std::int64_t value) {
  const auto parsed = parse_action_kind(kind);
  const std::string_view wanted = parsed ? target_kind(*parsed) : "";
  if (wanted == "change") {
    const auto number = whole_number(target);
    const auto change = number ? change_numbered(sim, *number) : std::nullopt;
    if (!change) return unknown_target(wanted, target);
    return sim::Action{*parsed, {}, change->value, value};
  }
  if (wanted == "pod") {
    for (std::size_t i = 0; i < sim.instance_slots(); ++i) {
      const sim::InstanceId id(i);
      if (sim.instance(id).state == sim::InstanceState::kAbsent) continue;
      if (telemetry::pod_name(sim.model(), sim, id) == target)
        return sim::Action{*parsed, {}, static_cast<std::uint32_t>(i), value};
    }
    return unknown_target(wanted, target);
  }
  return parse_action(sim.model(), kind, target, value);
}

sim::Action resolve(const sim::Simulation& sim, sim::Action action) {
  if (action.kind != sim::ActionKind::kRevertChange) return action;
  for (std::size_t i = 0; i < sim.change_count(); ++i) {
    if (sim.change(sim::ChangeId(i)).planned == action.target) {
      action.target = static_cast<std::uint32_t>(i);
      break;
    }
  }
  return action;
}

std::string target_name(const sim::Simulation& sim, const sim::Action& action) {
  const sim::Model& model = sim.model();
  const std::string_view kind = target_kind(action.kind);
  if (kind == "service") return model.services[action.target].name;
  if (kind == "flag") return model.flags[action.target].name;
  if (kind == "config") return model.config_keys[action.target].name;
  if (kind == "cache") return model.caches[action.target].name;
  if (kind == "pod") return telemetry::pod_name(model, sim, sim::InstanceId(action.target));
  const auto number = number_of_change(sim, sim::ChangeId(action.target));
  return number ? std::to_string(*number) : std::string();
}

std::optional<sim::ChangeId> change_numbered(const sim::Simulation& sim, std::int64_t number) {
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < sim.change_count(); ++i) {
    if (sim.change(sim::ChangeId(i)).visible && ++seen == number) return sim::ChangeId(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_of_change(const sim::Simulation& sim, sim::ChangeId id) {
  if (id.index() >= sim.change_count() || !sim.change(id).visible) return std::nullopt;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i <= id.index(); ++i) seen += sim.change(sim::ChangeId(i)).visible ? 1 : 0;
  return seen;
}

}  // namespace incident::scenario
