#include "sim/parts/load_balancer.h"

namespace incident::sim {

std::uint16_t pick_of_several(World& w, std::uint16_t service) {
  const auto& serving = w.serving[service];
  const auto count = static_cast<std::uint32_t>(serving.size());
  std::uint32_t& cursor = w.services[service].cursor;
  if (++cursor >= count) cursor = 0;
  std::uint16_t best = serving[cursor];
  if (w.service_parameters[service].least_loaded == 0) return best;
  for (std::uint32_t i = 1, at = cursor; i < count; ++i) {
    if (++at >= count) at = 0;
    if (w.instances[serving[at]].assigned < w.instances[best].assigned) best = serving[at];
  }
  return best;
}

bool is_serving(const World& w, std::uint16_t i) {
  const Instance& instance = w.instances[i];
  return instance.state == InstanceState::kReady && instance.healthy != 0 && instance.drained == 0;
}

void rebuild_serving(World& w, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  auto& serving = w.serving[service];
  serving.clear();
  // A service whose selector matches no pod has no endpoints.
  if (w.compiled->managed && w.platform.deployments[service].selector_broken != 0) return;
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
    if (is_serving(w, i)) serving.push_back(i);
  }
}

}  // namespace incident::sim
