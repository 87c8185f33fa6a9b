// Row locks of a database: a task takes a row and holds it until it ends; others wait in order, as long as
// the database's lock_timeout. Two tasks that hold what the other wants wait until one times out (a
// deadlock).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// True: it holds the row. False: it waits, and goes on or fails later.
bool lock_row(World& w, std::uint32_t task, std::uint16_t lock_set);
// The task ends: leaves the queue it waits in, and hands its rows to the next.
void release_rows(World& w, std::uint32_t task);
// False: nothing had expired, the timer stood for a wait that has ended.
bool on_lock_timer(World& w, std::uint32_t lock_set);

}  // namespace incident::sim
