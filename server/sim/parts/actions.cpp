#include "sim/parts/actions.h"

#include <algorithm>
#include <array>

#include "sim/limits.h"
#include "sim/parts/autoscaler.h"
#include "sim/parts/cache.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/changes.h"
#include "sim/parts/data_actions.h"
#include "sim/parts/instance.h"
#include "sim/parts/jobs.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/memory.h"
#include "sim/parts/network_actions.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/pod_actions.h"

namespace incident::sim {
namespace {

using Preview = Simulation::ActionPreview;

// The deploy that brought the revision a service is rolled to now, if it was one.
std::uint32_t deploy_in_force(const World& w, std::uint16_t service) {
  for (std::size_t i = w.changes.size(); i-- > 0;) {
    const ChangeView& view = w.changes[i].view;
    if (view.kind == ChangeKind::kDeploy && view.service.value == service && view.to.valid() &&
        !view.reverted)
      return view.to.value == w.services[service].revision ? static_cast<std::uint32_t>(i) : kNone;
  }
  return kNone;
}

Result<std::uint16_t> rollback_revision(const World& w, std::uint16_t service, std::int64_t value) {
  const std::uint16_t present = w.services[service].revision;
  const auto& revisions = w.model->revisions;
  if (value > 0) {
    const auto wanted = static_cast<std::size_t>(value - 1);
    if (wanted >= revisions.size() || revisions[wanted].service.value != service)
      return not_found("this service has no such revision", "value");
    if (wanted == present) return refused("it is rolled to this revision already");
    return static_cast<std::uint16_t>(wanted);
  }
  if (value < 0) return invalid("the revision is an index, or 0 for the previous one", "value");
  const std::uint32_t deploy = deploy_in_force(w, service);
  // (What a rollback came from is not what one wants to go back to.)
  if (deploy != kNone && !w.changes[deploy].view.action.valid()) return w.changes[deploy].view.from.value;
  for (std::size_t r = present; r-- > 0;) {
    if (revisions[r].service.value == service) return static_cast<std::uint16_t>(r);
  }
  return refused("there is no earlier revision to roll back to");
}

std::int64_t rollout_us(const World& w, std::uint16_t service) {
  const ServiceParameters& p = w.service_parameters[service];
  // Each new instance has to start; the old ones leave as soon as they are empty, a second or less.
  return static_cast<std::int64_t>(w.services[service].desired) *
         (p.startup_us + std::min<std::int64_t>(p.drain_us, 500'000));
}

bool is_long_statement(const World& w, std::uint32_t task, std::uint16_t service, std::int64_t value_ms) {
  if (!w.tasks.live(task)) return false;
  const Task& t = w.tasks[task];
  return t.instance != kNone16 && w.service_of(t.instance) == service && t.trace != kNone &&
         (t.state == TaskState::kRunning || t.state == TaskState::kLocking) &&
         w.now - t.started > value_ms * 1000;
}

Result<Preview> preview_scale(const World& w, std::uint16_t s, std::int64_t value) {
  const std::int64_t max = w.compiled->services[s].slots;
  if (w.compiled->services[s].function)
    return refused("a function has as many instances as its requests need; its concurrency bounds them");
  if (value < 1 || value > max) return out_of_range("the number of instances", 1, max);
  if (value == w.services[s].desired) return refused("it has this many instances already");
  return Preview{
      {value > w.services[s].desired ? w.service_parameters[s].startup_us : w.service_parameters[s].drain_us},
      0};
}

Result<Preview> preview_service(const World& w, const Action& a) {
  const auto service = service_target(w, a.target);
  if (!service) return service.error();
  const std::uint16_t s = *service;
  switch (a.kind) {
    case ActionKind::kRollback: {
      const auto revision = rollback_revision(w, s, a.value);
      if (!revision) return revision.error();
      return Preview{{rollout_us(w, s)}, 0};
    }
    case ActionKind::kRestart:
      return Preview{{rollout_us(w, s)}, 0};
    case ActionKind::kScale:
      return preview_scale(w, s, a.value);
    case ActionKind::kShedTraffic:
      if (a.value < 0 || a.value > 1000) return out_of_range("the share to refuse", 0, 1000);
      if (a.value == w.service_parameters[s].shed_permille) return refused("it refuses this share already");
      return Preview{{kShedPushUs}, 0};
    default:
      break;
  }
  if (!w.compiled->services[s].database) return invalid("only a database has statements to kill", "target");
  if (a.value < 0) return invalid("the age of a statement cannot be negative", "value");
  Preview p{{kKillQueriesUs}, 0};
  for (std::uint32_t t = 0; t < w.tasks.slots(); ++t) p.requests_cut += is_long_statement(w, t, s, a.value);
  return p;
}

Result<Preview> preview_instance(const World& w, const Action& a) {
  if (a.target >= w.instances.size() || w.instances[a.target].state == InstanceState::kAbsent)
    return no_such("instance", a.target);
  const Instance& instance = w.instances[a.target];
  if (a.kind == ActionKind::kRestartInstance) {
    if (instance.state == InstanceState::kDraining) return refused("the instance is leaving already");
    return Preview{{w.service_parameters[w.instances[a.target].service].startup_us},
                   instance.busy + instance.queue.size};
  }
  if (a.value != 0 && a.value != 1) return out_of_range("drained", 0, 1);
  if (instance.drained == a.value) {
    return refused(a.value != 0 ? "the instance is drained already" : "the instance is not drained");
  }
  return Preview{{kDrainSwitchUs}, 0};
}

Result<Preview> preview_setting(const World& w, const Action& a) {
  if (a.kind == ActionKind::kSetFlag) {
    if (a.target >= w.flag_parameters.size()) return no_such("flag", a.target);
    if (a.value != 0 && a.value != 1) return out_of_range("a flag", 0, 1);
    if (w.flag_parameters[a.target].on == a.value)
      return refused(a.value != 0 ? "the flag is on already" : "the flag is off already");
    return Preview{{kFlagPushUs}, 0};
  }
  if (a.target >= w.model->config_keys.size()) return no_such("config key", a.target);
  const ConfigKeySpec& key = w.model->config_keys[a.target];
  const ParameterInfo& info = parameters()[key.target.parameter];
  const std::int64_t min = std::max(key.min, (info.min + key.unit_divisor - 1) / key.unit_divisor);
  const std::int64_t max = std::min(key.max, info.max / key.unit_divisor);
  if (a.value < min || a.value > max) return out_of_range(key.name, min, max);
  if (a.value * key.unit_divisor == parameter_value(w, key.target))
    return refused("it has this value already");
  return Preview{{kConfigPushUs}, 0};
}

Result<Preview> preview_revert(const World& w, const Action& a) {
  if (a.target >= w.changes.size() || !w.changes[a.target].view.visible) return no_such("change", a.target);
  const ChangeView& view = w.changes[a.target].view;
  if (view.reverted) return refused("this change has been put back already");
  bool any = false;
  for (const AppliedSetting& s : w.applied) {
    any = any || (s.change == a.target && parameter_value(w, s.target) != s.before);
  }
  if (view.to.valid() && w.services[view.service.index()].revision != view.from.value)
    return Preview{{rollout_us(w, view.service.value)}, 0};
  if (!any) return refused("there is nothing to put back");
  return Preview{{view.kind == ChangeKind::kFlag ? kFlagPushUs : kConfigPushUs}, 0};
}

void begin_roll(World& w, std::uint32_t action, std::uint16_t service, std::uint16_t to) {
  const std::uint16_t from = w.services[service].revision;
  if (from != to) {
    // A deploy's settings came with it, so they go with it.
    const std::uint32_t deploy = deploy_in_force(w, service);
    w.actions[action].cause |= w.cause(PartKind::kRevision, from);
    if (deploy != kNone) {
      w.actions[action].cause |= causes_in(w, deploy);
      revert_settings(w, deploy, false);
    }
  }
  add_action_change(w, action, ChangeKind::kDeploy, service, from, to);
  roll(w, service, to, action);
}

void kill_queries(World& w, std::uint16_t service, std::int64_t value_ms) {
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    if (!is_long_statement(w, task, service, value_ms)) continue;
    drop_calls_of_task(w, task);
    end_task(w, task, Outcome::kCancelled);
  }
}

bool set_flag(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  set_by_action(w, id, ChangeKind::kFlag, w.model->flags[a.target].service.value,
                ref_of(PartKind::kFlag, "on", a.target), a.value);
  return true;
}

bool set_config(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const ConfigKeySpec& key = w.model->config_keys[a.target];
  set_by_action(w, id, ChangeKind::kConfig, key.service.value, key.target, a.value * key.unit_divisor);
  return true;
}

bool shed_traffic(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  set_by_action(w, id, ChangeKind::kConfig, static_cast<std::uint16_t>(a.target),
                ref_of(PartKind::kService, "shed", a.target), a.value);
  return true;
}

bool revert_change(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const ChangeView view = w.changes[a.target].view;
  w.actions[id].cause |= causes_in(w, a.target);
  add_action_change(w, id, view.kind, view.service.value);
  if (!view.reverted) revert_settings(w, a.target, false);
  return true;
}

bool purge_cache(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  w.actions[id].cause |= w.cause(PartKind::kCache, a.target);
  add_action_change(w, id, ChangeKind::kInfrastructure, w.model->caches[a.target].service.value);
  purge(w, static_cast<std::uint16_t>(a.target));
  return true;
}

bool drain_instance(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const std::uint16_t service = w.instances[a.target].service;
  w.actions[id].cause |= w.cause(PartKind::kInstance, a.target);
  w.instances[a.target].drained = static_cast<std::uint8_t>(a.value);
  rebuild_serving(w, service);
  add_action_change(w, id, ChangeKind::kInfrastructure, service);
  return true;
}

bool kill_long_statements(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  add_action_change(w, id, ChangeKind::kInfrastructure, static_cast<std::uint16_t>(a.target));
  kill_queries(w, static_cast<std::uint16_t>(a.target), a.value);
  return true;
}

// Rollouts, restarts and scaling begin at once and end when the instances are there.
bool begin_rollback(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const auto target = static_cast<std::uint16_t>(a.target);
  begin_roll(w, id, target, *rollback_revision(w, target, a.value));
  return true;
}

bool begin_restart(World& w, std::uint32_t id) {
  const auto target = static_cast<std::uint16_t>(w.actions[id].action.target);
  begin_roll(w, id, target, w.services[target].revision);
  return true;
}

bool begin_scale(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  add_action_change(w, id, ChangeKind::kScale, static_cast<std::uint16_t>(a.target));
  scale(w, static_cast<std::uint16_t>(a.target), static_cast<std::uint32_t>(a.value), id);
  return true;
}

bool begin_restart_instance(World& w, std::uint32_t id) {
  const auto target = static_cast<std::uint16_t>(w.actions[id].action.target);
  w.actions[id].cause |= w.cause(PartKind::kInstance, target);
  add_action_change(w, id, ChangeKind::kInfrastructure, w.service_of(target));
  restart_in_place(w, target);
  w.instances[target].restart_action = id;
  return true;
}

// A deploy is put back by a rollout; any other change by a push, later.
bool begin_revert(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const ChangeView view = w.changes[a.target].view;
  if (!view.to.valid() || w.services[view.service.index()].revision == view.from.value) return false;
  w.actions[id].cause |= causes_in(w, a.target);
  revert_settings(w, a.target, false);
  begin_roll(w, id, view.service.value, view.from.value);
  return true;
}

Result<Preview> preview_purge(const World& w, const Action& a) {
  if (a.target >= w.caches.size()) return no_such("cache", a.target);
  return Preview{{kPurgeUs}, 0};
}

// How each kind is done, in the order of ActionKind. Those of a mechanism stand in that mechanism's file.
constexpr std::array<ActionRules, kActionKinds> kRules = {{
    {preview_service, begin_rollback, nullptr},
    {preview_service, begin_restart, nullptr},
    {preview_instance, begin_restart_instance, nullptr},
    {preview_service, begin_scale, nullptr},
    {preview_setting, nullptr, set_flag},
    {preview_setting, nullptr, set_config},
    {preview_revert, begin_revert, revert_change},
    {preview_service, nullptr, shed_traffic},
    {preview_purge, nullptr, purge_cache},
    {preview_instance, nullptr, drain_instance},
    {preview_service, nullptr, kill_long_statements},
    {preview_collect, nullptr, collect_everywhere},
    {preview_network, nullptr, renew_certificate},
    {preview_network, nullptr, reload_certificate},
    {preview_network, nullptr, rotate_secret},
    {preview_network, nullptr, sync_secret_action},
    {preview_network, nullptr, flush_dns},
    {preview_network, nullptr, restore_record},
    {preview_network, nullptr, set_link_policy},
    {preview_network, nullptr, set_rate_limit},
    {preview_network, nullptr, set_breaker},
    {preview_network, nullptr, sync_clock},
    {preview_database_action, begin_fail_over, nullptr},
    {preview_replica_action, nullptr, promote_instance},
    {preview_replica_action, nullptr, fence_instance},
    {preview_database_action, nullptr, end_idle_transactions},
    {preview_table_action, nullptr, analyze_table},
    {preview_table_action, begin_vacuum_table, nullptr},
    {preview_table_action, begin_create_index, create_index},
    {preview_table_action, begin_widen_key, widen_key},
    {preview_database_action, nullptr, free_disk},
    {preview_database_action, nullptr, drop_slot},
    {preview_database_action, nullptr, extend_volume},
    {preview_group_action, nullptr, skip_group_message},
    {preview_group_action, nullptr, reset_group_offsets},
    {preview_group_action, nullptr, restart_group},
    {preview_group_action, nullptr, pause_group},
    {preview_topic_action, nullptr, scale_partitions},
    {preview_topic_action, nullptr, purge_whole_topic},
    {preview_delete, nullptr, delete_by_action},
    {preview_limit, set_limit, nullptr},
    {preview_limit, set_limit, nullptr},
    {preview_autoscaler, nullptr, set_autoscaler},
    {preview_node, nullptr, cordon_node},
    {preview_node, nullptr, drain_node},
    {preview_node, reboot_node, reboot_over},
    {preview_node, nullptr, clean_node},
    {preview_job, nullptr, suspend_job},
}};

}  // namespace

Error refused(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message), {}};
}

