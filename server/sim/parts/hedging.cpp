#include "sim/parts/hedging.h"

#include <cassert>

#include "sim/engine/draw.h"
#include "sim/parts/bulkhead.h"
#include "sim/parts/call_policy.h"

namespace incident::sim {
namespace {

Handle twin_of(const Call& c) {
  return {c.twin - 1, c.twin_generation};
}

void link(World& w, std::uint32_t from, std::uint32_t to) {
  w.calls[from].twin = to + 1;
  w.calls[from].twin_generation = w.calls[to].generation;
}

bool primary_over(World& w, std::uint32_t call) {
  const Handle second = twin_of(w.calls[call]);
  if (!w.calls.current(second)) {
    w.calls[call].twin = 0;  // it has failed before
    return false;
  }
  if (w.calls[call].outcome == Outcome::kOk) {
    w.calls[call].twin = 0;
    cancel_attempt(w, second.slot);
    w.calls.release(second.slot);
    return false;
  }
  report_attempt(w, w.calls[call], false);
  w.calls[call].state = CallState::kAwaitingTwin;
  return true;
}

bool hedge_over(World& w, std::uint32_t call) {
  const std::uint32_t first = twin_of(w.calls[call]).slot;
  assert(w.calls.current(twin_of(w.calls[call])));
  const bool won = w.calls[call].outcome == Outcome::kOk;
  const bool waiting = w.calls[first].state == CallState::kAwaitingTwin;
  w.calls[first].twin = 0;
  if (won || waiting) w.calls[first].cause |= w.calls[call].cause;
  const bool again = !won && (!waiting || may_retry(w, first));
  report_attempt(w, w.calls[call], !again);
  if (won) ++client_guard_of(w, w.calls[call]).hedges_won;
  w.calls.release(call);
  if (!won && !waiting) return true;  // the first attempt goes on alone
  if (again) {
    back_off(w, first);
    return true;
  }
  if (won) {
    if (!waiting) cancel_attempt(w, first);
    w.calls[first].outcome = Outcome::kOk;
  }
  end_call(w, first);
  return true;
}

}  // namespace

void arm_hedge(World& w, std::uint32_t call) {
  const Call& c = w.calls[call];
  const std::int64_t after = w.edge_parameters[c.edge].hedge_us;
  if (after > 0 && c.hedge == 0) w.schedule(w.now + after, EventKind::kHedge, w.calls.handle(call));
}

bool hedge(World& w, std::uint32_t call) {
  const CallState state = w.calls[call].state;
  if ((state != CallState::kSent && state != CallState::kPoolWait) || w.calls[call].twin != 0 ||
      w.edge_parameters[w.calls[call].edge].hedge_us == 0)
    return false;
  const std::uint32_t second = w.calls.acquire();
  Call& first = w.calls[call];
  Call& c = w.calls[second];
  c.hedge = 1;
  c.caller = first.caller;
  c.edge = first.edge;
  c.owner = first.owner;
  c.role = first.role;
  c.step = first.step;
  c.stream = draw_bits(first.stream);
  c.first_start = first.first_start;
  c.parent = first.parent;
  c.trace = first.trace;
  c.cause = first.cause;
  c.attempt = static_cast<std::uint16_t>(first.attempt - 1);  // beside it, not after it
  link(w, call, second);
  link(w, second, call);
  ++client_guard_of(w, c).hedges;
  retry(w, second);
  return true;
}

bool settle_twins(World& w, std::uint32_t call) {
  return w.calls[call].hedge != 0 ? hedge_over(w, call) : primary_over(w, call);
}

}  // namespace incident::sim
