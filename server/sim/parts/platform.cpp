#include "sim/parts/platform.h"

#include <algorithm>

#include "sim/parts/autoscaler.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/jobs.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/memory.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kAllCores = 64'000;

template <class F>
void each_instance(World& w, std::size_t service, F f) {
  const CompiledService& s = w.compiled->services[service];
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) f(i);
}

std::int64_t cpu_rate(const World& w, std::uint16_t i) {
  const Instance& instance = w.instances[i];
  if ((instance.special & (kCollecting | kThrottled | kDark)) != 0) return 0;
  const std::int64_t limit = std::max<std::int64_t>(
      w.service_parameters[instance.service].cpu_millicores - w.platform.processes[i].job_cpu, 10);
  if ((instance.special & kQuota) == 0) return limit;
  const std::int64_t burst = resources_of(w, i).cfs_burst;
  return burst == 0 ? kAllCores : std::max(burst, limit);
}

}  // namespace

void make_platform(World& w) {
  PlatformState& p = w.platform;
  if (!w.compiled->managed) return;
  for (const ServiceSpec& s : w.model->services) {
    p.resources.push_back(s.resources);
    p.deployments.push_back(s.deployment);
  }
  if (part_count(*w.model, PartKind::kAutoscaler) > 0) {
    for (const ServiceSpec& s : w.model->services) {
      p.autoscalers.push_back(s.autoscaled ? s.autoscaler : AutoscalerParameters());
    }
    p.autoscaler_states.resize(w.services.size());
    p.metered.resize(w.instances.size());
  }
  if (part_count(*w.model, PartKind::kFunction) > 0) {
    for (const ServiceSpec& s : w.model->services) p.functions.push_back(s.function_initial);
    p.function_states.resize(w.services.size());
  }
  for (const NodeSpec& n : w.model->nodes) p.node_parameters.push_back(n.initial);
  p.nodes.resize(w.model->nodes.size());
  p.conntrack.resize(w.model->nodes.size());
  p.clusters.push_back(w.model->cluster);
  for (const JobSpec& j : w.model->jobs) p.job_parameters.push_back(j.initial);
  p.jobs.resize(w.model->jobs.size());
  p.processes.resize(w.instances.size());
  p.ports.resize(w.instances.size());
  p.pods.resize(w.instances.size());
}

void refresh_platform(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  const ResourceParameters& p = resources_of(w, i);
  const std::uint16_t node = w.platform.pods[i].node;
  const bool limited = p.memory_limit > 0 || p.heap_limit > 0 || p.files_limit > 0 || p.threads_limit > 0 ||
                       p.shm_limit > 0 || p.leak_per_request > 0 || p.files_leak_permille > 0 ||
                       (node != kNone16 && w.platform.node_parameters[node].threads_limit > 0);
  instance.special &= static_cast<std::uint8_t>(~(kLimited | kQuota));
  if (limited) instance.special |= kLimited;
  if (p.cfs_period_us > 0) instance.special |= kQuota;
  instance.millicores = cpu_rate(w, i);
}

void refresh_platform(World& w) {
  PlatformState& p = w.platform;
  p.counts_sockets = 0;
  for (const ResourceParameters& r : p.resources) {
    if (r.files_limit > 0 || r.ports_limit > 0) p.counts_sockets = 1;
  }
  for (const DeploymentParameters& d : p.deployments) {
    if (d.port_broken != 0) p.counts_sockets = 1;
  }
  if (!p.nodes.empty()) p.counts_sockets = 1;
}

void before_platform_change(World& w, PartKind kind, std::uint16_t part) {
  if (kind == PartKind::kNode) {
    NodeState& state = w.platform.nodes[part];
    state.disk_grown = disk_used(w, part) - w.platform.node_parameters[part].disk_base;
    state.disk_synced = w.now;
  }
  if (kind != PartKind::kResources) return;
  each_instance(w, part, [&](std::uint16_t i) {
    cpu_sync(w, i);
    sync_leak(w, i);
  });
}

