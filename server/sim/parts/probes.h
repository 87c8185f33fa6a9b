// Health checks: each is a request to the service's probe operation through the instance's own queue and
// workers, so an instance that is saturated fails them like one that is broken. Failed in a row: no more
// traffic; failed longer and with liveness on: restart.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Begins checking an instance that has become ready.
void start_probes(World& w, std::uint16_t instance);
void stop_probes(World& w, std::uint16_t instance);
// The next check is due, or the present one has taken too long.
void on_probe_timer(World& w, std::uint16_t instance);
void probe_answered(World& w, std::uint16_t instance, Handle task, Outcome outcome, CauseMask cause);

}  // namespace incident::sim
