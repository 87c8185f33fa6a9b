#include "sim/parts/call_policy.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/breaker.h"
#include "sim/parts/bulkhead.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/deadline.h"
#include "sim/parts/functions.h"
#include "sim/parts/hedging.h"
#include "sim/parts/instance.h"
#include "sim/parts/journeys.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/replication.h"
#include "sim/parts/route.h"
#include "sim/parts/sockets.h"
#include "sim/parts/steps.h"

namespace incident::sim {
namespace {

std::int64_t network_delay(std::uint64_t& stream, const EdgeParameters& p) {
  std::int64_t us = p.network_us;
  if (us > 0 && p.network_jitter_permille > 0) {
    us += static_cast<std::int64_t>(
        draw_below(stream, static_cast<std::uint64_t>(us * p.network_jitter_permille / 1000 + 1)));
  }
  return us;
}

std::int64_t backoff(Call& c, const EdgeParameters& p) {
  std::int64_t us = p.backoff_us;
  for (int i = 1; i < c.attempt && us < p.backoff_cap_us; ++i) us *= 2;
  us = std::min(us, p.backoff_cap_us);
  const std::int64_t random = us * p.jitter_permille / 1000;
  return us - random +
         static_cast<std::int64_t>(draw_below(c.stream, static_cast<std::uint64_t>(random + 1)));
}

// Answers that another attempt would get again: the caller's own refusals, and what the request itself is not
// allowed or not right.
bool is_final(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCircuitOpen:
    case Outcome::kCancelled:
    case Outcome::kDeadlineExceeded:
    case Outcome::kBulkheadFull:
    case Outcome::kUnauthorized:
    case Outcome::kForbidden:
    case Outcome::kNotFound:
    case Outcome::kTooLarge:
      return true;
    default:
      return false;
  }
}

bool retries(World& w, Call& c, const EdgeParameters& p) {
  if (is_final(c.outcome)) return false;
  if (c.attempt >= p.attempts) return false;
  if (p.retry_budget_permille == 0) return true;
  Client& client = client_of(w, c);
  if (client.retry_tokens < 1000) return false;
  client.retry_tokens -= 1000;
  return true;
}

inline void begin_attempt(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  ++c.attempt;
  c.start = w.now;
  c.pool_wait = 0;
  c.span = ++w.next_span;
  c.target = kNone16;
  c.server = {};
  c.cause |= w.cause(PartKind::kEdge, c.edge);
  if (w.edge_plain[c.edge] == 0) {
    if (!enter_bulkhead(w, call) || !has_time(w, call)) return;
    arm_hedge(w, call);
  }
  if (w.edge_parameters[c.edge].breaker_failure_permille > 0 && !breaker_allows(w, c)) {
    return fail_soon(w, call, Outcome::kCircuitOpen, 0);
  }
  if (w.compiled->edges[c.edge].pool == kNone16) return send(w, call, kNone16);
  acquire_connection(w, call);
}

}  // namespace

void report_attempt(World& w, const Call& c, bool last) {
  if (w.observer == nullptr) return;
  CallRecord record{};
  record.trace = c.trace == kNone ? 0 : w.traces[c.trace].number;
  record.span = c.span;
  record.parent = c.parent;
  record.edge = EdgeId(c.edge);
  record.caller.value = c.owner;
  record.target.value = c.target;
  record.attempt = c.attempt;
  record.last = last;
  record.outcome = c.outcome;
  record.start = SimTime{c.start};
  record.end = SimTime{w.now};
  record.pool_wait = Duration{c.pool_wait};
  record.cause = c.cause;
  w.observer->on_call(record);
}

void end_call(World& w, std::uint32_t call) {
  if (w.calls[call].in_bulkhead != 0) leave_bulkhead(w, w.calls[call]);
  const Call& c = w.calls[call];
  if (c.owner == kNone16) customer_request_ended(w, c);
  const std::uint32_t caller = c.caller.slot;
  const CallRole role = c.role;
  const std::uint16_t step = c.step;
  const Outcome outcome = c.outcome;
  w.tasks[caller].cause |= c.cause;
  w.calls.release(call);
  call_returned(w, caller, role, step, outcome);
}

