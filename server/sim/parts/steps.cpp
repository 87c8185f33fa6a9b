#include "sim/parts/steps.h"

#include "sim/parts/await.h"
#include "sim/parts/broker.h"
#include "sim/parts/cache.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/cpu.h"
#include "sim/parts/crash.h"
#include "sim/parts/instance.h"
#include "sim/parts/journeys.h"
#include "sim/parts/locks.h"
#include "sim/parts/nodes.h"
#include "sim/parts/single_flight.h"
#include "sim/parts/statements.h"
#include "sim/parts/tables.h"

namespace incident::sim {
namespace {

std::int64_t draw_amount(const World& w, std::uint64_t& stream, const CompiledStep& step) {
  switch (step.shape) {
    case Shape::kConstant:
      return step.amount;
    case Shape::kExponential:
      return to_microseconds(draw_exponential(stream) * static_cast<double>(step.amount));
    case Shape::kLognormal:
      return to_microseconds(draw_lognormal(stream, w.compiled->lognormals[step.table]) *
                             static_cast<double>(step.amount));
  }
  return step.amount;
}

// What a request meets before its first step: faults of the code or the machine, and the version's own delay.
// True when the task goes on now.
bool pass_start(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  if (w.instances[t.instance].plain != 0 && w.operation_plain[t.operation] != 0) return true;
  const std::uint16_t revision = w.instances[t.instance].revision;
  const RevisionParameters& r = w.revision_parameters[revision];
  if (t.delayed == 0 && r.delay_us > 0) {
    t.delayed = 1;
    t.cause |= w.cause(PartKind::kRevision, revision);
    w.schedule(w.now + r.delay_us, EventKind::kResume, w.tasks.handle(task));
    return false;
  }
  const std::uint16_t service = w.service_of(t.instance);
  if (file_too_large(w.service_parameters[service])) {
    t.cause |= w.cause(PartKind::kService, service);
    end_task(w, task, Outcome::kError);
    return false;
  }
  if (crashes(w, task)) return false;
  const auto fails = [&](std::int64_t permille, PartKind kind, std::size_t part) {
    if (permille <= 0 || !draw_permille(t.stream, permille)) return false;
    t.cause |= w.cause(kind, part);
    return true;
  };
  if (fails(r.error_permille, PartKind::kRevision, revision) ||
      fails(w.operation_parameters[t.operation].error_permille, PartKind::kOperation, t.operation) ||
      fails(w.instance_parameters[t.instance].error_permille, PartKind::kInstance, t.instance)) {
    end_task(w, task, Outcome::kError);
    return false;
  }
  return !w.compiled->services[w.service_of(t.instance)].database || admit_statement(w, task);
}

void finish(World& w, std::uint32_t task, Outcome outcome) {
  const Task& t = w.tasks[task];
  if (t.instance == kNone16) return end_user(w, task);
  if (t.poison != 0 && outcome == Outcome::kOk) outcome = Outcome::kError;
  if (w.operation_plain[t.operation] == 0 && outcome == Outcome::kOk && !conclude_statement(w, task)) return;
  end_task(w, task, outcome);
}

std::uint32_t key_of(World& w, Task& t, std::uint16_t cache, bool fresh) {
  if (fresh || t.key == kNone) t.key = w.compiled->cache_keys[cache].draw(t.stream);
  return t.key;
}

void start_parallel(World& w, std::uint32_t task, const CompiledOperation& operation) {
  const std::uint16_t first = w.tasks[task].step;
  const std::uint16_t count = w.compiled->steps[operation.first + first].count;
  // One more than the calls, so that answers that come at once do not end the step early.
  w.tasks[task].pending = static_cast<std::uint16_t>(count + 1);
  for (std::uint16_t i = 1; i <= count; ++i) {
    const auto step = static_cast<std::uint16_t>(first + i);
    start_call(w, task, w.compiled->steps[operation.first + step].edge, CallRole::kParallel, step);
  }
  --w.tasks[task].pending;
}

}  // namespace

void run_steps(World& w, std::uint32_t task) {
  if (w.tasks[task].step == 0 && w.tasks[task].instance != kNone16 && !pass_start(w, task)) return;
  go_on(w, task);
}

void go_on(World& w, std::uint32_t task) {
  const CompiledOperation operation = w.compiled->operations[w.tasks[task].operation];
  for (;;) {
    Task& t = w.tasks[task];
    if (w.guarded) land_flights(w, task);
    if (t.step >= operation.count) return finish(w, task, t.outcome);
    const CompiledStep& step = w.compiled->steps[operation.first + t.step];
    // The most frequent by far, kept off the switch: its indirect jump is mispredicted too often.
    if (step.kind == StepKind::kCall) return start_call(w, task, step.edge, CallRole::kPlain, t.step);
    if (step.kind == StepKind::kWork && t.instance != kNone16) {
      const std::int64_t us = cpu_cost(w, task, draw_amount(w, t.stream, step));
      if (us > 0) return cpu_add(w, task, us);
      ++t.step;
      continue;
    }
    switch (step.kind) {
      case StepKind::kWork:
      case StepKind::kDelay: {
        std::int64_t us = draw_amount(w, t.stream, step);
        // What a store waits for is its disk.
        if (!w.platform.nodes.empty() && t.instance != kNone16 &&
            w.compiled->services[operation.service].database) {
          us = us * node_disk_cost(w, t.instance) / 1000;
          t.cause |= node_cause(w, t.instance);
        }
        if (us > 0) return w.schedule(w.now + us, EventKind::kResume, w.tasks.handle(task));
        break;
      }
      case StepKind::kCall:
        break;
      case StepKind::kParallel: {
        start_parallel(w, task, operation);
        Task& after = w.tasks[task];
        if (after.pending > 0) return;
        if (after.outcome != Outcome::kOk) return finish(w, task, after.outcome);
        after.step = static_cast<std::uint16_t>(after.step + step.count);
        break;
      }
      case StepKind::kCacheGet:
        key_of(w, t, step.cache, true);
        return start_call(w, task, step.edge, CallRole::kCacheGet, t.step);
      case StepKind::kCachePut:
        key_of(w, t, step.cache, false);
        return start_call(w, task, step.edge, CallRole::kCachePut, t.step);
      case StepKind::kLock:
        if (!lock_row(w, task, step.lock_set)) return;
        break;
      case StepKind::kMaybe:
        if (!draw_permille(t.stream, step.permille)) t.step = static_cast<std::uint16_t>(t.step + step.count);
        break;
      case StepKind::kIfFlag:
        t.cause |= w.cause(PartKind::kFlag, step.flag);
        if (w.flag_parameters[step.flag].on == 0) t.step = static_cast<std::uint16_t>(t.step + step.count);
        break;
      case StepKind::kUnlessFlag:
        t.cause |= w.cause(PartKind::kFlag, step.flag);
        if (w.flag_parameters[step.flag].on != 0) t.step = static_cast<std::uint16_t>(t.step + step.count);
        break;
      case StepKind::kLockOne:
        if (!lock_one(w, task)) return;
        if (step.amount > 0) return w.schedule(w.now + step.amount, EventKind::kResume, w.tasks.handle(task));
        break;
      case StepKind::kTable:
        if (!run_statement(w, task)) return;
        break;
      case StepKind::kAppend:
        if (!append(w, task)) return;
        break;
      case StepKind::kAwait:
        if (!await_message(w, task)) return;
        break;
    }
    ++w.tasks[task].step;
  }
}

void resume(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  if (w.guarded) {
    const FlightWait flight = wake(w, task);
    if (flight == FlightWait::kFailed) return finish(w, task, Outcome::kDependency);
    // What it waited for is what its own look-up guards.
    if (flight == FlightWait::kLanded) {
      const CompiledOperation& operation = w.compiled->operations[t.operation];
      t.step = static_cast<std::uint16_t>(t.step + w.compiled->steps[operation.first + t.step].count);
    }
  }
  // The delay of a revision comes before the first step; any other was the step itself.
  if (t.delayed == 1) {
    t.delayed = 2;
  } else {
    ++t.step;
  }
  run_steps(w, task);
}

void call_returned(World& w, std::uint32_t task, CallRole role, std::uint16_t at, Outcome outcome) {
  Task& t = w.tasks[task];
  const CompiledOperation& operation = w.compiled->operations[t.operation];
  const CompiledStep& step = w.compiled->steps[operation.first + at];
  const bool ok = outcome == Outcome::kOk;
  switch (role) {
    case CallRole::kPlain:
      if (!ok && !step.optional) return finish(w, task, Outcome::kDependency);
      // An N+1 query: the same call for each row of an answer, one after the other.
      if (w.edge_plain[step.edge] == 0 && ++t.pending < w.edge_parameters[step.edge].repeat)
        return start_call(w, task, step.edge, CallRole::kPlain, at);
      t.pending = 0;
      break;
    case CallRole::kParallel: {
      if (!ok && !step.optional) t.outcome = Outcome::kDependency;
      if (--t.pending > 0) return;
      if (t.outcome != Outcome::kOk) return finish(w, task, t.outcome);
      t.step = static_cast<std::uint16_t>(t.step + w.compiled->steps[operation.first + t.step].count);
      break;
    }
    case CallRole::kCacheGet:
      if (ok && look_up(w, step.cache, t.key, t.cause)) {
        t.step = static_cast<std::uint16_t>(t.step + step.count);
      } else if (w.cache_parameters[step.cache].single_flight != 0 && t.instance != kNone16 &&
                 join_flight(w, task, step.cache, step.count)) {
        return;
      }
      break;
    case CallRole::kCachePut:
      if (ok) store(w, step.cache, t.key);
      break;
  }
  ++t.step;
  run_steps(w, task);
}

}  // namespace incident::sim
