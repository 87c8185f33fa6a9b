// State of mechanisms that most systems do without: deadlines, verdicts, hedges, bulkheads, admission
// control, rate limits and single-flight. Kept beside the requests and instances, by their indices, and empty
// until a parameter first asks for one of them (parts/guards.h); from then on it stays.
#pragma once

#include <cstdint>

#include "sim/engine/slot_pool.h"
#include "sim/outcome.h"

namespace incident::sim {

enum class FlightWait : std::uint8_t { kNone, kWaiting, kLanded, kFailed };

// By the slot of a task; of another generation: left by an earlier task, and as good as fresh.
struct RequestGuard {
  std::int64_t deadline = 0;  // from then on nobody wants the answer; 0: no such moment
  std::uint32_t generation = 0;
  Outcome verdict = Outcome::kOk;  // how it ends when it arrives; kOk: it is let in
  FlightWait flight = FlightWait::kNone;
  std::uint8_t leads = 0;  // flights that others may wait for
  std::uint8_t reserved = 0;
};

// By client: one caller instance and one edge.
struct ClientGuard {
  std::uint32_t in_progress = 0;  // calls that count for the bulkhead
  std::uint32_t hedges = 0, hedges_won = 0;
  std::uint32_t refused = 0;  // by the bulkhead
};

// By instance.
struct Admission {
  std::int64_t last_empty = 0;  // when its queue was last seen empty
  std::int64_t limit = 0;       // requests at once, in permille of one; 0: not measured yet
  std::int64_t lowered = 0;     // when the limit last went down
  std::uint32_t late = 0;       // refused for having waited too long
  std::uint32_t over_limit = 0;
};

// A token bucket, by service, operation and edge in this order. A request costs kTokenUnit.
struct Bucket {
  std::int64_t tokens = 0;
  std::int64_t at = INT64_MIN / 2;  // when they were counted; long ago: it is full
  CauseMask tint = 0;               // of those who emptied it
  std::uint32_t refused = 0;
};

// One load of one key that others wait for, chained by instance.
struct Flight {
  Handle leader;
  Fifo waiting;
  std::uint32_t key = kNone;
  std::uint32_t next = kNone;  // of the same instance, or of the free ones
  std::uint16_t cache = UINT16_MAX;
  std::uint16_t end = 0;  // the last step of the leader's operation that belongs to it
  std::uint32_t reserved = 0;
};

}  // namespace incident::sim
