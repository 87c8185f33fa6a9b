// The volume of a database: tables, write-ahead log and other files share it, and when it is full no write
// gets through. The log is recycled but for what the slowest reader still needs: a replica that lags, or a
// replication slot whose reader has gone for good ("Replication Slots" in the PostgreSQL docs). A write waits
// for the disk, longer on a slow one and while a checkpoint writes pages back.
//
// Bytes are real ones.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_storage(World& w);
void look_after_storage(World& w, std::uint16_t service);
// After something that decides about room or slots has been set.
void storage_changed(World& w, std::uint16_t service);

// What a write waits for the disk now.
std::int64_t commit_cost_us(const World& w, std::uint16_t service);
std::int64_t wal_bytes(const World& w, std::uint16_t service);   // kept
std::int64_t slot_bytes(const World& w, std::uint16_t service);  // kept for a slot that nobody reads
std::int64_t other_bytes(const World& w, std::uint16_t service);
std::int64_t used_bytes(const World& w, std::uint16_t service);

}  // namespace incident::sim
