#include "match/action_text.h"

#include <algorithm>

#include "match/views.h"
#include "scenario/action_names.h"
#include "sim/part_names.h"

namespace incident::match {
namespace {

using sim::ActionKind;

// The service that an action concerns, or none.
sim::ServiceId service_of(const Arena& arena, const sim::Action& action) {
  const sim::Model& model = arena.sim().model();
  switch (action.kind) {
    case ActionKind::kRestartInstance:
    case ActionKind::kDrainInstance:
    case ActionKind::kPromoteInstance:
    case ActionKind::kFenceInstance:
    case ActionKind::kDeletePod:
      return arena.sim().instance(sim::InstanceId(action.target)).service;
    case ActionKind::kSetConfig:
      return model.config_keys[action.target].service;
    case ActionKind::kRevertChange:
      return arena.sim().change(sim::ChangeId(action.target)).service;
    default:
      break;
  }
  const auto part = scenario::target_part(scenario::target_kind(action.kind));
  if (part) return sim::service_of_part(model, *part, action.target);
  return {};
}

std::string percent_of_permille(std::int64_t permille) {
  std::string text = std::to_string(permille / 10);
  if (permille % 10 != 0) {
    text += "." + std::to_string(permille % 10);
  }
  return text + " %";
}

std::string effect_of(const Arena& arena, const sim::Action& action) {
  const sim::Simulation& sim = arena.sim();
  const sim::Model& model = sim.model();
  switch (action.kind) {
    case ActionKind::kScale: {
      const auto slots = sim.instances_of(sim::ServiceId(action.target));
      const auto running = std::count_if(slots.begin(), slots.end(), [&](sim::InstanceId id) {
        const sim::InstanceState state = sim.instance(id).state;
        return state == sim::InstanceState::kStarting || state == sim::InstanceState::kReady;
      });
      return "From " + std::to_string(running) + " to " + std::to_string(action.value) +
             (action.value >= running ? " pods; new ones take a while to start."
                                      : " pods; those that go finish their work first.");
    }
    case ActionKind::kSetFlag:
      return action.value != 0 ? "New requests take the flagged path."
                               : "New requests no longer take the flagged path.";
    case ActionKind::kSetConfig: {
      const sim::ConfigKeySpec& key = model.config_keys[action.target];
      const std::string unit = key.unit.empty() ? "" : " " + key.unit;
      return "From " + std::to_string(sim.config_value(sim::ConfigKeyId(action.target))) + unit + " to " +
             std::to_string(action.value) + unit + ", on every pod.";
    }
    case ActionKind::kShedTraffic:
      return action.value == 0 ? "All requests are let in again."
                               : percent_of_permille(action.value) +
                                     " of its requests are refused at once; customers see those fail.";
    case ActionKind::kDrainInstance:
      return action.value != 0 ? "The pod gets no new requests and finishes what it has."
                               : "The pod gets requests again.";
    case ActionKind::kKillQueries:
      return "Every statement running longer than " + std::to_string(action.value) +
             " ms ends; their callers see errors.";
    case ActionKind::kEndIdleTransactions:
      return "Every transaction left open for more than " + std::to_string(action.value) +
             " ms ends, and gives back its locks.";
    case ActionKind::kExtendVolume:
      return "The volume gets " + std::to_string(action.value) +
             " GiB more; it cannot be made smaller again.";
    case ActionKind::kSkipMessage:
      return "The next message of partition " + std::to_string(action.value) + " will never be handled.";
    case ActionKind::kPauseGroup:
      return action.value != 0 ? "Nothing is consumed; messages pile up." : "The group consumes again.";
    case ActionKind::kScalePartitions:
      return "To " + std::to_string(action.value) +
             " partitions; the groups rebalance, and keys move to other partitions.";
    default:
      return std::string(scenario::action_info(action.kind).effect);
  }
}

// What the feed calls a change, or nothing when it is not in the feed.
std::string change_title(const Arena& arena, sim::ChangeId id) {
  const auto number = scenario::number_of_change(arena.sim(), id);
  if (!number) return {};
  const auto rows = changes(arena);
  return rows[static_cast<std::size_t>(*number - 1)].title;
}

}  // namespace

double shown_value(const sim::Action& action) {
  return static_cast<double>(action.value) / static_cast<double>(scenario::action_info(action.kind).unit);
}

std::string action_title(const Arena& arena, const sim::Action& action) {
  const std::string target = scenario::target_name(arena.sim(), action);
  switch (action.kind) {
    case ActionKind::kScale:
      return "Scale " + target + " to " + std::to_string(action.value);
    case ActionKind::kSetFlag:
      return "Turn flag " + target + (action.value != 0 ? " on" : " off");
    case ActionKind::kSetConfig: {
      const std::string& unit = arena.sim().model().config_keys[action.target].unit;
      return "Set " + target + " to " + std::to_string(action.value) + (unit.empty() ? "" : " " + unit);
    }
    case ActionKind::kRevertChange: {
      const std::string what = change_title(arena, sim::ChangeId(std::size_t{action.target}));
      return "Revert change " + target + (what.empty() ? "" : ": " + what);
    }
    case ActionKind::kShedTraffic:
      return action.value == 0 ? "Stop shedding traffic of " + target
                               : "Shed " + percent_of_permille(action.value) + " of traffic to " + target;
    case ActionKind::kDrainInstance:
      return (action.value != 0 ? "Drain " : "Put back ") + target;
    case ActionKind::kKillQueries:
      return "Kill queries over " + std::to_string(action.value) + " ms on " + target;
    default:
      return std::string(scenario::action_info(action.kind).title) + " " + target;
  }
}

std::string how_it_ended(sim::ActionState state) {
  return state == sim::ActionState::kFailed ? "failed; the system is as the action left it." : "done.";
}

Result<Preview> preview(const Arena& arena, const sim::Action& action) {
  const auto plain = arena.sim().preview(action);
  if (!plain) {
    return plain.error();
  }
  static const std::string kCustomers = "customers";
  const sim::Model& model = arena.sim().model();
  Preview result;
  result.title = action_title(arena, action);
  result.effect = effect_of(arena, action);
  result.takes = plain->takes;
  result.requests_cut = static_cast<std::int64_t>(plain->requests_cut) * model.weight;
  const sim::ServiceId service = service_of(arena, action);
  for (const sim::EdgeSpec& edge : model.edges) {
    if (model.operations[edge.to.index()].service != service || edge.from == service) continue;
    const sim::ServiceSpec& from = model.services[edge.from.index()];
    const std::string& name = from.kind == sim::ServiceKind::kUsers ? kCustomers : from.name;
    if (std::find(result.touches.begin(), result.touches.end(), name) == result.touches.end())
      result.touches.push_back(name);
  }
  return result;
}

}  // namespace incident::match
