// Bulkhead: an instance allows itself only so many calls in progress over one edge, all attempts included, so
// that one slow dependency cannot take every worker (Nygard, Release It!; resilience4j's SemaphoreBulkhead
// without waiting).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Counts the call. False: there are as many already; the call fails, by an event.
bool enter_bulkhead(World& w, std::uint32_t call);
void leave_bulkhead(World& w, Call& c);

ClientGuard& client_guard_of(World& w, const Call& c);

}  // namespace incident::sim
