// How instances come and go: start-up, draining, kills, and the loop that brings a service to the number and
// the revision that are wanted (as a Deployment controller does). A rollout replaces one instance at a time:
// starts a new one, waits until it is ready and healthy, drains an old one; without a free slot it drains
// first. A new version that never becomes healthy leaves the rollout standing until another replaces it.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The instances that a service has at time zero: ready and warm.
void start_initial(World& w, std::uint16_t service);
// Replaces all instances of a service by new ones of a revision; an unfinished rollout is superseded.
void roll(World& w, std::uint16_t service, std::uint16_t revision, std::uint32_t action);
void scale(World& w, std::uint16_t service, std::uint32_t instances, std::uint32_t action);
// One step towards what is wanted; called when an instance has changed its state.
void reconcile(World& w, std::uint16_t service);
// Kills the instance and starts it again in its slot: the same pod, one more restart.
void restart_in_place(World& w, std::uint16_t instance);
// The same after the back-off of a container that has ended; only where the model has a platform.
void restart_later(World& w, std::uint16_t instance);
void remove_pod(World& w, std::uint16_t instance);
// The pod goes at once, whatever holds it; reconcile replaces it.
void delete_pod(World& w, std::uint16_t instance);
// It finishes what it has and goes, and another takes its place.
void leave(World& w, std::uint16_t instance);
// Its machine has gone: what it was doing is lost without a word, and so is what is sent to it.
void go_dark(World& w, std::uint16_t instance);
// A new instance of a function that takes a request now; none: no slot, or it cannot start.
std::uint16_t start_at_once(World& w, std::uint16_t service);
// A draining instance has become empty: stops it, by its timer.
void stop_soon(World& w, std::uint16_t instance);
// Start-up is over, or the grace of draining.
void on_life_timer(World& w, std::uint16_t instance);

}  // namespace incident::sim