namespace {

void forget_deadline(World& w, std::uint32_t call) {
  w.calls[call].has_deadline = 0;
  deadlines_of(w, w.calls[call]).remove(w.calls, call);
}

// Nobody waits for the task any more.
void abandon(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  t.call = {};
  if (t.trace == kNone) return;  // what a health check called: it holds no trace open
  t.orphan = 1;
  ++w.traces[t.trace].references;
}

// Gives back what the attempt holds and tells that it was cancelled; its callee goes on, abandoned.
void stop_attempt(World& w, std::uint32_t call, bool last) {
  Call& c = w.calls[call];
  c.outcome = Outcome::kCancelled;
  if (c.state == CallState::kPoolWait) leave_pool_queue(w, call);
  if (c.has_deadline != 0) forget_deadline(w, call);
  if (c.state != CallState::kBackoff && c.state != CallState::kAwaitingTwin) report_attempt(w, c, last);
  release_connection(w, call);
  if (w.tasks.current(c.server)) abandon(w, c.server.slot);
  if (c.probing != 0) breaker_forget_probe(w, c);
}

void drop_call(World& w, std::uint32_t call) {
  stop_attempt(w, call, true);
  if (w.calls[call].in_bulkhead != 0) leave_bulkhead(w, w.calls[call]);
  w.calls.release(call);
}

}  // namespace

void cancel_attempt(World& w, std::uint32_t call) {
  const Handle server = w.calls[call].server;
  stop_attempt(w, call, false);
  if (w.tasks.current(server)) cancel_unstarted(w, server.slot);
}

bool may_retry(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  return retries(w, c, w.edge_parameters[c.edge]);
}

void back_off(World& w, std::uint32_t call) {
  w.calls.renew(call);
  Call& c = w.calls[call];
  c.state = CallState::kBackoff;
  w.schedule(w.now + backoff(c, w.edge_parameters[c.edge]), EventKind::kRetry, w.calls.handle(call));
}

void start_call(World& w, std::uint32_t task, std::uint16_t edge, CallRole role, std::uint16_t step) {
  const std::uint32_t call = w.calls.acquire();
  Call& c = w.calls[call];
  Task& t = w.tasks[task];
  c.caller = w.tasks.handle(task);
  c.edge = edge;
  c.owner = t.instance;
  c.role = role;
  c.step = step;
  c.stream = draw_bits(t.stream);
  c.first_start = w.now;
  c.parent = t.span;
  c.trace = t.trace;
  if (t.instance == kNone16) {
    begin_customer_request(w, c, t);
  }
  const EdgeParameters& p = w.edge_parameters[edge];
  if (p.retry_budget_permille > 0) {
    Client& client = client_of(w, c);
    client.retry_tokens = std::min(client.retry_tokens + p.retry_budget_permille, kRetryBudgetBurst);
  }
  begin_attempt(w, call);
}

void send(World& w, std::uint32_t call, std::uint16_t target) {
  const CompiledEdge& edge = w.compiled->edges[w.calls[call].edge];
  const EdgeParameters& p = w.edge_parameters[w.calls[call].edge];
  const bool plain = w.edge_plain[w.calls[call].edge] != 0;
  std::int64_t cold = 0;
  if (target == kNone16) {
    target = edge.function ? pick_function(w, edge.to_service, cold)
             : edge.routed ? route_to_store(w, call)
                           : pick_instance(w, edge.to_service);
  }
  Call& c = w.calls[call];
  if (target == kNone16) {
    c.cause |= w.cause(PartKind::kService, edge.to_service) | w.services[edge.to_service].down_cause;
    if (edge.function) c.cause |= w.cause(PartKind::kFunction, edge.to_service);
    return fail_soon(w, call, edge.function ? Outcome::kRateLimited : Outcome::kNoInstance, 0);
  }
  c.target = target;
  c.target_epoch = w.instances[target].epoch;
  c.state = CallState::kSent;
  const Socket socket = w.platform.counts_sockets != 0 ? open_socket(w, call) : Socket::kOpen;
  if (socket == Socket::kRefused) return;
  std::int64_t delay = cold;
  bool fresh = true;  // without a pool every call connects anew
  if (edge.connects && socket == Socket::kOpen && !open_connection(w, call, delay, fresh)) {
    c.cause |= w.cause(PartKind::kDatabase, edge.to_service) | w.instances[target].tint;
    return fail_soon(w, call, Outcome::kTooManyConnections, 2 * network_delay(c.stream, p));
  }
  const std::int64_t timeout = plain ? p.timeout_us : patience(w, c);
  if (timeout > 0) {
    c.deadline = w.now + timeout;
    c.has_deadline = 1;
    deadlines_of(w, c).insert(w.calls, call);
    w.arm_by(w.compiled->timer_edge + c.edge, c.deadline);
  }
  if (!plain && !set_out(w, call, fresh, delay)) return;
  delay += network_delay(c.stream, p);
  if (socket == Socket::kLost || (p.loss_permille > 0 && draw_permille(c.stream, p.loss_permille))) {
    if (timeout == 0) fail_soon(w, call, Outcome::kTimeout, kLostWithoutTimeoutUs);
    return;
  }
  const CauseMask inherited =
      w.tasks[c.caller.slot].inherited | (c.attempt > 1 || c.hedge != 0 ? c.cause : 0);
  const std::uint32_t task = new_task(w, edge.operation, target, c.trace, c.span, draw_bits(c.stream));
  Task& t = w.tasks[task];
  t.call = w.calls.handle(call);
  t.inherited = inherited;
  t.cause = inherited;
  w.calls[call].server = w.tasks.handle(task);
  if (!plain) brief(w, call, task, fresh);
  if (delay > 0) return w.schedule(w.now + delay, EventKind::kArrive, w.tasks.handle(task));
  arrive(w, task);
}