void after_platform_change(World& w, const ParameterInfo& changed, std::uint16_t part) {
  const PartKind kind = changed.part;
  if (kind == PartKind::kAutoscaler) arm_autoscaler(w, part);
  if (kind == PartKind::kNode) node_changed(w, part);
  if (kind == PartKind::kJob) job_changed(w, part);
  if (kind == PartKind::kDeployment && changed.name == "replicas") {
    const std::int64_t replicas = w.platform.deployments[part].replicas;
    const std::int64_t slots = w.compiled->services[part].slots;
    w.services[part].down_cause = w.cause(kind, part);
    const std::int64_t wanted = replicas < 0 ? w.model->services[part].instances : std::min(replicas, slots);
    return scale(w, part, static_cast<std::uint32_t>(wanted), kNone);
  }
  if (kind == PartKind::kDeployment) {
    rebuild_serving(w, part);
    w.services[part].down_cause = w.cause(kind, part);
    return reconcile(w, part);
  }
  if (kind != PartKind::kResources) return;
  each_instance(w, part, [&](std::uint16_t i) {
    const InstanceState state = w.instances[i].state;
    if (state != InstanceState::kReady && state != InstanceState::kDraining) return;
    watch_memory(w, i);
    check_memory(w, i);
    // A quota that was taken away leaves nobody behind a wall.
    if ((w.instances[i].special & (kThrottled | kQuota)) == kThrottled) go_on(w, i, kThrottled);
    if (w.instances[i].dispatching == 0) cpu_arm(w, i);
  });
}

std::int64_t platform_cost(const World& w, std::uint16_t i, CauseMask& cause) {
  cause |= node_cause(w, i) | w.platform.processes[i].job_cause;
  return w.platform.nodes.empty() ? 1000 : node_cpu_cost(w, i);
}

bool platform_plain(const World& w, std::uint16_t i) {
  if (w.platform.processes[i].job_cause != 0) return false;
  return w.platform.nodes.empty() ||
         (node_cause(w, i) == 0 && node_cpu_cost(w, i) == 1000 && node_disk_cost(w, i) == 1000);
}

void stall(World& w, std::uint16_t i, std::uint8_t why, CauseMask cause) {
  cpu_sync(w, i);
  Instance& instance = w.instances[i];
  instance.special |= why;
  instance.tint |= cause;
  w.platform.processes[i].cause |= cause;
  if (cause != 0) {
    for (std::uint32_t n = 0; n < w.cpu[i].size(); ++n) w.tasks[w.cpu[i][n].task].cause |= cause;
  }
  instance.millicores = 0;
  if (instance.dispatching == 0) cpu_arm(w, i);
}

void go_on(World& w, std::uint16_t i, std::uint8_t why) {
  cpu_sync(w, i);
  Instance& instance = w.instances[i];
  instance.special &= static_cast<std::uint8_t>(~why);
  instance.millicores = cpu_rate(w, i);
  if (instance.millicores > 0) w.platform.processes[i].cause = 0;
  if (instance.dispatching == 0) cpu_arm(w, i);
}

void forget_process(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  instance.special &= static_cast<std::uint8_t>(kLimited | kQuota);
  for (const std::uint32_t timer :
       {w.compiled->timer_quota, w.compiled->timer_pause, w.compiled->timer_memory})
    w.timers.stop(timer + i);
  Process& process = w.platform.processes[i];
  Process fresh;
  // The container's own counters outlive its process.
  fresh.oom_kills = process.oom_kills;
  fresh.periods = process.periods;
  fresh.throttled_periods = process.throttled_periods;
  fresh.throttled_us = process.throttled_us;
  fresh.leak_synced = w.now;
  process = fresh;
  instance.millicores = cpu_rate(w, i);
}

}  // namespace incident::sim