Error no_such(const std::string& what, std::uint32_t target) {
  return not_found("there is no " + what + " " + std::to_string(target), "target");
}

Error out_of_range(const std::string& what, std::int64_t min, std::int64_t max) {
  return invalid(what + " must be between " + std::to_string(min) + " and " + std::to_string(max), "value");
}

ParameterRef ref_of(PartKind part, std::string_view name, std::size_t index) {
  const ParameterInfo* info = find_parameter(part, name);
  return {static_cast<std::uint16_t>(info - parameters().data()), static_cast<std::uint16_t>(index)};
}

Result<std::uint16_t> service_target(const World& w, std::uint32_t target) {
  if (target >= w.services.size() || w.compiled->services[target].users) return no_such("service", target);
  return static_cast<std::uint16_t>(target);
}

std::uint32_t add_action_change(World& w, std::uint32_t action, ChangeKind kind, std::uint16_t service,
                                std::uint16_t from, std::uint16_t to) {
  ChangeView view;
  view.at = SimTime{w.now};
  view.kind = kind;
  view.service.value = service;
  view.action = ActionId(action);
  view.from.value = from;
  view.to.value = to;
  return add_change(w, view, 0);
}

void set_by_action(World& w, std::uint32_t action, ChangeKind kind, std::uint16_t service, ParameterRef ref,
                   std::int64_t value) {
  for (const CausalSetting& s : w.causal_settings) {
    if (s.target == ref) w.actions[action].cause |= s.mask;
  }
  apply_setting(w, add_action_change(w, action, kind, service), ref, value);
}