void answer(World& w, std::uint32_t call, Outcome outcome, CauseMask cause) {
  Call& c = w.calls[call];
  c.outcome = outcome;
  c.cause |= cause;
  c.server = {};
  c.state = CallState::kReplying;
  std::int64_t delay = network_delay(c.stream, w.edge_parameters[c.edge]);
  if (w.edge_plain[c.edge] == 0 && !come_back(w, call, delay)) return;
  if (delay > 0) return w.schedule(w.now + delay, EventKind::kReply, w.calls.handle(call));
  attempt_over(w, call);
}

void fail_soon(World& w, std::uint32_t call, Outcome outcome, std::int64_t after_us) {
  w.calls[call].outcome = outcome;
  w.calls[call].state = CallState::kReplying;
  w.schedule(w.now + after_us, EventKind::kReply, w.calls.handle(call));
}

void attempt_over(World& w, std::uint32_t call) {
  if (w.calls[call].has_deadline != 0) forget_deadline(w, call);
  if (w.calls[call].has_connection != kNoConnection) release_connection(w, call);
  Call& c = w.calls[call];
  const EdgeParameters& p = w.edge_parameters[c.edge];
  if (p.breaker_failure_permille > 0) breaker_record(w, c);
  if (c.twin != 0 && settle_twins(w, call)) return;
  const bool again = w.calls[call].outcome != Outcome::kOk && may_retry(w, call);
  if (w.observer != nullptr) report_attempt(w, w.calls[call], !again);
  if (again) return back_off(w, call);
  end_call(w, call);
}

void retry(World& w, std::uint32_t call) {
  begin_attempt(w, call);
}

bool on_edge_timer(World& w, std::uint16_t edge) {
  DeadlineList& list = w.edge_deadlines[edge];
  bool expired = false;
  while (!w.edge_deadlines[edge].empty() && w.calls[list.head].deadline <= w.now) {
    expired = true;
    const std::uint32_t call = list.head;
    Call& c = w.calls[call];
    c.outcome = Outcome::kTimeout;
    const Handle server = c.server;
    if (w.tasks.current(server)) {
      c.cause |= w.tasks[server.slot].cause;
      if (w.tasks[server.slot].state == TaskState::kQueued) {
        c.cause |= w.instances[c.target].tint | w.cause(PartKind::kService, w.service_of(c.target));
      }
    }
    forget_deadline(w, call);
    release_connection(w, call);
    if (w.tasks.current(server)) {
      abandon(w, server.slot);
      if (w.edge_parameters[edge].cancel != 0) cancel_unstarted(w, server.slot);
    }
    attempt_over(w, call);
  }
  if (!list.empty()) w.arm(w.compiled->timer_edge + edge, w.calls[list.head].deadline);
  return expired;
}

void drop_calls_of_task(World& w, std::uint32_t task) {
  const Handle caller = w.tasks.handle(task);
  for (std::uint32_t call = 0; call < w.calls.slots(); ++call) {
    if (w.calls.live(call) && w.calls[call].caller == caller) drop_call(w, call);
  }
}

void drop_calls_of_instance(World& w, std::uint16_t instance) {
  for (std::uint32_t call = 0; call < w.calls.slots(); ++call) {
    if (w.calls.live(call) && w.calls[call].owner == instance) drop_call(w, call);
  }
}

}  // namespace incident::sim
