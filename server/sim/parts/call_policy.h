// The caller's side of a call: connection, network, timeout, retries with backoff and budget, circuit
// breaker. A call that timed out leaves its work running at the callee unless the edge cancels: that is what
// feeds a retry storm. The timeout counts from the moment the attempt has its connection; the wait for one
// has the pool's own patience.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_call(World& w, std::uint32_t task, std::uint16_t edge, CallRole role, std::uint16_t step);
// The pool granted a connection: goes on to the network. `target`: where the freed connection leads, or none.
void send(World& w, std::uint32_t call, std::uint16_t target);
// The callee's task has ended: its answer travels back.
void answer(World& w, std::uint32_t call, Outcome outcome, CauseMask cause);
// The present attempt is over, with the outcome already in the call.
void attempt_over(World& w, std::uint32_t call);
// The attempt fails without leaving the caller; taken up by an event, so that failures cannot nest.
void fail_soon(World& w, std::uint32_t call, Outcome outcome, std::int64_t after_us);
void retry(World& w, std::uint32_t call);
// False: nothing had expired, the timer stood for a wait that has ended.
bool on_edge_timer(World& w, std::uint16_t edge);
// --- for hedging
// Tells the observer how the present attempt ended; `last`: so does the call.
void report_attempt(World& w, const Call& c, bool last);
// The call is over, with its outcome in it: its task goes on.
void end_call(World& w, std::uint32_t call);
// Whether the call may try once more now; takes from its retry budget.
bool may_retry(World& w, std::uint32_t call);
void back_off(World& w, std::uint32_t call);
// Nobody wants this attempt any more: its callee drops what has not begun. The call stays.
void cancel_attempt(World& w, std::uint32_t call);

// The calling task was killed: forgets its calls. Their callees go on, abandoned.
void drop_calls_of_task(World& w, std::uint32_t task);
void drop_calls_of_instance(World& w, std::uint16_t instance);

}  // namespace incident::sim
