// Circuit breaker, one for each caller instance and edge: opens when enough of the last calls failed, stays
// open for a while, then lets one call through and closes or opens again by how that ends (Nygard, Release
// It!).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

Client& client_of(World& w, const Call& c);
// Whether an attempt may leave now; half-opens the circuit when its time has come.
bool breaker_allows(World& w, Call& c);
// Counts how an attempt ended.
void breaker_record(World& w, Call& c);
// The call that was to find out has been dropped: the next one may.
void breaker_forget_probe(World& w, const Call& c);

}  // namespace incident::sim
