#include "sim/parts/breaker.h"

#include <bit>

#include "sim/parts/instance.h"

namespace incident::sim {
namespace {

void report(World& w, PartEvent event, const Call& c, CauseMask cause) {
  report_part(w, event, w.compiled->edges[c.edge].from, c.owner, c.edge, cause);
}

void open(World& w, Client& client, const Call& c) {
  client.breaker = BreakerState::kOpen;
  client.open_until = w.now + w.edge_parameters[c.edge].breaker_open_us;
  client.window = 0;
  client.calls = 0;
  report(w, PartEvent::kBreakerOpened, c, client.cause);
}

}  // namespace

Client& client_of(World& w, const Call& c) {
  const CompiledEdge& edge = w.compiled->edges[c.edge];
  // All customers together are one client: their retry budget lives in the app's code, not in one instance.
  const std::uint32_t slot = c.owner == kNone16 ? 0U : c.owner - w.compiled->services[edge.from].first;
  return w.clients[edge.client + slot];
}

bool breaker_allows(World& w, Call& c) {
  Client& client = client_of(w, c);
  if (client.breaker == BreakerState::kClosed) return true;
  if (client.breaker == BreakerState::kOpen && w.now >= client.open_until) {
    client.breaker = BreakerState::kHalfOpen;
    client.probing = 0;
    report(w, PartEvent::kBreakerHalfOpen, c, client.cause);
  }
  if (client.breaker == BreakerState::kHalfOpen && client.probing == 0) {
    client.probing = 1;
    c.probing = 1;
    return true;
  }
  c.cause |= client.cause;
  return false;
}

void breaker_record(World& w, Call& c) {
  // What the caller itself refused tells nothing of the callee.
  if (c.outcome == Outcome::kCircuitOpen || c.outcome == Outcome::kCancelled ||
      c.outcome == Outcome::kBulkheadFull)
    return;
  Client& client = client_of(w, c);
  const bool failed = c.outcome != Outcome::kOk;
  if (c.probing != 0) {
    c.probing = 0;
    client.probing = 0;
    if (client.breaker != BreakerState::kHalfOpen) return;
    if (failed) {
      client.cause |= c.cause;
      return open(w, client, c);
    }
    client.breaker = BreakerState::kClosed;
    report(w, PartEvent::kBreakerClosed, c, client.cause);
    client.cause = 0;
    return;
  }
  if (client.breaker != BreakerState::kClosed) return;  // an answer from before it opened
  const EdgeParameters& p = w.edge_parameters[c.edge];
  const auto window = static_cast<std::uint8_t>(p.breaker_window);
  client.window = (client.window << 1) | (failed ? 1U : 0U);
  if (window < 64) client.window &= (1ULL << window) - 1;
  if (client.calls < window) ++client.calls;
  if (client.calls > window) client.calls = window;
  if (client.window == 0) {
    client.cause = 0;
  } else if (failed) {
    client.cause |= c.cause;
  }
  const std::int64_t failures = std::popcount(client.window);
  if (client.calls == window && failures * 1000 >= p.breaker_failure_permille * window) open(w, client, c);
}

void breaker_forget_probe(World& w, const Call& c) {
  Client& client = client_of(w, c);
  if (client.breaker == BreakerState::kHalfOpen) client.probing = 0;
}

}  // namespace incident::sim
