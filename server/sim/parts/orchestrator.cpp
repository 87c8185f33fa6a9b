#include "sim/parts/orchestrator.h"

#include <cassert>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/cache.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/cpu.h"
#include "sim/parts/functions.h"
#include "sim/parts/instance.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/nodes.h"
#include "sim/parts/platform.h"
#include "sim/parts/pods.h"
#include "sim/parts/probes.h"
#include "sim/parts/replication.h"
#include "sim/parts/route.h"
#include "sim/parts/scheduler.h"

namespace incident::sim {
namespace {

struct Census {
  std::uint32_t active = 0, old = 0, starting = 0, draining = 0, unhealthy_new = 0;
  std::uint16_t free = kNone16, drain_old = kNone16, drain_any = kNone16;
};

Census census(const World& w, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  Census c;
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
    const Instance& instance = w.instances[i];
    if (instance.state == InstanceState::kAbsent) {
      if (c.free == kNone16) c.free = i;
      continue;
    }
    if (instance.state == InstanceState::kDraining) {
      ++c.draining;
      continue;
    }
    ++c.active;
    const bool old = instance.serial < w.services[service].roll_floor;
    if (old) {
      ++c.old;
      // The least useful first: one that is not serving.
      if (c.drain_old == kNone16 || (is_serving(w, c.drain_old) && !is_serving(w, i))) c.drain_old = i;
    } else {
      if (instance.state == InstanceState::kStarting) ++c.starting;
      if (instance.state == InstanceState::kReady && instance.healthy == 0) ++c.unhealthy_new;
    }
    if (c.drain_any == kNone16 || instance.serial > w.instances[c.drain_any].serial) c.drain_any = i;
  }
  return c;
}

enum class RollStep : std::uint8_t { kWait, kStart, kDrain };

// A rollout by its strategy: so many more than wanted, so many fewer that serve.
RollStep next_of_rollout(const World& w, std::uint16_t service, const Census& c) {
  const DeploymentParameters& d = w.platform.deployments[service];
  const std::int64_t desired = w.services[service].desired;
  const auto serving = static_cast<std::int64_t>(w.serving[service].size());
  const bool wanted = c.active - c.old < desired && c.active < desired + d.max_surge;
  if (wanted && c.free != kNone16) return RollStep::kStart;
  if (!is_serving(w, c.drain_old) || serving > desired - d.max_unavailable) return RollStep::kDrain;
  // Without a free slot an old one has to go first, one at a time.
  return wanted && c.draining == 0 ? RollStep::kDrain : RollStep::kWait;
}

void set_life(World& w, std::uint16_t i, std::int64_t at) {
  w.arm(w.compiled->timer_life + i, at);
}

void start(World& w, std::uint16_t i, std::uint16_t revision) {
  Instance& instance = w.instances[i];
  assert(instance.state == InstanceState::kAbsent);
  const std::uint16_t service = w.service_of(i);
  instance.state = InstanceState::kStarting;
  instance.revision = revision;
  instance.started = w.now;
  instance.cpu_used = 0;
  instance.healthy = 0;
  instance.tint = 0;
  ++instance.epoch;
  load_process(w, i);
  refresh_derived(w);
  if (!w.compiled->managed) set_life(w, i, w.now + w.service_parameters[service].startup_us);
  report_part(w, PartEvent::kInstanceStarting, service, i, 0, w.cause(PartKind::kRevision, revision));
  if (w.compiled->managed) begin_pod(w, i);
}

void start_new(World& w, std::uint16_t i, std::uint16_t revision) {
  Instance& instance = w.instances[i];
  instance.serial = w.services[w.service_of(i)].next_serial++;
  instance.restarts = 0;
  instance.drained = 0;
  if (w.compiled->managed) new_pod(w, i);
  start(w, i, revision);
}

// Whether the cluster takes a new pod of the service: its admission webhooks have a say. When they cannot be
// reached or trusted and fail closed, rollouts and scaling stand still, and what runs goes on.
bool admitted(World& w, std::uint16_t service) {
  if (w.service_parameters[service].admission != 0) return true;
  // Told of one of its pods that are there: the new one has no name yet.
  const CompiledService& s = w.compiled->services[service];
  std::uint16_t witness = kNone16;
  for (std::uint16_t i = s.first; i < s.first + s.slots && witness == kNone16; ++i) {
    if (w.instances[i].state != InstanceState::kAbsent) witness = i;
  }
  report_part(w, PartEvent::kAdmissionDenied, service, witness, 0, w.cause(PartKind::kService, service));
  return false;
}

// Nobody will answer the task's caller: it waits for as long as it is ready to.
void forget_caller(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  if (!w.calls.current(t.call)) return;
  const std::uint32_t call = t.call.slot;
  w.calls[call].cause |= t.cause;
  w.calls[call].server = {};
  t.call = {};
  if (w.calls[call].has_deadline == 0) fail_soon(w, call, Outcome::kTimeout, kLostWithoutTimeoutUs);
}

// Everything on the instance ends now. Callers learn of it after the network's delay, or (kInstanceLost) not.
void stop(World& w, std::uint16_t i, PartEvent event) {
  Instance& instance = w.instances[i];
  const std::uint16_t service = w.service_of(i);
  if (!w.replicas.empty()) replica_going(w, i);
  instance.state = InstanceState::kAbsent;
  instance.hold = PodHold::kNone;
  instance.healthy = 0;
  rebuild_serving(w, service);
  stop_probes(w, i);
  w.timers.stop(w.compiled->timer_life + i);
  instance.dispatching = 1;  // nothing is started while it goes down
  drop_calls_of_instance(w, i);
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    Task& t = w.tasks[task];
    if (!w.tasks.live(task) || t.instance != i || t.epoch != instance.epoch) continue;
    if (t.state == TaskState::kTravelling) continue;  // it will find nobody
    if (t.state == TaskState::kQueued) instance.queue.remove(w.tasks, task);
    t.cause |= instance.tint;
    if (event == PartEvent::kInstanceLost) forget_caller(w, task);
    end_task(w, task, Outcome::kConnectionReset);
  }
  cpu_clear(w, i);
  close_connections(w, i);
  instance.dispatching = 0;
  instance.assigned = 0;
  instance.busy = 0;
  ++instance.epoch;
  if (w.compiled->managed) forget_process(w, i);
  lose_entries(w, i);
  for (std::size_t e = 0; e < w.compiled->edges.size(); ++e) {
    const CompiledEdge& edge = w.compiled->edges[e];
    if (edge.from != service) continue;
    const std::uint32_t client = edge.client + (i - w.compiled->services[service].first);
    w.clients[client] = {};
    if (w.guarded) w.client_guards[client] = {};
  }
  report_part(w, event, service, i, 0, w.cause(PartKind::kRevision, instance.revision));
  if (instance.restart_action != kNone) {
    const std::uint32_t action = instance.restart_action;
    instance.restart_action = kNone;
    end_action(w, action, ActionState::kFailed);
  }
}

