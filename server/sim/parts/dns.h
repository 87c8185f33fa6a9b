// Names: a caller that connects anew looks its callee's name up, and keeps the answer for the record's time
// to live, also the answer that there is no such name (RFC 2308). So a deleted record is noticed bit by bit
// while the service itself is healthy, and a repaired one as slowly; a stale record leads to addresses where
// nobody answers. A look-up asks the resolver as many questions as the search path makes of it (Kubernetes'
// ndots:5 turns one into five, all but the last answered with "no such name"); a resolver that is down or
// over its rate drops questions, and the client asks again after five seconds (resolv.conf(5)). Connections
// that are open need no name.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

enum class LookUp : std::uint8_t { kFound, kNowhere, kFailed };

// Looks up the name on the call's way, adding what that takes to `delay`. kNowhere: what it found leads to an
// address where nobody answers.
LookUp look_up_name(World& w, Call& c, std::uint16_t name, std::int64_t& delay);
// An instance has lost its memory; all of them when none is given.
void forget_names(World& w, std::uint16_t instance);
void forget_name(World& w, std::uint16_t name);

}  // namespace incident::sim
