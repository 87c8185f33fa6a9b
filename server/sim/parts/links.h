// Links between services: a gateway, a peering, a firewall, a policy. What a message meets on one of them:
// - delay and jitter;
// - loss, which TCP repairs after its retransmission timeout, doubled each time (RFC 6298; Linux begins at
//   200 ms), so a lossy link is seen as a tail of latency first and as timeouts later;
// - partition, of one direction or both, and refusal by a policy;
// - an MTU black hole: small messages pass, larger ones never arrive and no ICMP tells (RFC 2923);
// - saturation: a fluid queue of what was sent at the link's capacity, which drops when its buffer is full.
//   Capacity is in real bytes: a message counts for as many requests as one simulated request stands for.
// Health checks come from the instance's own node and cross none.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Lets a message of the call over a link, adding what that takes to `delay`. False: it does not arrive.
bool cross(World& w, Call& c, std::uint16_t link, bool back, std::int64_t bytes, std::int64_t& delay);
bool refuses(World& w, Call& c, std::uint16_t link);

}  // namespace incident::sim