void drain(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  const std::uint16_t service = w.service_of(i);
  if (instance.state == InstanceState::kStarting) {
    stop(w, i, PartEvent::kInstanceStopped);
    if (w.compiled->managed) remove_pod(w, i);
    return;
  }
  instance.state = InstanceState::kDraining;
  rebuild_serving(w, service);
  stop_probes(w, i);
  set_life(w, i, instance.assigned == 0 ? w.now : w.now + w.service_parameters[service].drain_us);
  report_part(w, PartEvent::kInstanceDraining, service, i, 0, 0);
}

void ready(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  const std::uint16_t service = w.service_of(i);
  instance.state = InstanceState::kReady;
  instance.healthy = !w.compiled->managed || w.platform.pods[i].readiness_broken == 0;
  instance.warm_from = w.now;
  refresh_derived(w);
  if (!w.replicas.empty()) replica_ready(w, i);
  rebuild_serving(w, service);
  if (w.serving[service].size() >= w.services[service].desired) w.services[service].down_cause = 0;
  start_probes(w, i);
  if (w.compiled->managed) watch_liveness(w, i);
  if (w.compiled->services[service].function) watch_function(w, i);
  report_part(w, PartEvent::kInstanceReady, service, i, 0, 0);
  if (instance.restart_action != kNone) {
    const std::uint32_t action = instance.restart_action;
    instance.restart_action = kNone;
    end_action(w, action, ActionState::kDone);
  }
}

}  // namespace

