#include "sim/parts/autoscaler.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

struct Metered {
  std::int64_t ready = 0, unready = 0;
  std::int64_t used_us = 0;  // by the ready ones, since the last sync
};

Metered meter(World& w, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  Metered m;
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
    const Instance& instance = w.instances[i];
    std::int64_t& before = w.platform.metered[i];
    const std::int64_t used = cpu_used_us(w, i);
    const std::int64_t since = used >= before ? used - before : used;  // (a restart begins at zero)
    before = used;
    if (instance.state == InstanceState::kReady && instance.healthy != 0) {
      ++m.ready;
      m.used_us += since;
    } else if (instance.state == InstanceState::kStarting || instance.state == InstanceState::kReady) {
      ++m.unready;
    }
  }
  return m;
}

std::int64_t wish(const AutoscalerParameters& p, std::int64_t request, const Metered& m,
                  AutoscalerState& state) {
  const auto use_permille = [&](std::int64_t pods) {
    return m.used_us * 1'000'000 / (p.sync_us * request * pods);
  };
  const std::int64_t all = m.ready + m.unready;
  state.use_permille = use_permille(m.ready);
  std::int64_t use = state.use_permille;
  const auto near = [&](std::int64_t u) {
    const std::int64_t off = u > p.target_permille ? u - p.target_permille : p.target_permille - u;
    return off * 1000 <= p.target_permille * p.tolerance_permille;
  };
  if (near(use)) return all;
  std::int64_t counted = m.ready;
  if (use > p.target_permille && m.unready > 0) {
    counted = all;
    use = use_permille(all);
    if (near(use) || use < p.target_permille) return all;
  }
  return (counted * use + p.target_permille - 1) / p.target_permille;
}

// What the windows leave of the present wish.
std::int64_t stabilise(const AutoscalerParameters& p, AutoscalerState& state, std::int64_t present,
                       std::int64_t wanted) {
  constexpr auto kKept = static_cast<std::int64_t>(AutoscalerState::kWishes);
  state.newest = (state.newest + 1) % AutoscalerState::kWishes;
  state.wishes[state.newest] = static_cast<std::uint16_t>(wanted);
  state.count = std::min<std::uint32_t>(state.count + 1, AutoscalerState::kWishes);
  const auto over = [&](std::int64_t window, bool highest) {
    const std::int64_t syncs = std::min({window / p.sync_us + 1, std::int64_t{state.count}, kKept});
    std::int64_t best = wanted;
    for (std::int64_t n = 1; n < syncs; ++n) {
      const std::int64_t w = state.wishes[static_cast<std::size_t>((state.newest + kKept - n) % kKept)];
      best = highest ? std::max(best, w) : std::min(best, w);
    }
    return best;
  };
  if (wanted > present) return std::max(present, over(p.up_window_us, false));
  return std::min(present, over(p.down_window_us, true));
}

}  // namespace

void start_autoscalers(World& w) {
  for (std::size_t s = 0; s < w.platform.autoscalers.size(); ++s)
    arm_autoscaler(w, static_cast<std::uint16_t>(s));
}

void arm_autoscaler(World& w, std::uint16_t service) {
  const AutoscalerParameters& p = w.platform.autoscalers[service];
  const std::uint32_t timer = w.compiled->timer_autoscaler + service;
  if (p.max == 0) return w.timers.stop(timer);
  if (!w.timers.armed(timer)) w.arm(timer, w.now + p.sync_us);
}

void on_autoscaler_timer(World& w, std::uint16_t service) {
  const AutoscalerParameters& p = w.platform.autoscalers[service];
  AutoscalerState& state = w.platform.autoscaler_states[service];
  w.arm(w.compiled->timer_autoscaler + service, w.now + p.sync_us);
  const std::int64_t present = w.services[service].desired;
  const Metered m = meter(w, service);
  if (present == 0) return;  // scaled to zero by hand: it leaves that alone
  const std::int64_t request = w.platform.deployments[service].cpu_request;
  const CauseMask cause = w.cause(PartKind::kAutoscaler, service) | w.cause(PartKind::kDeployment, service);
  if (request == 0) return report_part(w, PartEvent::kAutoscalerBlind, service, kNone16, service, cause);
  if (m.ready == 0) return;
  const std::int64_t slots = w.compiled->services[service].slots;
  std::int64_t wanted = std::min(wish(p, request, m, state), std::max(present * 2, present + 4));
  wanted = std::clamp(wanted, std::min(p.min, slots), std::min(std::max(p.min, p.max), slots));
  const std::int64_t next = stabilise(p, state, present, wanted);
  if (next == present) return;
  report_part(w, next > present ? PartEvent::kScaledUp : PartEvent::kScaledDown, service, kNone16, service,
              cause, next);
  scale(w, service, static_cast<std::uint32_t>(next), kNone);
}

Result<Simulation::ActionPreview> preview_autoscaler(const World& w, const Action& a) {
  const auto service = service_target(w, a.target);
  if (!service) return service.error();
  if (w.platform.autoscalers.empty() || !w.model->services[*service].autoscaled)
    return refused("this service has no autoscaler");
  const std::int64_t slots = w.compiled->services[*service].slots;
  if (a.value < 0 || a.value > slots) return out_of_range("the most instances", 0, slots);
  if (w.platform.autoscalers[*service].max == a.value) return refused("it has this limit already");
  return Simulation::ActionPreview{{kConfigPushUs}, 0};
}

bool set_autoscaler(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  set_by_action(w, id, ChangeKind::kScale, static_cast<std::uint16_t>(a.target),
                ref_of(PartKind::kAutoscaler, "max", a.target), a.value);
  return true;
}

}  // namespace incident::sim
