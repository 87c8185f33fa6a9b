// The entries of a cache: which keys are there, until when, and which goes when it is full (the least
// recently used of five sampled, as Redis does). What it holds is decided when the caller has its answer.
// Keys are spread over the instances of the cache's service by key modulo its first number of instances, so a
// restart of one loses its share.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Whether the key is there; a miss takes the cache's causes on.
bool look_up(World& w, std::uint16_t cache, std::uint32_t key, CauseMask& cause);
void store(World& w, std::uint16_t cache, std::uint32_t key);
void purge(World& w, std::uint16_t cache);
// An instance of a service has lost its memory.
void lose_entries(World& w, std::uint16_t instance);

}  // namespace incident::sim