void start_initial(World& w, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  ServiceState& state = w.services[service];
  state.desired = w.model->services[service].instances;
  for (std::uint32_t n = 0; n < state.desired; ++n) {
    const auto i = static_cast<std::uint16_t>(s.first + n);
    Instance& instance = w.instances[i];
    instance.state = InstanceState::kReady;
    instance.healthy = 1;
    instance.revision = state.revision;
    instance.serial = state.next_serial++;
    instance.epoch = 1;
    start_probes(w, i);
    if (w.compiled->managed) begin_running(w, i);
    if (w.compiled->services[service].function) watch_function(w, i);
  }
  rebuild_serving(w, service);
}

void roll(World& w, std::uint16_t service, std::uint16_t revision, std::uint32_t action) {
  ServiceState& s = w.services[service];
  if (s.roll_action != kNone) end_action(w, s.roll_action, ActionState::kFailed);  // superseded
  s.roll_action = action;
  s.revision = revision;
  s.roll_floor = s.next_serial;
  s.rolling = 1;
  reconcile(w, service);
}

void scale(World& w, std::uint16_t service, std::uint32_t instances, std::uint32_t action) {
  ServiceState& s = w.services[service];
  if (s.scale_action != kNone) end_action(w, s.scale_action, ActionState::kFailed);
  s.scale_action = action;
  s.desired = instances;
  reconcile(w, service);
}

// Functions follow their requests: only what runs old code has to go.
void reconcile_function(World& w, std::uint16_t service) {
  ServiceState& s = w.services[service];
  for (Census c = census(w, service); s.rolling != 0 && c.old > 0; c = census(w, service))
    drain(w, c.drain_old);
  s.desired = census(w, service).active;
  s.rolling = 0;
  const std::uint32_t action = s.roll_action;
  s.roll_action = kNone;
  if (action != kNone) end_action(w, action, ActionState::kDone);
}

void reconcile(World& w, std::uint16_t service) {
  if (w.compiled->services[service].function) return reconcile_function(w, service);
  for (;;) {
    ServiceState& s = w.services[service];
    const Census c = census(w, service);
    if (c.old == 0 && c.active < s.desired) {
      if (c.free == kNone16) return;  // a draining one still has the slot
      if (!admitted(w, service)) return;
      if (w.compiled->managed && !quota_allows(w, service)) return;
      start_new(w, c.free, s.revision);
      continue;
    }
    if (c.old > 0 && s.rolling != 0 && w.compiled->managed) {
      switch (next_of_rollout(w, service, c)) {
        case RollStep::kWait:
          return;
        case RollStep::kStart:
          if (!admitted(w, service) || !quota_allows(w, service)) return;
          start_new(w, c.free, s.revision);
          break;
        case RollStep::kDrain:
          drain(w, c.drain_old);
          break;
      }
      continue;
    }
    if (c.old > 0 && s.rolling != 0) {
      if (c.starting > 0 || c.unhealthy_new > 0) return;
      const bool spare = c.active > s.desired;
      if (!spare && !admitted(w, service)) return;
      if (!spare && c.free != kNone16) return start_new(w, c.free, s.revision);
      // Without a free slot an old one has to go first, one at a time.
      if (!spare && c.draining > 0) return;
      drain(w, c.drain_old);
      continue;
    }
    if (c.active > s.desired) {
      drain(w, c.drain_any);
      continue;
    }
    if (c.starting > 0 || c.draining > 0) return;
    if (s.rolling != 0) {
      s.rolling = 0;
      const std::uint32_t action = s.roll_action;
      s.roll_action = kNone;
      if (action != kNone) end_action(w, action, ActionState::kDone);
    }
    if (s.scale_action != kNone) {
      const std::uint32_t action = s.scale_action;
      s.scale_action = kNone;
      end_action(w, action, ActionState::kDone);
    }
    return;
  }
}

