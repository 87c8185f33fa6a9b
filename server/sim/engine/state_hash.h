// The hash of a whole World: every field that can influence its future or its answers, in one order, live
// objects only, no padding, no vector capacities.
#pragma once

#include <cstdint>

#include "sim/engine/world.h"

namespace incident::sim {

std::uint64_t state_hash(const World& w);

}  // namespace incident::sim
