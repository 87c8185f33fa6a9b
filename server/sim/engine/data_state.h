// The state of databases, tables, brokers and consumer groups (parts/tables.h, replication.h, storage.h,
// broker.h, consumers.h, await.h). A part of World: plain integers without padding, copied and hashed like
// the rest. A system that has none of these parts has these vectors empty.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/slot_pool.h"
#include "sim/ids.h"

namespace incident::sim {

// Rows are real ones: a simulated request that stands for many changes as many.
struct TableState {
  std::int64_t live = 0, dead = 0;
  std::int64_t died = 0;      // ever
  std::int64_t analyzed = 0;  // rows when its statistics were made
  std::int64_t changed = 0;   // since then
  std::int64_t grown = 0;     // thousandths of a row that came from elsewhere
  std::int64_t key_next = 0;
  std::int64_t locked_until = 0;   // nobody may use it until then
  std::int64_t vacuum_until = 0;   // 0: none runs
  std::int64_t vacuum_keeps = 0;   // rows that had died before the oldest transaction when it began
  std::int64_t vacuum_action = 0;  // the player's action + 1, or 0: the background
  std::int64_t vacuumed = 0;       // runs
  std::int64_t index_scans = 0, table_scans = 0;
  std::int64_t overflow_reported = INT64_MIN / 2;
  bool operator==(const TableState&) const = default;
};

// Of each service; only that of a database is ever anything but fresh.
struct DatabaseState {
  std::int64_t deadlocks = 0;
  std::int64_t written = 0;      // bytes of log, in the history of the present primary
  std::int64_t writes = 0;       // committed
  std::int64_t stale_reads = 0;  // reads that were served from before an acknowledged write
  std::int64_t lost_writes = 0, diverged_writes = 0;
  std::int64_t lost_unseen = 0;  // lost, and not yet missed by whoever wrote them
  std::int64_t down_since = -1;  // the primary; -1: it is there
  std::int64_t elected_at = -1;  // when a replica is promoted; -1: no election
  std::int64_t switched_at = 0;  // when callers have found the present primary
  std::int64_t promoted_at = 0;
  std::int64_t open_since = -1;     // a transaction that somebody left open
  std::int64_t slot_position = -1;  // from where an abandoned slot keeps the log
  std::int64_t other_grown = 0;     // bytes of other files since the start
  std::int64_t checkpoint_at = 0;   // the next one
  std::int64_t checkpoint_until = 0;
  std::int64_t reported_full = INT64_MIN / 2, reported_page = INT64_MIN / 2;
  std::int64_t jobs_millicores = 0;  // CPU that housekeeping takes from its primary
  std::uint32_t timeline = 1;
  std::uint32_t failover_action = 0;                        // + 1
  std::uint16_t primary = UINT16_MAX, before = UINT16_MAX;  // instances
  std::uint8_t is_full = 0;
  std::uint8_t primary_told = 0;
  std::uint8_t reserved[2] = {};
  bool operator==(const DatabaseState&) const = default;
};

// Of each instance of a replicated database.
struct ReplicaState {
  std::int64_t received = 0, replayed = 0;  // bytes of log
  std::int64_t synced = 0;                  // right as of this moment
  std::int64_t copied_at = 0;               // when its copy of the data is complete
  std::int64_t diverged = 0;                // writes taken beside the primary
  std::uint8_t primary = 0;                 // what it believes itself to be
  std::uint8_t cut = 0;                     // told that it receives nothing
  std::uint8_t reserved[6] = {};
  bool operator==(const ReplicaState&) const = default;
};

// The log's position second by second, to say how old what a replica shows is.
struct LogHistory {
  static constexpr std::int64_t kSeconds = 1024;
  std::vector<std::int64_t> position;  // kSeconds of them, by second modulo their number; empty: no replicas
  std::int64_t last = 0;               // the latest second in it
  std::int64_t first = 0;
};

struct Message {
  std::uint64_t stream = 0;
  std::int64_t published = 0;
  Handle user;  // who waits for it, or none
  CauseMask cause = 0;
  std::uint32_t ticket = 0;  // which wait of that user; lowest bit: poison
};

struct PartitionState {
  std::vector<Message> ring;         // a power of two of them, by offset
  std::uint64_t start = 0, end = 0;  // offsets held
  std::int64_t leader_lost = -1;     // since when
  std::uint16_t leader = UINT16_MAX;
};

struct TopicState {
  std::int64_t appended = 0, rejected = 0, expired = 0;
  std::uint32_t partitions = 0;
  std::uint32_t reserved = 0;
};

// A group's place in one partition.
struct ReaderState {
  std::uint64_t position = 0, committed = 0;
  std::int64_t batch_began = -1;  // -1: it has polled and holds nothing
  std::int64_t handled_at = 0;    // last progress
  Handle task;
  std::uint32_t in_batch = 0;
  std::uint32_t attempts = 0;
  CauseMask tint = 0;  // of what holds it up
  std::uint16_t owner = UINT16_MAX;
  std::uint16_t reserved = 0;
};

struct GroupState {
  std::int64_t stable_at = -1;  // end of the rebalance; -1: none goes on
  std::int64_t rebalances = 0, handled = 0, failed = 0, duplicates = 0, skipped = 0, lost = 0;
  std::uint32_t generation = 0;
  CauseMask cause = 0;  // of what set off the last rebalance
};

struct MemberState {
  std::int64_t missed_since = -1;
  std::uint32_t epoch = 0;
  std::uint8_t in = 0;
  std::uint8_t reserved[3] = {};
};

// What a user waits for, by the slot of the user's task.
struct AwaitState {
  std::int64_t published = -1;  // -1: nothing
  std::int64_t handled = -1;
  std::int64_t deadline = 0;
  std::uint32_t generation = 0;  // of the task
  std::uint32_t ticket = 0;
  CauseMask cause = 0;
  std::uint16_t group = UINT16_MAX;
  std::uint8_t waiting = 0;
  std::uint8_t reserved = 0;
};

}  // namespace incident::sim
