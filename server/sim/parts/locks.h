// Row locks of a database: a task takes a row and holds it until it ends; others wait in order, as long as
// the database's lock_timeout. Two tasks that hold what the other wants are a deadlock: a wait that has
// lasted for deadlock_timeout looks whether it stands in a circle, and if so its own transaction is ended, as
// PostgreSQL does (backend/storage/lmgr/README, "Deadlock Detection Algorithm"); without that time they wait
// until one of them times out.
//
// An operation that names several rows to lock takes them in the order of the rows, so that no circle can
// come about, unless its parameter unordered_locks says otherwise: then in the order in which it names them.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// True: it holds the row. False: it waits, and goes on or fails later.
bool lock_row(World& w, std::uint32_t task, std::uint16_t lock_set);
// The one of several rows that this step stands for.
bool lock_one(World& w, std::uint32_t task);
// A wait has lasted for deadlock_timeout.
void look_for_deadlock(World& w, std::uint32_t task);
// The task ends: leaves the queue it waits in, and hands its rows to the next.
void release_rows(World& w, std::uint32_t task);
// False: nothing had expired, the timer stood for a wait that has ended.
bool on_lock_timer(World& w, std::uint32_t lock_set);

}  // namespace incident::sim