Result<Preview> preview_action(const World& w, const Action& a) {
  const auto kind = static_cast<std::size_t>(a.kind);
  if (kind >= kRules.size()) return invalid("there is no such kind of action", "kind");
  return kRules[kind].preview(w, a);
}

Result<ActionId> begin_action(World& w, const Action& action) {
  const auto preview = preview_action(w, action);
  if (!preview) return preview.error();
  ActionView view;
  view.action = action;
  view.begun = SimTime{w.now};
  w.actions.push_back(view);
  const auto id = static_cast<std::uint32_t>(w.actions.size() - 1);
  if (w.observer != nullptr) w.observer->on_action({ActionId(id), SimTime{w.now}, ActionState::kRunning});
  const auto begin = kRules[static_cast<std::size_t>(action.kind)].begin;
  if (begin == nullptr || !begin(w, id))
    w.schedule(w.now + preview->takes.us, EventKind::kActionEffect, {id, 0});
  return ActionId(id);
}

void action_effect(World& w, std::uint32_t id) {
  const auto effect = kRules[static_cast<std::size_t>(w.actions[id].action.kind)].effect;
  end_action(w, id, effect(w, id) ? ActionState::kDone : ActionState::kFailed);
}

void end_action(World& w, std::uint32_t id, ActionState state) {
  ActionView& action = w.actions[id];
  action.state = state;
  action.ended = SimTime{w.now};
  if (w.observer != nullptr) w.observer->on_action({ActionId(id), SimTime{w.now}, state});
}

}  // namespace incident::sim