void restart_in_place(World& w, std::uint16_t i) {
  const std::uint16_t revision = w.instances[i].revision;
  if (w.instances[i].state == InstanceState::kDraining) return;  // it is leaving anyway
  stop(w, i, PartEvent::kInstanceKilled);
  ++w.instances[i].restarts;
  start(w, i, revision);
}

void restart_later(World& w, std::uint16_t i) {
  const std::int64_t wait = next_backoff(w, i);
  if (wait == 0) return restart_in_place(w, i);
  stop(w, i, PartEvent::kInstanceKilled);
  Instance& instance = w.instances[i];
  ++instance.restarts;
  instance.state = InstanceState::kStarting;
  hold_pod(w, i, PodHold::kCrashLoop, wait);
}

// The pod of a process that has stopped goes, unless a finalizer holds it.
void remove_pod(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  if (w.platform.deployments[w.service_of(i)].finalizer_stuck != 0) {
    instance.state = InstanceState::kDraining;
    return hold_pod(w, i, PodHold::kFinalizer, kHoldRecheckUs);
  }
  instance.state = InstanceState::kAbsent;
  instance.hold = PodHold::kNone;
  w.platform.pods[i] = {};
}

void delete_pod(World& w, std::uint16_t i) {
  if (w.instances[i].hold != PodHold::kFinalizer) stop(w, i, PartEvent::kInstanceKilled);
  w.instances[i].state = InstanceState::kAbsent;
  w.instances[i].hold = PodHold::kNone;
  w.timers.stop(w.compiled->timer_life + i);
  w.platform.pods[i] = {};
}

void leave(World& w, std::uint16_t i) {
  const InstanceState state = w.instances[i].state;
  if (state != InstanceState::kStarting && state != InstanceState::kReady) return;
  drain(w, i);
  reconcile(w, w.service_of(i));
}

void go_dark(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  const InstanceState before = instance.state;
  const std::uint8_t healthy = instance.healthy;
  const CauseMask cause = node_cause(w, i);
  stop(w, i, PartEvent::kInstanceLost);
  w.services[instance.service].down_cause |= cause;
  // The pod is still there for everybody who has not noticed.
  instance.state = before == InstanceState::kDraining ? InstanceState::kReady : before;
  instance.healthy = before == InstanceState::kReady ? healthy : 0;
  instance.special |= kDark;
  refresh_derived(w);
  rebuild_serving(w, instance.service);
}

std::uint16_t start_at_once(World& w, std::uint16_t service) {
  const Census c = census(w, service);
  if (c.free == kNone16 || !quota_allows(w, service)) return kNone16;
  start_new(w, c.free, w.services[service].revision);
  if (w.instances[c.free].hold != PodHold::kNone) return kNone16;
  ready(w, c.free);
  w.services[service].desired = c.active + 1;
  return c.free;
}

void stop_soon(World& w, std::uint16_t i) {
  set_life(w, i, w.now);
}

void on_life_timer(World& w, std::uint16_t i) {
  const std::uint16_t revision = w.instances[i].revision;
  if (w.instances[i].hold == PodHold::kCrashLoop) {
    w.instances[i].state = InstanceState::kAbsent;
    w.instances[i].hold = PodHold::kNone;
    return start(w, i, revision);
  }
  if (w.instances[i].hold == PodHold::kFinalizer) {
    remove_pod(w, i);
  } else if (w.instances[i].hold != PodHold::kNone) {
    return begin_pod(w, i);
  } else if (w.instances[i].state == InstanceState::kReady) {
    if (!w.compiled->services[w.service_of(i)].function) return liveness_failed(w, i);
    if (!is_idle(w, i)) return watch_function(w, i);
    drain(w, i);
  } else if (w.instances[i].state == InstanceState::kStarting) {
    if ((w.instances[i].special & kDark) != 0) return;
    if (w.compiled->managed && !container_started(w, i)) return;
    ready(w, i);
  } else if (w.instances[i].state == InstanceState::kDraining) {
    stop(w, i, w.instances[i].assigned > 0 ? PartEvent::kInstanceKilled : PartEvent::kInstanceStopped);
    if (w.compiled->managed) remove_pod(w, i);
  }
  reconcile(w, w.service_of(i));
}

}  // namespace incident::sim
