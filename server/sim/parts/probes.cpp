#include "sim/parts/probes.h"

#include <algorithm>

#include "sim/parts/instance.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

void schedule_check(World& w, std::uint16_t i, std::int64_t after) {
  const std::uint16_t service = w.service_of(i);
  const ServiceParameters& p = w.service_parameters[service];
  w.instances[i].probe_waiting = 0;
  if (p.probe_interval_us <= 0 || !w.model->services[service].probe.valid()) {
    w.timers.stop(w.compiled->timer_probe + i);
    return;
  }
  w.arm(w.compiled->timer_probe + i, w.now + after);
}

void checked(World& w, std::uint16_t i, bool passed, CauseMask cause) {
  Instance& instance = w.instances[i];
  const std::uint16_t service = w.service_of(i);
  const ServiceParameters& p = w.service_parameters[service];
  if (passed) {
    ++instance.passes;
    instance.fails = 0;
    if (instance.healthy == 0 && instance.passes >= p.probe_rise) {
      instance.healthy = 1;
      rebuild_serving(w, service);
      if (w.serving[service].size() >= w.services[service].desired) w.services[service].down_cause = 0;
      report_part(w, PartEvent::kInstanceHealthy, service, i, 0, cause);
      reconcile(w, service);
    }
    return;
  }
  ++instance.fails;
  instance.passes = 0;
  report_part(w, PartEvent::kProbeFailed, service, i, 0, cause);
  if (instance.healthy != 0 && instance.fails >= p.probe_fall) {
    instance.healthy = 0;
    rebuild_serving(w, service);
    w.services[service].down_cause |= cause;
    report_part(w, PartEvent::kInstanceUnhealthy, service, i, 0, cause);
  }
  if (p.liveness_fall > 0 && instance.fails >= p.liveness_fall) {
    report_part(w, PartEvent::kLivenessRestart, service, i, 0, cause);
    if (w.compiled->managed) return restart_later(w, i);
    restart_in_place(w, i);
  }
}

}  // namespace

void start_probes(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  const CompiledService& s = w.compiled->services[service];
  w.instances[i].fails = w.instances[i].passes = 0;
  // Spread over the interval, as independent probers are.
  const std::int64_t interval = w.service_parameters[service].probe_interval_us;
  schedule_check(w, i, interval * (i - s.first + 1) / (s.slots + 1) + 1);
}

void stop_probes(World& w, std::uint16_t i) {
  w.instances[i].probe_task = {};
  w.instances[i].probe_waiting = 0;
  w.timers.stop(w.compiled->timer_probe + i);
}

void on_probe_timer(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  const ServiceParameters p = w.service_parameters[service];
  if (w.instances[i].probe_waiting != 0) {
    const Handle late = w.instances[i].probe_task;
    w.instances[i].probe_task = {};
    const CauseMask cause = (w.tasks.current(late) ? w.tasks[late.slot].cause : 0) | w.instances[i].tint;
    schedule_check(w, i, std::max<std::int64_t>(p.probe_interval_us - p.probe_timeout_us, 1));
    // The prober has hung up; a check that is still in the queue would only pile up behind the next.
    if (w.tasks.current(late)) cancel_unstarted(w, late.slot);
    return checked(w, i, false, cause);
  }
  // Nobody asks while the node's agent is down.
  if (w.compiled->managed && !kubelet_works(w, i)) return schedule_check(w, i, p.probe_interval_us);
  if (w.compiled->managed && w.platform.pods[i].readiness_broken != 0) {
    schedule_check(w, i, p.probe_interval_us);
    return checked(
        w, i, false,
        w.cause(PartKind::kDeployment, service) | w.cause(PartKind::kRevision, w.instances[i].revision));
  }
  const std::uint16_t operation = w.model->services[service].probe.value;
  std::uint64_t stream = (static_cast<std::uint64_t>(i) << 40) ^ static_cast<std::uint64_t>(w.now) ^ w.seed;
  const std::uint32_t task = new_task(w, operation, i, kNone, 0, draw_bits(stream));
  w.instances[i].probe_task = w.tasks.handle(task);
  w.instances[i].probe_waiting = 1;
  w.arm(w.compiled->timer_probe + i, w.now + p.probe_timeout_us);
  arrive(w, task);
}

void probe_answered(World& w, std::uint16_t i, Handle task, Outcome outcome, CauseMask cause) {
  Instance& instance = w.instances[i];
  if (instance.probe_waiting == 0 || !(instance.probe_task == task)) return;  // too late
  const std::uint32_t timer = w.compiled->timer_probe + i;
  const ServiceParameters& p = w.service_parameters[w.service_of(i)];
  const std::int64_t begun = w.timers.entry(timer).time - p.probe_timeout_us;
  instance.probe_task = {};
  schedule_check(w, i, std::max<std::int64_t>(begun + p.probe_interval_us - w.now, 1));
  checked(w, i, outcome == Outcome::kOk, cause);
}

}  // namespace incident::sim
