#include "sim/parts/memory.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/jobs.h"
#include "sim/parts/platform.h"
#include "sim/parts/pods.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::int64_t in_requests(const Instance& instance, const ResourceParameters& p) {
  return p.memory_per_request * (instance.busy + instance.queue.size);
}

std::int64_t leaked_now(const World& w, std::uint16_t i, const ResourceParameters& p) {
  const Process& process = w.platform.processes[i];
  if (p.leak_per_second == 0) return process.leaked;
  return process.leaked + p.leak_per_second * ((w.now - process.leak_synced) / 1000) / 1000;
}

std::int64_t live(const World& w, std::uint16_t i, const ResourceParameters& p) {
  return p.heap_base + in_requests(w.instances[i], p) + leaked_now(w, i, p);
}

}  // namespace

std::int64_t heap_used(const World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  if (p.heap_limit == 0) return 0;
  return std::min(p.heap_limit, live(w, i, p) + w.platform.processes[i].garbage);
}

std::int64_t working_set(const World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  const std::int64_t other = p.memory_base + job_memory(w, i);
  if (p.heap_limit > 0) return other + heap_used(w, i);
  return other + in_requests(w.instances[i], p) + leaked_now(w, i, p);
}

void check_memory(World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  if (p.memory_limit > 0 && working_set(w, i) > p.memory_limit) return die(w, i, kExitKilled);
  if (p.heap_limit > 0 && live(w, i, p) >= p.heap_limit) die(w, i, kExitOutOfMemory);
}

void remember_request(World& w, std::uint32_t task) {
  const std::uint16_t i = w.tasks[task].instance;
  const ResourceParameters& p = resources_of(w, i);
  Process& process = w.platform.processes[i];
  if (p.leak_per_request > 0 || p.leak_per_second > 0) {
    sync_leak(w, i);
    process.leaked += p.leak_per_request;
  }
  if (p.heap_limit > 0) {
    process.garbage += p.alloc_per_request;
    const std::int64_t room = std::max(p.heap_limit - live(w, i, p), p.heap_limit / kHeapReserve);
    if (process.garbage >= room && (w.instances[i].special & kCollecting) == 0) collect_garbage(w, i);
  }
  check_memory(w, i);
}

void collect_garbage(World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  Process& process = w.platform.processes[i];
  const std::int64_t pause = p.gc_pause_us + (live(w, i, p) >> 20) * p.gc_pause_per_mib_us;
  process.garbage = 0;
  ++process.collections;
  if (pause <= 0) return;
  process.gc_begun = w.now;
  stall(w, i, kCollecting, w.cause(PartKind::kResources, w.service_of(i)));
  w.arm(w.compiled->timer_pause + i, w.now + pause);
  if (pause >= kLongPauseUs)
    report_part(w, PartEvent::kLongPause, w.service_of(i), i, 0, process.cause, pause);
}

void on_pause_timer(World& w, std::uint16_t i) {
  Process& process = w.platform.processes[i];
  const std::int64_t pause = w.now - process.gc_begun;
  process.gc_us += pause;
  // The collector's threads take every core that the instance has.
  w.instances[i].cpu_used +=
      (pause << kCpuTickBits) * w.service_parameters[w.service_of(i)].cpu_millicores / 1000;
  go_on(w, i, kCollecting);
}

void sync_leak(World& w, std::uint16_t i) {
  w.platform.processes[i].leaked = leaked_now(w, i, resources_of(w, i));
  w.platform.processes[i].leak_synced = w.now;
}

void watch_memory(World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  const std::uint32_t timer = w.compiled->timer_memory + i;
  if (p.leak_per_second == 0 && job_memory(w, i) == 0) return w.timers.stop(timer);
  if (!w.timers.armed(timer)) w.arm(timer, w.now + kSecond);
}

void on_memory_timer(World& w, std::uint16_t i) {
  const InstanceState state = w.instances[i].state;
  if (state != InstanceState::kReady && state != InstanceState::kDraining) return;
  watch_memory(w, i);
  check_memory(w, i);
}

Result<Simulation::ActionPreview> preview_collect(const World& w, const Action& a) {
  const auto service = service_target(w, a.target);
  if (!service) return service.error();
  if (w.platform.resources.empty() || w.platform.resources[*service].heap_limit == 0)
    return refused("this service has no collected heap");
  return Simulation::ActionPreview{{kCollectUs}, 0};
}

bool collect_everywhere(World& w, std::uint32_t id) {
  const auto service = static_cast<std::uint16_t>(w.actions[id].action.target);
  w.actions[id].cause |= w.cause(PartKind::kResources, service);
  add_action_change(w, id, ChangeKind::kInfrastructure, service);
  const CompiledService& s = w.compiled->services[service];
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
    const Instance& instance = w.instances[i];
    if (instance.state == InstanceState::kReady && (instance.special & kCollecting) == 0)
      collect_garbage(w, i);
  }
  return true;
}

}  // namespace incident::sim
