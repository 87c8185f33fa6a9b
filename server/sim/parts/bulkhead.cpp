#include "sim/parts/bulkhead.h"

#include "sim/parts/breaker.h"
#include "sim/parts/call_policy.h"

namespace incident::sim {

ClientGuard& client_guard_of(World& w, const Call& c) {
  return w.client_guards[static_cast<std::size_t>(&client_of(w, c) - w.clients.data())];
}

bool enter_bulkhead(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  const std::int64_t limit = w.edge_parameters[c.edge].bulkhead;
  if (limit == 0 || c.in_bulkhead != 0 || c.hedge != 0) return true;
  ClientGuard& client = client_guard_of(w, c);
  if (client.in_progress >= limit) {
    ++client.refused;
    fail_soon(w, call, Outcome::kBulkheadFull, 0);
    return false;
  }
  ++client.in_progress;
  c.in_bulkhead = 1;
  return true;
}

void leave_bulkhead(World& w, Call& c) {
  c.in_bulkhead = 0;
  --client_guard_of(w, c).in_progress;
}

}  // namespace incident::sim
