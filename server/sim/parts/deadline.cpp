#include "sim/parts/deadline.h"

#include <algorithm>

#include "sim/parts/call_policy.h"
#include "sim/parts/guards.h"

namespace incident::sim {
namespace {

std::int64_t deadline_of_caller(const World& w, const Call& c) {
  if (w.edge_parameters[c.edge].propagate_deadline == 0) return 0;
  const RequestGuard* guard = find_guard(w, c.caller.slot);
  return guard == nullptr ? 0 : guard->deadline;
}

}  // namespace

bool has_time(World& w, std::uint32_t call) {
  const std::int64_t deadline = deadline_of_caller(w, w.calls[call]);
  if (deadline == 0 || w.now < deadline) return true;
  fail_soon(w, call, Outcome::kDeadlineExceeded, 0);
  return false;
}

std::int64_t patience(World& w, const Call& c) {
  const std::int64_t own = w.edge_parameters[c.edge].timeout_us;
  const std::int64_t deadline = deadline_of_caller(w, c);
  if (deadline == 0) return own;
  const std::int64_t left = std::max<std::int64_t>(deadline - w.now, 1);
  return own == 0 ? left : std::min(own, left);
}

}  // namespace incident::sim
