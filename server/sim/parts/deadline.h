// Deadlines that travel: over an edge that propagates them, the callee's request carries the moment from
// which its answer is of no use, the earlier of its caller's own and the end of the attempt's timeout. A
// caller past its deadline does not call, a callee refuses what arrives or would begin too late (gRPC's
// deadlines; Beyer et al., Site Reliability Engineering, 2016, chapter 22).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Whether the call's task still has time. False: the attempt fails, by an event.
bool has_time(World& w, std::uint32_t call);
// How long an attempt that is sent now may take; 0: without end.
std::int64_t patience(World& w, const Call& c);

}  // namespace incident::sim
