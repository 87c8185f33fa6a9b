// Single-flight: while one request of an instance loads a key that a cache did not have, others of the same
// instance that miss the same key wait for it instead of loading it too (Go's x/sync/singleflight; Nishtala
// et al., Scaling Memcache at Facebook, NSDI 2013, call theirs leases). The load is the steps that the
// look-up guards. When the leader fails, so do those who wait. Without it, every miss of a popular key goes
// to the store: a stampede. A waiter keeps its worker. A leader waits for no other, so that flights cannot
// wait in a circle.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The task has missed its key at its present step, which guards the next `count`. True: it waits for another.
bool join_flight(World& w, std::uint32_t task, std::uint16_t cache, std::uint16_t count);
// The task goes on with its present step: flights that end before it have landed.
void land_flights(World& w, std::uint32_t task);
// A task goes on after a wait: how the flight that it waited for ended, or kNone.
FlightWait wake(World& w, std::uint32_t task);
// The task ends: its flights do, and it waits no longer.
void leave_flights(World& w, std::uint32_t task, Outcome outcome);

}  // namespace incident::sim
