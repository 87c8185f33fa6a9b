// When to try again, as the OpenTelemetry protocol asks: on 429, 502, 503 and 504 and when there was no
// answer, after a wait that doubles and is jittered, or after what Retry-After says. Plain values; one
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "push/limits.h"

namespace incident::push {

bool may_retry(int status);

// The field's value as seconds or as a date (IMF-fixdate); nothing when it is neither. Not below zero.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds first = kFirstWait,
                   std::chrono::milliseconds longest = kLongestWait)
      : first_(first), longest_(longest), next_(first) {}

  // The wait before the next try. `draw` is a random number; `asked` what the collector asked for.
  std::chrono::milliseconds next(std::uint32_t draw, std::optional<std::chrono::milliseconds> asked);
  void reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_, longest_, next_;
};

}  // namespace incident::push
