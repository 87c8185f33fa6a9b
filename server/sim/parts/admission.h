// What an instance lets in beyond its bounded queue and its fixed share of shedding:
// - rate limits of the service and of the operation (token buckets that all instances share);
// - CoDel for requests: while a queue has not been empty for codel_interval, who has waited longer than
//   codel_target is refused instead of begun; otherwise who has waited longer than the interval
//   (Maurer, Fail at Scale, ACM Queue 2015, after Nichols and Jacobson 2012);
// - an adaptive limit of requests at once, additive increase and multiplicative decrease by the time that
// they
//   spend in the instance (Netflix concurrency-limits, AIMDLimit);
// - deadlines and verdicts that came with the request (parts/deadline.h).
// Health checks are let in always.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The request is there. True: it was refused, and has ended. Only while w.guarded.
bool refused_on_arrival(World& w, std::uint32_t task);
// It has waited and would begin now. True: it was refused, and has ended.
bool refused_at_start(World& w, std::uint32_t task);
// A request that was begun is over: what that teaches the adaptive limit.
void learn_limit(World& w, std::uint32_t task);
// The rate limit of an edge: false when the callee will refuse the request.
bool within_client_rate(World& w, std::uint16_t edge, CauseMask& cause);

std::size_t bucket_of_operation(const World& w, std::size_t operation);
std::size_t bucket_of_edge(const World& w, std::size_t edge);

}  // namespace incident::sim
