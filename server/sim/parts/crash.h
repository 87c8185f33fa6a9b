// A request that ends its process: a null pointer in a policy that was pushed everywhere, a file that the
// parser cannot take. Everything else on the instance is lost with it, and it starts again, into the same
// requests.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// A request begins. True: it ends the process, by an event.
bool crashes(World& w, std::uint32_t task);
// The process ends. False: it had ended before.
bool crash(World& w, std::uint16_t instance, std::uint32_t epoch);

}  // namespace incident::sim
