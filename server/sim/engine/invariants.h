// What must hold of a World between events, whatever happened: counted again from what is in flight.
#pragma once

#include <string>

#include "sim/engine/world.h"

namespace incident::sim {

// The first that does not hold, in words; empty: all hold.
std::string find_broken_invariant(const World& w);

}  // namespace incident::sim
