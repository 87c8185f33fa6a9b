#include "match/views.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "scenario/action_names.h"

namespace incident::match {
namespace {

std::string state_of(const sim::InstanceView& instance) {
  if (instance.state == sim::InstanceState::kStarting) {
    return "starting";
  }
  if (instance.state == sim::InstanceState::kDraining || instance.drained) {
    return "draining";
  }
  return instance.healthy ? "ready" : "unhealthy";
}

std::string kind_of(sim::ChangeKind kind) {
  constexpr std::array<const char*, 6> kNames = {"deploy",  "config",         "flag",
                                                 "traffic", "infrastructure", "scale"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

std::vector<PodView> pods(const Arena& arena) {
  const sim::Simulation& sim = arena.sim();
  const sim::Model& model = sim.model();
  std::vector<PodView> rows;
  for (std::size_t i = 0; i < sim.instance_slots(); ++i) {
    const sim::InstanceId id(i);
    const sim::InstanceView instance = sim.instance(id);
    if (instance.state == sim::InstanceState::kAbsent) {
      continue;
    }
    const sim::ServiceSpec& service = model.services[instance.service.index()];
    if (service.kind == sim::ServiceKind::kUsers) {
      continue;
    }
    rows.push_back({telemetry::pod_name(model, sim, id), service.name,
                    model.revisions[instance.revision.index()].version, state_of(instance),
                    static_cast<std::int64_t>(instance.restarts), instance.started - arena.page()});
  }
  return rows;
}

std::vector<ConfigView> config(const Arena& arena) {
  const sim::Model& model = arena.sim().model();
  std::vector<ConfigView> rows;
  for (std::size_t i = 0; i < model.config_keys.size(); ++i) {
    const sim::ConfigKeySpec& key = model.config_keys[i];
    rows.push_back({key.name, model.services[key.service.index()].name, key.unit,
                    arena.sim().config_value(sim::ConfigKeyId(i)), key.min, key.max});
  }
  return rows;
}

std::vector<FlagView> flags(const Arena& arena) {
  const sim::Model& model = arena.sim().model();
  const auto on =
      static_cast<std::uint16_t>(sim::find_parameter(sim::PartKind::kFlag, "on") - sim::parameters().data());
  std::vector<FlagView> rows;
  for (std::size_t i = 0; i < model.flags.size(); ++i) {
    const sim::FlagSpec& flag = model.flags[i];
    const sim::ParameterRef ref{on, static_cast<std::uint16_t>(i)};
    rows.push_back({flag.name, model.services[flag.service.index()].name, arena.sim().parameter(ref) != 0});
  }
  return rows;
}

std::vector<ChangeRow> changes(const Arena& arena) {
  const sim::Simulation& sim = arena.sim();
  std::vector<ChangeRow> rows;
  for (std::size_t i = 0; i < sim.change_count(); ++i) {
    const sim::ChangeView change = sim.change(sim::ChangeId(i));
    if (!change.visible) {
      continue;
    }
    ChangeRow row;
    row.number = static_cast<std::int64_t>(rows.size()) + 1;
    row.at = change.at - arena.page();
    row.kind = kind_of(change.kind);
    row.service = change.service.valid() ? sim.model().services[change.service.index()].name : std::string();
    row.reverted = change.reverted;
    if (change.planned != UINT32_MAX) {
      const sim::PlannedChange& planned = sim.plan().changes[change.planned];
      row.title = planned.title;
      row.author = planned.author;
      row.detail = planned.detail;
    } else {
      row.ours = true;
      for (const ActionRecord& action : arena.actions()) {
        if (action.id == change.action) {
          row.title = action.title;
          row.author = action.handle;
        }
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<sim::ChangeId> change_named(const sim::Simulation& sim, std::string_view number) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (fault != std::errc() || end != number.data() + number.size()) {
    return std::nullopt;
  }
  return scenario::change_numbered(sim, value);
}

std::vector<AlertRow> alerts(const Arena& arena) {
  using telemetry::AlertState;
  const telemetry::Telemetry& telemetry = arena.telemetry();
  const std::vector<telemetry::AlertRule>& rules = telemetry.config().rules;
  // Of one rule's label sets, the worst state; among equals the latest.
  const auto rank = [](AlertState state) {
    return state == AlertState::kFiring ? 2 : state == AlertState::kPending ? 1 : 0;
  };
  std::vector<std::optional<telemetry::Alert>> worst(rules.size());
  for (const telemetry::Alert& alert : telemetry.alerts().all()) {
    std::optional<telemetry::Alert>& best = worst[alert.rule];
    if (!best || rank(alert.state) > rank(best->state) ||
        (alert.state == best->state && alert.state == AlertState::kResolved)) {
      best = alert;
    }
  }
  std::vector<AlertRow> rows;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!worst[i]) {
      continue;
    }
    const telemetry::Alert& alert = *worst[i];
    AlertRow row{rules[i].name,
                 rules[i].service,
                 rules[i].severity,
                 rules[i].summary,
                 telemetry::to_string(alert.state),
                 alert.active_since - arena.page(),
                 std::nullopt,
                 alert.value};
    if (alert.resolved_at) {
      row.until = *alert.resolved_at - arena.page();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace incident::match
