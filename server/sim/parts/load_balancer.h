// Chooses an instance of a service for a request: in turn, or the one with fewest requests, among those that
// are ready, healthy and not taken out by hand. One balancer for each service, as a virtual address is.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

std::uint16_t pick_of_several(World& w, std::uint16_t service);
// The instance, or kNone16 when there is none.
inline std::uint16_t pick_instance(World& w, std::uint16_t service) {
  const auto& serving = w.serving[service];
  if (serving.size() > 1) return pick_of_several(w, service);
  return serving.empty() ? kNone16 : serving.front();
}
bool is_serving(const World& w, std::uint16_t instance);
// After an instance has changed its state.
void rebuild_serving(World& w, std::uint16_t service);

}  // namespace incident::sim
