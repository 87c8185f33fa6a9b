#include "api/action_catalogue.h"

#include <array>
#include <cmath>
#include <set>

#include "scenario/action_names.h"

namespace incident::api {
namespace {

using sim::ActionKind;

struct KindText {
  ActionKind kind;
  const char *title, *description;
  bool has_value = false;
  const char* value_label = "";
  double value_min = 0, value_max = 0;
  double scale = 1;  // what the simulation takes for one of the shown units
};

constexpr std::array<KindText, sim::kActionKinds> kTexts = {{
    {ActionKind::kRollback, "Roll back", "Go back to the version before, instance by instance."},
    {ActionKind::kRestart, "Restart", "Restart all instances, one after the other."},
    {ActionKind::kRestartInstance, "Kill pod", "End this pod at once; a new one starts in its place."},
    {ActionKind::kScale, "Scale", "Set the number of instances.", true, "instances", 1, 64},
    {ActionKind::kSetFlag, "Set flag", "Switch a feature flag on (1) or off (0).", true, "on", 0, 1},
    {ActionKind::kSetConfig, "Set config", "Push another value for this key.", true, "value", 0, 1e9},
    {ActionKind::kRevertChange, "Revert change", "Put back everything that this change set."},
    {ActionKind::kShedTraffic, "Shed traffic",
     "Refuse a share of this service's requests at once; 0 ends it.", true, "percent", 0, 100, 10},
    {ActionKind::kPurgeCache, "Purge cache", "Drop every entry of this cache."},
    {ActionKind::kDrainInstance, "Drain pod", "Send no new requests to this pod (1), or put it back (0).",
     true, "drained", 0, 1},
    {ActionKind::kKillQueries, "Kill long queries", "End every statement that has run longer than this.",
     true, "milliseconds", 0, 600'000},
}};

const KindText& text_of(ActionKind kind) {
  return kTexts[static_cast<std::size_t>(kind)];
}

std::string plain(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The service that an action works on.
sim::ServiceId service_of(const sim::Simulation& sim, const sim::Action& action) {
  const sim::Model& model = sim.model();
  switch (action.kind) {
    case ActionKind::kRestartInstance:
    case ActionKind::kDrainInstance:
      return sim.instance(sim::InstanceId(action.target)).service;
    case ActionKind::kSetFlag:
      return model.flags[action.target].service;
    case ActionKind::kSetConfig:
      return model.config_keys[action.target].service;
    case ActionKind::kRevertChange:
      return sim.change(sim::ChangeId(action.target)).service;
    case ActionKind::kPurgeCache:
      return model.caches[action.target].service;
    default:
      return sim::ServiceId(action.target);
  }
}

std::set<std::string> callers_of(const sim::Model& model, sim::ServiceId service) {
  std::set<std::string> names;
  for (const auto& edge : model.edges) {
    if (model.operations[edge.to.index()].service != service) continue;
    const auto& caller = model.services[edge.from.index()];
    names.insert(caller.kind == sim::ServiceKind::kUsers ? "customers" : caller.name);
  }
  return names;
}

std::string effect_of(const match::Arena& arena, const sim::Action& action, const std::string& target) {
  const sim::Simulation& sim = arena.sim();
  const double shown = shown_value(action);
  switch (action.kind) {
    case ActionKind::kRollback:
      return target + " goes back to its earlier version. New instances start before old ones leave.";
    case ActionKind::kRestart:
      return "Every instance of " + target +
             " is replaced, one after the other. What they hold in memory is lost.";
    case ActionKind::kRestartInstance:
      return "Requests in progress on " + target + " fail. A new pod starts in its place.";
    case ActionKind::kScale:
      return target + " gets " + plain(shown) + " instances. New ones take a while to become ready.";
    case ActionKind::kSetFlag:
      return "Flag " + target + " is switched " + (action.value != 0 ? "on" : "off") + " for everybody.";
    case ActionKind::kSetConfig: {
      const auto& key = sim.model().config_keys[action.target];
      return target + " changes from " + std::to_string(sim.config_value(sim::ConfigKeyId(action.target))) +
             key.unit + " to " + plain(shown) + key.unit + ".";
    }
    case ActionKind::kRevertChange:
      return "What change " + target + " set is put back to what it was before.";
    case ActionKind::kShedTraffic:
      return action.value == 0 ? target + " takes all requests again."
                               : plain(shown) + " % of the requests to " + target + " are refused at once.";
    case ActionKind::kPurgeCache:
      return target + " is emptied. Every look-up misses until it is warm again.";
    case ActionKind::kDrainInstance:
      return action.value != 0 ? target + " gets no new requests." : target + " gets requests again.";
    case ActionKind::kKillQueries:
      return "Statements on " + target + " that have run longer than " + plain(shown) + " ms fail.";
  }
  return {};
}

}  // namespace

double shown_value(const sim::Action& action) {
  return static_cast<double>(action.value) / text_of(action.kind).scale;
}

std::vector<out::ActionKindInfo> action_kinds() {
  std::vector<out::ActionKindInfo> rows;
  for (const auto& text : kTexts) {
    out::ActionKindInfo row;
    row.kind = scenario::to_string(text.kind);
    row.title = text.title;
    row.target_kind = scenario::target_kind(text.kind);
    row.description = text.description;
    row.has_value = text.has_value;
    row.value_label = text.value_label;
    row.value_min = text.value_min;
    row.value_max = text.value_max;
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<sim::Action> parse_action(const match::Arena& arena, const in::ActionRequest& request) {
  const auto kind = scenario::parse_action_kind(request.kind);
  if (!kind) return invalid("is not an action that there is", "action.kind");
  const KindText& text = text_of(*kind);
  double value = request.value;
  if (text.has_value) {
    if (!(value >= text.value_min && value <= text.value_max)) {
      return invalid(
          "must be " + plain(text.value_min) + " to " + plain(text.value_max) + " " + text.value_label,
          "action.value");
    }
    value *= text.scale;
    if (value != std::floor(value)) return invalid("must be a whole number", "action.value");
  } else {
    value = 0;
  }
  auto action =
      scenario::parse_action(arena.sim(), request.kind, request.target, static_cast<std::int64_t>(value));
  if (!action) return Error{action.error().code, action.error().message, "action." + action.error().at};
  return action;
}

void describe_action(const match::Arena& arena, const sim::Action& action, out::ActionPreview& message) {
  const std::string target = scenario::target_name(arena.sim(), action);
  message.title = std::string(text_of(action.kind).title) + " " + target;
  message.effect = effect_of(arena, action, target);
  const auto callers = callers_of(arena.sim().model(), service_of(arena.sim(), action));
  message.touches.assign(callers.begin(), callers.end());
}

}  // namespace incident::api
