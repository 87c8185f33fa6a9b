#include "match/action_text.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "scenario/action_names.h"

namespace incident::match {
namespace {

using sim::ActionKind;

constexpr std::array<ActionInfo, sim::kActionKinds> kActions = {{
    {ActionKind::kRollback, "rollback", "Roll back", "service",
     "Deploys the version that ran before, instance by instance."},
    {ActionKind::kRestart, "restart", "Restart", "service", "Restarts every instance, one after the other."},
    {ActionKind::kRestartInstance, "restart_instance", "Restart pod", "pod",
     "Kills one instance and starts it again; what it was working on is lost."},
    {ActionKind::kScale, "scale", "Scale", "service", "Sets how many instances run.", true, "instances", 1,
     64},
    {ActionKind::kSetFlag, "set_flag", "Set flag", "flag", "Turns a feature flag on or off.", true,
     "1 on, 0 off", 0, 1},
    {ActionKind::kSetConfig, "set_config", "Set config", "config", "Gives a config key a new value.", true,
     "new value", 0, 0},
    {ActionKind::kRevertChange, "revert_change", "Revert change", "change",
     "Puts back every setting that a change touched."},
    {ActionKind::kShedTraffic, "shed_traffic", "Shed traffic", "service",
     "Refuses a share of a service's requests at once, so that the rest is served.", true,
     "percent refused, 0 ends it", 0, 100, 10},
    {ActionKind::kPurgeCache, "purge_cache", "Purge cache", "cache", "Empties a cache."},
    {ActionKind::kDrainInstance, "drain_instance", "Drain pod", "pod",
     "Takes one instance out of the load balancer, or puts it back.", true, "1 drains, 0 puts back", 0, 1},
    {ActionKind::kKillQueries, "kill_queries", "Kill queries", "service",
     "Ends every statement of a database that has run longer than this.", true, "milliseconds", 0, 3'600'000},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (static_cast<std::size_t>(kActions[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "the table is indexed by kind");

// The service that an action concerns, or none.
sim::ServiceId service_of(const Arena& arena, const sim::Action& action) {
  const sim::Model& model = arena.sim().model();
  switch (action.kind) {
    case ActionKind::kRollback:
    case ActionKind::kRestart:
    case ActionKind::kScale:
    case ActionKind::kShedTraffic:
    case ActionKind::kKillQueries:
      return sim::ServiceId(action.target);
    case ActionKind::kRestartInstance:
    case ActionKind::kDrainInstance:
      return arena.sim().instance(sim::InstanceId(action.target)).service;
    case ActionKind::kSetFlag:
      return model.flags[action.target].service;
    case ActionKind::kSetConfig:
      return model.config_keys[action.target].service;
    case ActionKind::kRevertChange:
      return arena.sim().change(sim::ChangeId(action.target)).service;
    case ActionKind::kPurgeCache:
      return model.caches[action.target].service;
  }
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
    case ActionKind::kRollback:
      return "Its pods are replaced one by one by the earlier version.";
    case ActionKind::kRestart:
      return "Its pods stop and start again one after the other; capacity is lower meanwhile.";
    case ActionKind::kRestartInstance:
      return "The pod is killed at once and starts again empty.";
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
    case ActionKind::kRevertChange:
      return "Every setting of that change goes back to what it was before.";
    case ActionKind::kShedTraffic:
      return action.value == 0 ? "All requests are let in again."
                               : percent_of_permille(action.value) +
                                     " of its requests are refused at once; customers see those fail.";
    case ActionKind::kPurgeCache:
      return "Every look-up misses until the cache has filled again.";
    case ActionKind::kDrainInstance:
      return action.value != 0 ? "The pod gets no new requests and finishes what it has."
                               : "The pod gets requests again.";
    case ActionKind::kKillQueries:
      return "Every statement running longer than " + std::to_string(action.value) +
             " ms ends; their callers see errors.";
  }
  return {};
}

}  // namespace

std::span<const ActionInfo> action_kinds() {
  return kActions;
}

const ActionInfo& action_info(ActionKind kind) {
  return kActions[static_cast<std::size_t>(kind)];
}

double shown_value(const sim::Action& action) {
  return static_cast<double>(action.value) / static_cast<double>(action_info(action.kind).unit);
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
    case ActionKind::kRevertChange:
      return "Revert change " + target;
    case ActionKind::kShedTraffic:
      return action.value == 0 ? "Stop shedding traffic of " + target
                               : "Shed " + percent_of_permille(action.value) + " of traffic to " + target;
    case ActionKind::kDrainInstance:
      return (action.value != 0 ? "Drain " : "Put back ") + target;
    case ActionKind::kKillQueries:
      return "Kill queries over " + std::to_string(action.value) + " ms on " + target;
    default:
      return std::string(action_info(action.kind).title) + " " + target;
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
