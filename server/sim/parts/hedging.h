// Hedged requests: an attempt that has taken longer than the edge's hedge time gets a second beside it; the
// first answer counts and the loser is cancelled (Dean and Barroso, The Tail at Scale, CACM 2013; gRPC's
// hedging policy with two attempts). It costs load: at high utilisation every request is slow enough to be
// hedged, and the second attempts are what makes it slow.
//
// The hedge is a call of its own with the same caller, linked to the one that it hedges. It never retries. A
// failed attempt whose hedge is still under way waits for it.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The attempt has begun: sets the moment at which it is hedged.
void arm_hedge(World& w, std::uint32_t call);
// That moment has come. False: nothing was left to hedge.
bool hedge(World& w, std::uint32_t call);
// An attempt with a twin is over. True: all that follows from it is done.
bool settle_twins(World& w, std::uint32_t call);

}  // namespace incident::sim
