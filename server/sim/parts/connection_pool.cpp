#include "sim/parts/connection_pool.h"

#include <algorithm>
#include <cassert>

#include "sim/limits.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/instance.h"
#include "sim/parts/load_balancer.h"

namespace incident::sim {
namespace {

// The counts of idle connections of a pool's state, one for each slot of the target.
std::uint16_t* idle_of(World& w, std::size_t pool, std::uint32_t state) {
  const CompiledPool& p = w.compiled->pools[pool];
  return &w.idle_connections[p.first_idle + (state - p.first_state) * w.compiled->services[p.target].slots];
}

// The same of leaked ones; null while none has leaked anywhere.
std::uint16_t* leaked_of(World& w, std::size_t pool, std::uint32_t state) {
  if (w.leaked_connections.empty()) return nullptr;
  return &w.leaked_connections[static_cast<std::size_t>(idle_of(w, pool, state) - w.idle_connections.data())];
}

bool database_is_full(World& w, std::uint16_t target) {
  const std::uint16_t service = w.service_of(target);
  if (!w.compiled->services[service].database) return false;
  Instance& instance = w.instances[target];
  if (instance.connections < w.database_parameters[service].max_connections) return false;
  if (w.now - instance.exhausted_reported >= kExhaustedReportUs) {
    instance.exhausted_reported = w.now;
    report_part(w, PartEvent::kConnectionsExhausted, service, target, 0,
                w.cause(PartKind::kDatabase, service));
  }
  return true;
}

// The pool is full of connections to other instances: the target with most idle ones loses one.
void close_one_idle(World& w, std::size_t pool, std::uint32_t state) {
  const CompiledService& target = w.compiled->services[w.compiled->pools[pool].target];
  std::uint16_t* idle = idle_of(w, pool, state);
  std::uint16_t most = 0;
  for (std::uint16_t i = 1; i < target.slots; ++i) {
    if (idle[i] > idle[most]) most = i;
  }
  assert(idle[most] > 0);
  --idle[most];
  --w.pools[state].open;
  --w.instances[target.first + most].connections;
}

// The caller forgets to give its connection back: it stays open, and its slot taken, until the caller's
// process ends.
bool leaks(World& w, Call& c, std::size_t pool, std::uint32_t at) {
  if (w.instances[c.target].epoch != c.target_epoch || w.tasks.current(c.server) ||
      !draw_permille(c.stream, w.pool_parameters[pool].leak_permille))
    return false;
  if (w.leaked_connections.empty()) w.leaked_connections.resize(w.idle_connections.size());
  const std::size_t slot = c.target - w.compiled->services[w.service_of(c.target)].first;
  ++leaked_of(w, pool, at)[slot];
  ++w.pools[at].leaked;
  c.cause |= w.cause(PartKind::kPool, pool);
  w.pools[at].tint |= w.cause(PartKind::kPool, pool);
  return true;
}

bool broken(Outcome outcome) {
  switch (outcome) {
    case Outcome::kTimeout:
    case Outcome::kConnectionReset:
    case Outcome::kConnectionRefused:
    case Outcome::kCancelled:
    case Outcome::kDnsFailure:
    case Outcome::kTlsFailure:
    case Outcome::kUnreachable:
    case Outcome::kUnauthorized:
      return true;
    default:
      return false;
  }
}

// The connection itself closes at the caller; the target notices when its work is done.
void close_at_target(World& w, const Call& c) {
  if (w.instances[c.target].epoch != c.target_epoch) return;
  if (w.tasks.current(c.server)) {
    w.tasks[c.server.slot].owns_connection = 1;
  } else {
    --w.instances[c.target].connections;
  }
}

}  // namespace

std::uint32_t pool_state_of(const World& w, std::size_t pool, std::uint16_t owner) {
  const CompiledPool& p = w.compiled->pools[pool];
  return p.first_state + (owner - w.compiled->services[p.owner].first);
}

DeadlineList& deadlines_of(World& w, const Call& c) {
  if (c.state != CallState::kPoolWait) return w.edge_deadlines[c.edge];
  return w.pools[pool_state_of(w, w.compiled->edges[c.edge].pool, c.owner)].deadlines;
}

void acquire_connection(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  const std::size_t pool = w.compiled->edges[c.edge].pool;
  const std::uint32_t at = pool_state_of(w, pool, c.owner);
  PoolState& state = w.pools[at];
  const PoolParameters& p = w.pool_parameters[pool];
  if (state.waiting.empty() && state.in_use < p.size) {
    ++state.in_use;
    c.has_connection = kPoolSlot;
    return send(w, call, kNone16);
  }
  if (state.waiting.empty()) {
    report_part(w, PartEvent::kPoolExhausted, w.service_of(c.owner), c.owner,
                static_cast<std::uint32_t>(pool), w.cause(PartKind::kPool, pool) | state.tint);
  }
  c.state = CallState::kPoolWait;
  c.deadline = w.now + p.acquire_timeout_us;
  c.has_deadline = 1;
  state.waiting.push(w.calls, call);
  state.deadlines.insert(w.calls, call);
  w.arm_by(w.compiled->timer_pool + at, c.deadline);
}

bool open_connection(World& w, std::uint32_t call, std::int64_t& delay, bool& fresh) {
  Call& c = w.calls[call];
  Instance& target = w.instances[c.target];
  const std::uint16_t pool = w.compiled->edges[c.edge].pool;
  if (pool == kNone16) {
    if (database_is_full(w, c.target)) return false;
  } else {
    const std::uint32_t at = pool_state_of(w, pool, c.owner);
    std::uint16_t& idle = idle_of(w, pool, at)[c.target - w.compiled->services[w.service_of(c.target)].first];
    if (idle > 0) {
      --idle;
      c.has_connection = kConnected;
      fresh = false;
      return true;
    }
    if (database_is_full(w, c.target)) return false;
    if (w.pools[at].open >= w.pool_parameters[pool].size) close_one_idle(w, pool, at);
    ++w.pools[at].open;
    delay += w.pool_parameters[pool].connect_us;
  }
  ++target.connections;
  c.has_connection = kConnected;
  return true;
}

bool has_idle_connection(const World& w, const Call& c) {
  const CompiledPool& p = w.compiled->pools[w.compiled->edges[c.edge].pool];
  const CompiledService& target = w.compiled->services[p.target];
  const std::uint32_t owner = c.owner - w.compiled->services[p.owner].first;
  return w.idle_connections[p.first_idle + owner * target.slots + (c.target - target.first)] > 0;
}

void release_connection(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  const std::uint8_t had = c.has_connection;
  if (had == kNoConnection) return;
  c.has_connection = kNoConnection;
  const std::uint16_t pool = w.compiled->edges[c.edge].pool;
  if (pool == kNone16) return close_at_target(w, c);
  const std::uint32_t at = pool_state_of(w, pool, c.owner);
  PoolState& state = w.pools[at];
  if (had == kConnected && w.pool_parameters[pool].leak_permille > 0 && leaks(w, c, pool, at)) return;
  --state.in_use;
  if (had == kConnected) {
    const Instance& target = w.instances[c.target];
    const bool keep = !broken(c.outcome) && target.epoch == c.target_epoch &&
                      target.state == InstanceState::kReady && state.open <= w.pool_parameters[pool].size;
    if (keep) {
      ++idle_of(w, pool, at)[c.target - w.compiled->services[w.service_of(c.target)].first];
    } else {
      --state.open;
      close_at_target(w, c);
    }
  }
  if (state.waiting.empty()) {
    state.tint = 0;
    return;
  }
  state.tint |= c.cause;
  const std::uint16_t hint = c.target;
  const std::uint32_t next = state.waiting.head;
  grant_waiting(w, pool, at);
  if (w.calls[next].state != CallState::kPoolWait) w.calls[next].target = hint;
}

void grant_waiting(World& w, std::size_t pool, std::uint32_t at) {
  PoolState& state = w.pools[at];
  while (!state.waiting.empty() && state.in_use < w.pool_parameters[pool].size) {
    const std::uint32_t call = state.waiting.head;
    leave_pool_queue(w, call);
    Call& c = w.calls[call];
    c.state = CallState::kSent;
    c.cause |= w.cause(PartKind::kPool, pool) | state.tint;
    c.has_connection = kPoolSlot;
    ++state.in_use;
    // By an event, so that a long queue of waiters with instant answers cannot nest.
    w.schedule(w.now, EventKind::kSend, w.calls.handle(call));
  }
}

void send_granted(World& w, std::uint32_t call) {
  const std::uint16_t hint = w.calls[call].target;
  const bool serves = hint != kNone16 && is_serving(w, hint) && !w.compiled->edges[w.calls[call].edge].routed;
  w.calls[call].target = kNone16;
  send(w, call, serves ? hint : kNone16);
}

void leave_pool_queue(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  PoolState& state = w.pools[pool_state_of(w, w.compiled->edges[c.edge].pool, c.owner)];
  state.waiting.remove(w.calls, call);
  state.deadlines.remove(w.calls, call);
  c.has_deadline = 0;
  c.pool_wait = w.now - c.start;
}

bool on_pool_timer(World& w, std::uint32_t at) {
  PoolState& state = w.pools[at];
  bool expired = false;
  while (!state.deadlines.empty() && w.calls[state.deadlines.head].deadline <= w.now) {
    expired = true;
    const std::uint32_t call = state.deadlines.head;
    leave_pool_queue(w, call);
    Call& c = w.calls[call];
    c.outcome = Outcome::kPoolTimeout;
    c.state = CallState::kReplying;
    c.cause |= w.cause(PartKind::kPool, w.compiled->edges[c.edge].pool) | state.tint;
    attempt_over(w, call);
  }
  if (!state.deadlines.empty()) w.arm(w.compiled->timer_pool + at, w.calls[state.deadlines.head].deadline);
  return expired;
}

void close_connections(World& w, std::uint16_t instance) {
  const std::uint16_t service = w.service_of(instance);
  const auto slot = static_cast<std::uint16_t>(instance - w.compiled->services[service].first);
  for (std::size_t pool = 0; pool < w.compiled->pools.size(); ++pool) {
    const CompiledPool& p = w.compiled->pools[pool];
    const CompiledService& target = w.compiled->services[p.target];
    if (p.target == service) {
      for (std::uint32_t owner = 0; owner < w.compiled->services[p.owner].slots; ++owner) {
        std::uint16_t& idle = idle_of(w, pool, p.first_state + owner)[slot];
        w.pools[p.first_state + owner].open -= idle;
        idle = 0;
        if (std::uint16_t* leaked = leaked_of(w, pool, p.first_state + owner)) {
          w.pools[p.first_state + owner].open -= leaked[slot];  // broken, and the slot taken all the same
          leaked[slot] = 0;
        }
      }
    }
    if (p.owner == service) {
      std::uint16_t* idle = idle_of(w, pool, p.first_state + slot);
      for (std::uint16_t i = 0; i < target.slots; ++i) {
        w.pools[p.first_state + slot].open -= idle[i];
        w.instances[target.first + i].connections -= idle[i];
        idle[i] = 0;
      }
      PoolState& state = w.pools[p.first_state + slot];
      if (std::uint16_t* leaked = leaked_of(w, pool, p.first_state + slot)) {
        for (std::uint16_t i = 0; i < target.slots; ++i) {
          state.open -= leaked[i];
          w.instances[target.first + i].connections -= leaked[i];
          leaked[i] = 0;
        }
      }
      state.in_use -= state.leaked;
      state.leaked = 0;
    }
  }
  w.instances[instance].connections = 0;
}

}  // namespace incident::sim
