// A statement of a database from admission to commit: whether this instance may run it (a replica takes no
// writes, a full disk neither), how fresh what it reads is, the log that a write makes and its way to the
// disk and to a synchronous replica, and transactions that their application leaves open.
//
// A database with none of this in its model or plan never comes here (Compiled::is_store).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Before its first step. False: it has ended.
bool admit_statement(World& w, std::uint32_t task);
// After its last step. False: it is not done yet, and comes back.
bool conclude_statement(World& w, std::uint32_t task);

// What makes a statement fail or wait; also for actions.
bool is_left_open(const World& w, std::uint32_t task, std::uint16_t service, std::int64_t older_than_us);

}  // namespace incident::sim
