#include "sim/parts/pod_actions.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/changes.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

bool is_memory(const Action& a) {
  return a.kind == ActionKind::kSetMemoryLimit;
}

ParameterRef limit_of(const Action& a) {
  return is_memory(a) ? ref_of(PartKind::kResources, "memory_limit", a.target)
                      : ref_of(PartKind::kService, "cpu", a.target);
}

}  // namespace

Result<Simulation::ActionPreview> preview_delete(const World& w, const Action& a) {
  if (!w.compiled->managed) return refused("these pods can only be restarted");
  if (a.target >= w.instances.size() || w.instances[a.target].state == InstanceState::kAbsent)
    return no_such("instance", a.target);
  const Instance& instance = w.instances[a.target];
  return Simulation::ActionPreview{{kDrainSwitchUs}, instance.busy + instance.queue.size};
}

bool delete_by_action(World& w, std::uint32_t id) {
  const auto i = static_cast<std::uint16_t>(w.actions[id].action.target);
  if (w.instances[i].state == InstanceState::kAbsent) return false;
  const std::uint16_t service = w.service_of(i);
  w.actions[id].cause |= w.cause(PartKind::kInstance, i) | w.cause(PartKind::kDeployment, service);
  add_action_change(w, id, ChangeKind::kInfrastructure, service);
  delete_pod(w, i);
  reconcile(w, service);
  return true;
}

Result<Simulation::ActionPreview> preview_limit(const World& w, const Action& a) {
  const auto service = service_target(w, a.target);
  if (!service) return service.error();
  if (!w.compiled->managed) return refused("the pods of this system have no such limit");
  const ParameterRef ref = limit_of(a);
  const ParameterInfo& info = parameters()[ref.parameter];
  if (a.value < info.min || a.value > info.max) return out_of_range("the limit", info.min, info.max);
  if (a.value == parameter_value(w, ref)) return refused("it has this limit already");
  const ServiceParameters& p = w.service_parameters[*service];
  const std::int64_t pods = w.services[*service].desired;
  return Simulation::ActionPreview{{pods * (p.startup_us + std::min<std::int64_t>(p.drain_us, 500'000))}, 0};
}

bool set_limit(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const auto service = static_cast<std::uint16_t>(a.target);
  set_by_action(w, id, ChangeKind::kConfig, service, limit_of(a), a.value);
  roll(w, service, w.services[service].revision, id);
  return true;
}

}  // namespace incident::sim
