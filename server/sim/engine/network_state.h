// State of what lies between services (sim/network_model.h). Every vector is empty in a model that has none
// of it. Times in microseconds.
#pragma once

#include <cstdint>

#include "sim/engine/guards.h"
#include "sim/ids.h"

namespace incident::sim {

// Two for each link: what is sent, and what comes back.
struct LinkLane {
  std::int64_t busy_until = 0;  // when what it has taken will have left
  std::int64_t bytes = 0;       // carried
  std::uint32_t drops = 0;      // messages: buffer full, policy, or too large
  std::uint32_t resent = 0;
  CauseMask tint = 0;  // of who fills it
  std::uint32_t reserved = 0;
};

enum class NameAnswer : std::uint8_t { kNone, kRight, kStale, kAbsent };

// What an instance knows of a name.
struct NameCache {
  std::int64_t ready = 0;  // when the answer came
  std::int64_t until = 0;  // when it is forgotten
  CauseMask cause = 0;
  NameAnswer answer = NameAnswer::kNone;
  std::uint8_t reserved[3] = {};
};

struct ResolverState {
  Bucket bucket;
  std::uint64_t no_error = 0, no_domain = 0, server_failures = 0, dropped = 0;
};

// What a process presents since it last loaded it.
struct LoadedCertificate {
  std::int64_t not_before = 0, not_after = 0, chain_not_after = 0;
  std::uint32_t wrong_name = 0;
  CauseMask cause = 0;
};

// What a client's process has loaded.
struct LoadedSecret {
  std::int64_t version = 0;
  std::int64_t loaded = 0;
};

}  // namespace incident::sim
