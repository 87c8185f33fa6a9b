#include "sim/parts/cpu_quota.h"

#include <algorithm>

#include "sim/parts/cpu.h"
#include "sim/parts/platform.h"

namespace incident::sim {
namespace {

// Periods of different instances do not begin together.
constexpr std::int64_t kPhaseUs = 7'919;

std::int64_t quota_ticks(const World& w, std::uint16_t i, std::int64_t period) {
  return (period << kCpuTickBits) * w.service_parameters[w.service_of(i)].cpu_millicores / 1000;
}

}  // namespace

void arm_quota(World& w, std::uint16_t i) {
  const Instance& instance = w.instances[i];
  const auto running = static_cast<std::int64_t>(w.cpu[i].size());
  if ((instance.special & kQuota) == 0 || instance.millicores == 0 || running == 0) return;
  const std::int64_t period = resources_of(w, i).cfs_period_us;
  Process& process = w.platform.processes[i];
  const std::int64_t began = w.now - (w.now + i * kPhaseUs) % period;
  if (process.period_began != began) {
    process.period_began = began;
    process.used_before = instance.cpu_used;
    ++process.periods;
  }
  const std::int64_t left = quota_ticks(w, i, period) - (instance.cpu_used - process.used_before);
  const std::int64_t rate = std::min(running * 1000, instance.millicores) << kCpuTickBits;
  const std::int64_t wait = left <= 0 ? 0 : (left * 1000 + rate - 1) / rate;
  const std::int64_t at = std::min(began + period, w.now + wait);
  const std::uint32_t timer = w.compiled->timer_quota + i;
  if (!w.timers.armed(timer) || w.timers.entry(timer).time != at) w.arm(timer, at);
}

void on_quota_timer(World& w, std::uint16_t i) {
  cpu_sync(w, i);
  const Instance& instance = w.instances[i];
  Process& process = w.platform.processes[i];
  if ((instance.special & kThrottled) != 0) {
    process.throttled_us += w.now - process.throttled_since;
    return go_on(w, i, kThrottled);
  }
  if ((instance.special & kQuota) == 0 || instance.millicores == 0 || w.cpu[i].empty()) return;
  const std::int64_t period = resources_of(w, i).cfs_period_us;
  const bool used_up = instance.cpu_used - process.used_before >= quota_ticks(w, i, period);
  if (!used_up || w.now >= process.period_began + period) return arm_quota(w, i);
  process.throttled_since = w.now;
  ++process.throttled_periods;
  const std::uint16_t service = w.service_of(i);
  stall(w, i, kThrottled, w.cause(PartKind::kResources, service) | w.cause(PartKind::kService, service));
  w.arm(w.compiled->timer_quota + i, process.period_began + period);
}

}  // namespace incident::sim
