// Parameters of tables, topics and consumer groups. Part of sim/parameters.h, which describes the form. Rows
// are real ones, not scaled by the model's weight; messages are simulated ones.
#pragma once

#include <cstdint>

namespace incident::sim {

// A table of a database (parts/tables.h).
struct TableParameters {
  std::int64_t rows = 0;                   // at the start
  std::int64_t row_bytes = 200;            // with its index entries
  std::int64_t growth_per_kilosecond = 0;  // rows that come from elsewhere
  std::int64_t index = 1;                  // 0: the index is missing or not valid
  std::int64_t lookup_us = 40;             // CPU to find a row by an index
  std::int64_t scan_us = 100;              // CPU to read a thousand rows one after the other
  std::int64_t flip_rows = 0;              // size at which old statistics mislead the planner; 0: never
  std::int64_t key_max = 0;                // largest number that the key can hold; 0: no limit
  std::int64_t key_next = 1;               // the next number, at the start
  std::int64_t build_us = 1'000;           // to index a thousand rows
  std::int64_t vacuum_us = 200;            // to vacuum a thousand rows
};

// A topic of a broker (parts/broker.h).
struct TopicParameters {
  std::int64_t retention_us = 0;     // messages older than this are deleted; 0: kept until consumed
  std::int64_t backlog_max = 0;      // messages that a partition may hold; 0: only the broker's own limit
  std::int64_t copies = 1;           // messages that one append makes (a producer that repeats itself)
  std::int64_t poison_permille = 0;  // share of messages that no consumer can handle
  std::int64_t hot_permille = 0;     // share of messages that go to partition 0 whatever their key
  std::int64_t replicas = 1;         // copies of a partition; with more than one another broker can lead it
  std::int64_t min_in_sync = 1;      // brokers that must be there for an append
  std::int64_t election_us = 6'000'000;  // until another broker leads a partition whose leader is gone
};

// A consumer group (parts/consumers.h).
struct GroupParameters {
  std::int64_t paused = 0;
  std::int64_t fetch_us = 2'000;                 // from append to delivery
  std::int64_t poll_records = 20;                // messages between two commits
  std::int64_t session_timeout_us = 10'000'000;  // until a member that died is missed
  std::int64_t poll_interval_us = 300'000'000;   // longest time between two polls
  std::int64_t rebalance_us = 3'000'000;         // nobody consumes for this long
  std::int64_t retry_us = 1'000'000;             // before a failed message is tried again
  std::int64_t attempts = 0;                     // then it goes to the dead letters, or is skipped; 0: no end
  std::int64_t crash_on_poison = 0;              // 1: a message that cannot be handled ends the process
};

}  // namespace incident::sim
