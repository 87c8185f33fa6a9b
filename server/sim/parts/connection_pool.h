// Connection pools: one state for each instance of the pool's owner. A call takes a slot (or waits for one,
// first come first served, with the pool's patience), and then a connection to the instance that the load
// balancer chose: an idle one, or a new one at connect_us, closing an idle one elsewhere when the pool is
// full. Connections count at their target; databases refuse more than max_connections. A connection whose
// call timed out is closed by the caller, and stays open at the target until its work ends.
//
// A share of calls may leak what they hold: the slot stays taken and the connection open until the owner's
// process ends.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Call::has_connection
inline constexpr std::uint8_t kNoConnection = 0, kPoolSlot = 1, kConnected = 2;

// Sends the call at once, or puts it in the queue for a slot.
void acquire_connection(World& w, std::uint32_t call);
// Whether the call would find an idle connection to its target in its pool.
bool has_idle_connection(const World& w, const Call& c);
// Connects the call to its target; adds what that takes to `delay`, and tells whether the connection is a new
// one. False: the target refuses.
bool open_connection(World& w, std::uint32_t call, std::int64_t& delay, bool& fresh);
// Gives back what the call holds, if anything; its outcome tells whether the connection can be used again.
void release_connection(World& w, std::uint32_t call);
// A slot was granted to a call that had waited.
void send_granted(World& w, std::uint32_t call);
void leave_pool_queue(World& w, std::uint32_t call);
// False: nothing had expired, the timer stood for a wait that has ended.
bool on_pool_timer(World& w, std::uint32_t state);
void grant_waiting(World& w, std::size_t pool, std::uint32_t state);
// Where the call's present deadline is listed.
DeadlineList& deadlines_of(World& w, const Call& c);

// An instance is going: connections to it break, and those that it holds close.
void close_connections(World& w, std::uint16_t instance);

std::uint32_t pool_state_of(const World& w, std::size_t pool, std::uint16_t owner);

}  // namespace incident::sim
