// Functions: an instance serves one request at a time, and is made for the first request that finds all
// others busy. That request waits for its cold start; when as many instances as allowed are busy, it is
// refused (429). An instance that nobody has used for a while is stopped. AWS Lambda developer guide,
// "Execution environment lifecycle" and "Concurrency"; Wang et al., Peeking Behind the Curtains of Serverless
// Platforms, USENIX ATC 2018.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// An instance for the request; adds what its start takes to `cold_us`. None: the limit is reached.
std::uint16_t pick_function(World& w, std::uint16_t service, std::int64_t& cold_us);
// One has started, or its idle time may be over.
void watch_function(World& w, std::uint16_t instance);
// True: it has been idle for too long.
bool is_idle(const World& w, std::uint16_t instance);

}  // namespace incident::sim
