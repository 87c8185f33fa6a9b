// Every limit of pushing to a collector, in one place. What one request holds is in otlp/limits.h.
#pragma once

#include <chrono>
#include <cstddef>

namespace incident::push {

// Between tries of one request: the first wait, doubled each time up to the longest. A wait is drawn between
// half of it and the whole (jitter). A collector's own Retry-After counts when it is longer, up to its limit.
inline constexpr std::chrono::milliseconds kFirstWait{1'000};
inline constexpr std::chrono::milliseconds kLongestWait{30'000};
inline constexpr std::chrono::milliseconds kRetryAfterMax{300'000};
// An arena that has ended waits so long for a collector that takes nothing. While a match runs nothing is
// given up: its stores hold what was not sent yet.
inline constexpr std::chrono::milliseconds kGiveUpAfter{300'000};

inline constexpr std::chrono::milliseconds kStopGrace{3'000};  // for what is under way when the server stops

inline constexpr std::size_t kHeadersMax = 32;
inline constexpr std::size_t kHeaderBytesMax = 4 * 1024;  // one name and value
inline constexpr std::size_t kHeadersFileBytesMax = 64 * 1024;
inline constexpr std::size_t kReasonBytesMax = 200;  // of a collector's own words that are told on

}  // namespace incident::push
