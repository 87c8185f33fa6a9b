#include "sim/parts/instance.h"

#include <algorithm>

#include "sim/parts/admission.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/consumers.h"
#include "sim/parts/cpu.h"
#include "sim/parts/guards.h"
#include "sim/parts/locks.h"
#include "sim/parts/memory.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/platform.h"
#include "sim/parts/probes.h"
#include "sim/parts/process_limits.h"
#include "sim/parts/replication.h"
#include "sim/parts/single_flight.h"
#include "sim/parts/steps.h"

namespace incident::sim {
namespace {

// The request has a worker.
void begin_work(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  Instance& instance = w.instances[t.instance];
  ++instance.busy;
  t.state = TaskState::kRunning;
  t.started = w.now;
  if (t.started > t.arrived) {
    t.cause |= instance.tint | w.cause(PartKind::kService, w.service_of(t.instance));
  }
  instance.tint |= t.cause;
  if ((instance.special & kLimited) != 0) {
    remember_request(w, task);
    leak_files(w, task);
  }
  run_steps(w, task);
}

}  // namespace

void arrive(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  Instance& instance = w.instances[t.instance];
  t.arrived = t.started = w.now;
  if (t.cancelled != 0) return end_task(w, task, Outcome::kCancelled);
  const bool there = instance.state == InstanceState::kReady || instance.state == InstanceState::kDraining;
  if (!there || instance.epoch != t.epoch) return end_task(w, task, Outcome::kConnectionRefused);
  const std::uint16_t service = w.service_of(t.instance);
  const ServiceParameters& p = w.service_parameters[service];
  if ((instance.special & kLimited) != 0 && !admit(w, task)) return;
  const bool probe = t.trace == kNone;
  if (p.shed_permille > 0 && !probe && t.message == 0 && draw_permille(t.stream, p.shed_permille)) {
    t.cause |= w.cause(PartKind::kService, service);
    return end_task(w, task, Outcome::kShed);
  }
  if (w.guarded && refused_on_arrival(w, task)) return;
  if (instance.busy < instance.workers && instance.queue.empty()) return begin_work(w, task);
  if (instance.queue.size >= p.queue_limit) {
    t.cause |= instance.tint | w.cause(PartKind::kService, service);
    return end_task(w, task, Outcome::kQueueFull);
  }
  t.state = TaskState::kQueued;
  instance.queue.push(w.tasks, task);
}

void dispatch(World& w, std::uint16_t i) {
  while (!w.instances[i].queue.empty() && w.instances[i].busy < w.instances[i].workers) {
    const std::uint32_t task = w.instances[i].queue.pop(w.tasks);
    if (w.guarded && refused_at_start(w, task)) continue;
    begin_work(w, task);
  }
  Instance& instance = w.instances[i];
  if (instance.busy == 0 && instance.queue.empty()) instance.tint = 0;
  if (instance.state == InstanceState::kDraining && instance.assigned == 0) stop_soon(w, i);
}

void end_task(World& w, std::uint32_t task, Outcome outcome) {
  Task& t = w.tasks[task];
  const std::uint16_t i = t.instance;
  Instance& instance = w.instances[i];
  const bool here = instance.epoch == t.epoch;  // else it was stopped while the request travelled
  const bool worked = t.state == TaskState::kRunning || t.state == TaskState::kLocking;
  if (w.guarded) {
    leave_flights(w, task, outcome);
    if (here && worked) learn_limit(w, task);
  }
  if (t.on_cpu != 0) cpu_remove(w, task);
  if (t.held_rows != kNone || t.state == TaskState::kLocking) release_rows(w, task);
  if (here) {
    if (worked) {
      instance.tint |= t.cause;
      --instance.busy;
    }
    --instance.assigned;
    if (t.owns_connection != 0) --instance.connections;
  }
  --w.server_tasks;
  const bool answered = w.calls.current(t.call);
  if (w.observer != nullptr) {
    w.observer->on_task({t.trace == kNone ? 0 : w.traces[t.trace].number, t.span, t.parent,
                         OperationId(t.operation), InstanceId(i), outcome, SimTime{t.arrived},
                         SimTime{t.started}, SimTime{w.now}, Duration{t.lock_wait}, t.cause,
                         !answered && t.trace != kNone && t.message == 0 && t.lingering == 0});
  }
  const bool probe = t.trace == kNone;
  const Handle handle = w.tasks.handle(task);
  const Handle call = t.call;
  const CauseMask cause = t.cause;
  const std::uint32_t trace = t.trace;
  const bool orphan = t.orphan != 0;
  const bool message = t.message != 0;
  const bool poison = t.poison != 0;
  const std::uint16_t reader = t.journey;
  w.tasks.release(task);
  if (answered) answer(w, call.slot, outcome, cause);
  if (probe) probe_answered(w, i, handle, outcome, cause);
  if (orphan) release_trace(w, trace);
  if (message) {
    message_ended(w, reader, handle, outcome, cause, i, poison);
    release_trace(w, trace);
  }
  if (here && w.instances[i].dispatching == 0) {
    w.instances[i].dispatching = 1;
    dispatch(w, i);
    w.instances[i].dispatching = 0;
    cpu_arm(w, i);
  }
}

void cancel_unstarted(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  if (t.state == TaskState::kTravelling) {
    t.cancelled = 1;
  } else if (t.state == TaskState::kQueued) {
    w.instances[t.instance].queue.remove(w.tasks, task);
    end_task(w, task, Outcome::kCancelled);
  }
}

void refresh_derived(World& w) {
  refresh_guards(w);
  if (w.compiled->managed) refresh_platform(w);
  w.operation_plain.resize(w.operation_parameters.size());
  for (std::size_t o = 0; o < w.operation_parameters.size(); ++o) {
    const OperationParameters& p = w.operation_parameters[o];
    w.operation_plain[o] = p.cpu_factor_permille == 1000 && p.error_permille == 0 && p.crash_permille == 0 &&
                           p.left_open_permille == 0 &&
                           !w.compiled->services[w.compiled->operations[o].service].store &&
                           w.cause(PartKind::kOperation, o) == 0;
  }
  for (std::size_t i = 0; i < w.instances.size(); ++i) {
    Instance& instance = w.instances[i];
    const ServiceParameters& p = w.service_parameters[instance.service];
    instance.millicores = p.cpu_millicores;
    const DatabaseState& database = w.databases[instance.service];
    if (database.jobs_millicores > 0 && main_instance(w, instance.service) == i) {
      instance.millicores = std::max(instance.millicores / 4, instance.millicores - database.jobs_millicores);
    }
    instance.workers = static_cast<std::uint32_t>(p.workers);
    if (w.compiled->managed) refresh_platform(w, static_cast<std::uint16_t>(i));
    if (instance.revision == kNone16) continue;
    const RevisionParameters& r = w.revision_parameters[instance.revision];
    const InstanceParameters& own = w.instance_parameters[i];
    const bool warm = p.warmup_factor_permille == 1000 || w.now - instance.warm_from >= p.warmup_us;
    instance.plain = (!w.compiled->managed || platform_plain(w, static_cast<std::uint16_t>(i))) && warm &&
                     r.cpu_factor_permille == 1000 && r.error_permille == 0 && r.delay_us == 0 &&
                     r.crash_permille == 0 && !file_too_large(p) && own.cpu_factor_permille == 1000 &&
                     own.error_permille == 0 && w.cause(PartKind::kRevision, instance.revision) == 0 &&
                     w.cause(PartKind::kInstance, i) == 0;
  }
}

void report_part(World& w, PartEvent event, std::uint16_t service, std::uint16_t instance,
                 std::uint32_t other, CauseMask cause, std::int64_t value) {
  if (w.observer == nullptr) return;
  PartRecord record{event, SimTime{w.now}, ServiceId(), InstanceId(), other, cause, value};
  if (service != kNone16) record.service = ServiceId(service);
  if (instance != kNone16) record.instance = InstanceId(instance);
  w.observer->on_part(record);
}

}  // namespace incident::sim
