#include "sim/parts/functions.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/instance.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

std::int64_t busy_of_all(const World& w) {
  std::int64_t busy = 0;
  for (std::size_t s = 0; s < w.compiled->services.size(); ++s) {
    if (!w.compiled->services[s].function) continue;
    for (const std::uint16_t i : w.serving[s]) busy += w.instances[i].assigned > 0;
  }
  return busy;
}

std::uint16_t refuse(World& w, std::uint16_t service, std::int64_t limit) {
  FunctionState& state = w.platform.function_states[service];
  ++state.throttled;
  if (w.now - state.told >= kExhaustedReportUs) {
    state.told = w.now;
    report_part(w, PartEvent::kFunctionThrottled, service, kNone16, service,
                w.cause(PartKind::kFunction, service), limit);
  }
  return kNone16;
}

}  // namespace

std::uint16_t pick_function(World& w, std::uint16_t service, std::int64_t& cold_us) {
  const FunctionParameters& p = w.platform.functions[service];
  if (!w.platform.clusters.empty() && w.platform.clusters[0].function_concurrency > 0 &&
      busy_of_all(w) >= w.platform.clusters[0].function_concurrency)
    return refuse(w, service, w.platform.clusters[0].function_concurrency);
  std::int64_t busy = 0;
  std::uint16_t idle = kNone16;
  // The first in order, so that the last are those that fall idle.
  for (const std::uint16_t i : w.serving[service]) {
    if (w.instances[i].assigned > 0) {
      ++busy;
    } else if (idle == kNone16) {
      idle = i;
    }
  }
  if (busy >= p.concurrency) return refuse(w, service, p.concurrency);
  if (idle == kNone16) {
    idle = start_at_once(w, service);
    if (idle == kNone16) return refuse(w, service, w.compiled->services[service].slots);
    cold_us += p.cold_start_us;
    ++w.platform.function_states[service].cold_starts;
  }
  w.platform.pods[idle].used = w.now + cold_us;
  return idle;
}

void watch_function(World& w, std::uint16_t i) {
  const std::int64_t timeout = w.platform.functions[w.service_of(i)].idle_timeout_us;
  const std::int64_t since = w.instances[i].assigned > 0 ? w.now : w.platform.pods[i].used;
  w.arm(w.compiled->timer_life + i, std::max(since + timeout, w.now + 1));
}

bool is_idle(const World& w, std::uint16_t i) {
  return w.instances[i].assigned == 0 &&
         w.now - w.platform.pods[i].used >= w.platform.functions[w.service_of(i)].idle_timeout_us;
}

}  // namespace incident::sim
