// Where the platform meets the engine: parameters of an instance's service, the CPU rate that is left to it,
// and standing still. (What makes it stand still has a file of its own: memory, cpu_quota, nodes.)
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Only where the model says something of the platform (Compiled::managed).
inline const ResourceParameters& resources_of(const World& w, std::uint16_t instance) {
  return w.platform.resources[w.instances[instance].service];
}

// Sizes the platform's state for the model; before any instance starts.
void make_platform(World& w);
// After parameters have changed: what is derived from them, of one instance and of all.
void refresh_platform(World& w, std::uint16_t instance);
void refresh_platform(World& w);
// A parameter of the platform is about to change, and has changed.
void before_platform_change(World& w, PartKind kind, std::uint16_t part);
void after_platform_change(World& w, const ParameterInfo& changed, std::uint16_t part);
// What an altered request meets of its node and of jobs: cost of CPU work in permille, and the causes.
std::int64_t platform_cost(const World& w, std::uint16_t instance, CauseMask& cause);
bool platform_plain(const World& w, std::uint16_t instance);

// Nothing runs on the instance's CPU until go_on; what has to wait takes on `cause`.
void stall(World& w, std::uint16_t instance, std::uint8_t why, CauseMask cause);
void go_on(World& w, std::uint16_t instance, std::uint8_t why);

// The process has ended: nothing of it is left.
void forget_process(World& w, std::uint16_t instance);

}  // namespace incident::sim
