#include "sim/parts/sockets.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/instance.h"
#include "sim/parts/nodes.h"
#include "sim/parts/platform.h"
#include "sim/parts/process_limits.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr auto kSeconds = static_cast<std::int64_t>(RecentSockets::kSeconds);

std::int64_t whole_seconds(std::int64_t us) {
  return std::clamp<std::int64_t>((us + kSecond - 1) / kSecond, 1, kSeconds - 1);
}

void refuse(World& w, std::uint32_t call, Outcome outcome, CauseMask cause) {
  w.calls[call].cause |= cause;
  fail_soon(w, call, outcome, 0);
}

}  // namespace

void count_socket(RecentSockets& s, std::int64_t now_us, std::int64_t kept_us) {
  const std::int64_t second = now_us / kSecond, kept = whole_seconds(kept_us);
  s.sum = recent_sockets(s, now_us, kept_us);
  // Seconds in which nothing was opened are still those of two minutes ago.
  for (std::int64_t t = std::max(s.second + 1, second - kSeconds + 1); t <= second; ++t)
    s.opened[static_cast<std::size_t>(t % kSeconds)] = 0;
  s.second = second;
  s.kept = kept;
  ++s.opened[static_cast<std::size_t>(second % kSeconds)];
  ++s.sum;
}

std::int64_t recent_sockets(const RecentSockets& s, std::int64_t now_us, std::int64_t kept_us) {
  const std::int64_t second = now_us / kSecond, kept = whole_seconds(kept_us);
  if (second == s.second && kept == s.kept) return s.sum;
  std::int64_t sum = 0;
  for (std::int64_t t = std::max<std::int64_t>({second - kept + 1, s.second - kSeconds + 1, 0});
       t <= s.second; ++t)
    sum += s.opened[static_cast<std::size_t>(t % kSeconds)];
  return sum;
}

std::int64_t ports_used(const World& w, std::uint16_t i) {
  return recent_sockets(w.platform.ports[i], w.now, resources_of(w, i).time_wait_us);
}

Socket open_socket(World& w, std::uint32_t call) {
  const Call& c = w.calls[call];
  if ((w.instances[c.target].special & kDark) != 0) {
    w.calls[call].cause |= node_cause(w, c.target);
    return Socket::kLost;
  }
  if (w.compiled->edges[c.edge].pool != kNone16 && has_idle_connection(w, c)) return Socket::kOpen;
  if (!w.platform.nodes.empty()) {
    CauseMask& cause = w.calls[call].cause;
    if (!track_connection(w, c.target, cause)) return Socket::kLost;
    if (c.owner != kNone16 && !track_connection(w, c.owner, cause)) return Socket::kLost;
  }
  const std::uint16_t to = w.compiled->edges[c.edge].to_service;
  if (w.platform.deployments[to].port_broken != 0) {
    refuse(w, call, Outcome::kConnectionRefused, w.cause(PartKind::kDeployment, to));
    return Socket::kRefused;
  }
  if (c.owner == kNone16) return Socket::kOpen;
  const std::uint16_t service = w.service_of(c.owner);
  const ResourceParameters& p = w.platform.resources[service];
  const CauseMask cause = w.cause(PartKind::kResources, service);
  if (p.files_limit > 0 && !has_file(w, c.owner)) {
    refuse(w, call, Outcome::kTooManyFiles, cause);
    return Socket::kRefused;
  }
  if (p.ports_limit > 0) {
    if (ports_used(w, c.owner) >= p.ports_limit) {
      Process& process = w.platform.processes[c.owner];
      if (w.now - process.told >= kExhaustedReportUs) {
        process.told = w.now;
        report_part(w, PartEvent::kPortsExhausted, service, c.owner, c.edge, cause, p.ports_limit);
      }
      refuse(w, call, Outcome::kPortsExhausted, cause);
      return Socket::kRefused;
    }
    count_socket(w.platform.ports[c.owner], w.now, p.time_wait_us);
  }
  return Socket::kOpen;
}

}  // namespace incident::sim
