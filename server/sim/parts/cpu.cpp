#include "sim/parts/cpu.h"

#include <algorithm>

#include "sim/parts/cpu_quota.h"
#include "sim/parts/instance.h"
#include "sim/parts/platform.h"
#include "sim/parts/steps.h"

namespace incident::sim {
std::int64_t cpu_used_us(const World& w, std::uint16_t i) {
  const Instance& instance = w.instances[i];
  const auto running = static_cast<std::int64_t>(w.cpu[i].size());
  const std::int64_t since =
      running == 0 ? 0 : ticks_in(instance, running, w.now - instance.cpu_synced) * running;
  return (instance.cpu_used + since) >> kCpuTickBits;
}

void cpu_arm(World& w, std::uint16_t i) {
  cpu_sync(w, i);
  const auto& work = w.cpu[i];
  const Instance& instance = w.instances[i];
  if (work.empty() || instance.millicores == 0) {  // (nothing to do, or standing still)
    w.timers.stop(i);
    return;
  }
  const std::int64_t left = std::max<std::int64_t>(work.top().finish - instance.cpu_virtual, 0);
  const auto running = static_cast<std::int64_t>(work.size());
  const std::int64_t cores = instance.millicores;
  std::int64_t wait;
  if (running * 1000 <= cores) {
    wait = (left + (1 << kCpuTickBits) - 1) >> kCpuTickBits;
  } else {
    // Rounded up, so that virtual time has reached the work when the timer fires.
    const Wide scaled = static_cast<Wide>(left) * static_cast<Wide>(running * 1000);
    const auto divisor = static_cast<Wide>(cores) << kCpuTickBits;
    wait = (scaled >> 63) == 0 ? static_cast<std::int64_t>((static_cast<std::uint64_t>(scaled) +
                                                            static_cast<std::uint64_t>(divisor) - 1) /
                                                           static_cast<std::uint64_t>(divisor))
                               : static_cast<std::int64_t>((scaled + divisor - 1) / divisor);
  }
  const std::int64_t at = w.now + wait;
  if (!w.timers.armed(i) || w.timers.entry(i).time != at) w.arm(i, at);
  if (instance.special != 0) arm_quota(w, i);
}

void cpu_add(World& w, std::uint32_t task, std::int64_t cost_us) {
  const std::uint16_t i = w.tasks[task].instance;
  cpu_sync(w, i);
  Instance& instance = w.instances[i];
  auto& work = w.cpu[i];
  if (work.empty()) instance.cpu_virtual = 0;  // keeps it small
  work.push(instance.cpu_virtual + (cost_us << kCpuTickBits), task);
  w.tasks[task].on_cpu = 1;
  if (static_cast<std::int64_t>(work.size()) * 1000 > instance.millicores) {
    // It has to share: it is slowed by whatever set the CPU limit and by what else runs here.
    Task& t = w.tasks[task];
    t.cause |= w.cause(PartKind::kService, w.service_of(i)) | instance.tint;
    instance.tint |= t.cause;
  }
  if (instance.dispatching == 0) cpu_arm(w, i);
}

void on_cpu_timer(World& w, std::uint16_t i) {
  cpu_sync(w, i);
  w.instances[i].dispatching = 1;
  while (!w.cpu[i].empty() && w.cpu[i].top().finish <= w.instances[i].cpu_virtual) {
    auto& work = w.cpu[i];
    const std::uint32_t task = work.top().task;
    work.pop();
    Task& t = w.tasks[task];
    t.on_cpu = 0;
    ++t.step;
    run_steps(w, task);
  }
  dispatch(w, i);
  w.instances[i].dispatching = 0;
  cpu_arm(w, i);
}

std::int64_t altered_cpu_cost(World& w, std::uint32_t task, std::int64_t amount_us) {
  Task& t = w.tasks[task];
  const Instance& instance = w.instances[t.instance];
  std::int64_t cost = amount_us;
  const auto apply = [&](std::int64_t permille, PartKind kind, std::size_t part) {
    if (permille != 1000) cost = cost * permille / 1000;
    t.cause |= w.cause(kind, part);
  };
  apply(w.revision_parameters[instance.revision].cpu_factor_permille, PartKind::kRevision, instance.revision);
  apply(w.operation_parameters[t.operation].cpu_factor_permille, PartKind::kOperation, t.operation);
  apply(w.instance_parameters[t.instance].cpu_factor_permille, PartKind::kInstance, t.instance);
  if (w.compiled->managed) {
    const std::int64_t permille = platform_cost(w, t.instance, t.cause);
    if (permille != 1000) cost = cost * permille / 1000;
  }
  const ServiceParameters& p = w.service_parameters[w.service_of(t.instance)];
  const std::int64_t age = w.now - instance.warm_from;
  if (age < p.warmup_us) {
    const std::int64_t extra = p.warmup_factor_permille - 1000;
    cost += cost * (extra - extra * age / p.warmup_us) / 1000;
  } else if (p.warmup_factor_permille != 1000) {
    refresh_derived(w);  // it has just become warm
  }
  return cost;
}

void cpu_remove(World& w, std::uint32_t task) {
  const std::uint16_t i = w.tasks[task].instance;
  cpu_sync(w, i);
  w.cpu[i].remove(task);
  w.tasks[task].on_cpu = 0;
}

void cpu_clear(World& w, std::uint16_t i) {
  cpu_sync(w, i);
  w.cpu[i].clear();
  w.timers.stop(i);
}

}  // namespace incident::sim
