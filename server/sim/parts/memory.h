// Memory of an instance: the process, what requests in progress hold, what leaks, and a collected heap.
//
// Without a heap the container's working set is base + requests + leaks. With one, every request also makes
// garbage; when the garbage fills what the live part leaves of the heap, the world stops for a collection
// whose pause grows with the live part. So a heap that fills up collects more and more often, and longer:
// the share of time lost is about pause / ((limit - live) / allocation rate), the usual cost of a tracing
// collector (Jones, Hosking, Moss: The Garbage Collection Handbook, 2.5 and 4). A heap whose live part does
// not fit ends the process (OutOfMemoryError, exit 3); a working set above the container's limit is killed by
// the kernel (exit 137), as cgroups do. Generations and concurrent collectors are not modelled.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

std::int64_t working_set(const World& w, std::uint16_t instance);
// Live and garbage; 0 without a heap.
std::int64_t heap_used(const World& w, std::uint16_t instance);
// A request has begun: it allocates, and may leak.
void remember_request(World& w, std::uint32_t task);
// Ends the process when it has outgrown its limits.
void check_memory(World& w, std::uint16_t instance);
// Stops the world for a collection now.
void collect_garbage(World& w, std::uint16_t instance);
void on_pause_timer(World& w, std::uint16_t instance);
// Adds up what has leaked until now; before the rate changes.
void sync_leak(World& w, std::uint16_t instance);
// A process that leaks with time is looked at each second.
void watch_memory(World& w, std::uint16_t instance);
void on_memory_timer(World& w, std::uint16_t instance);

// Player's action: a full collection on every instance of a service.
Result<Simulation::ActionPreview> preview_collect(const World& w, const Action& action);
bool collect_everywhere(World& w, std::uint32_t action);

}  // namespace incident::sim
