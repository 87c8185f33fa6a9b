// Every limit of what is sent to a collector, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace incident::otlp::limits {

// One request. Collectors take a few MiB before compression; what is lost with one refused request is small.
inline constexpr std::size_t kItemsPerBatch = 2'000;          // data points, lines or spans
inline constexpr std::size_t kBytesPerBatch = 1024UL * 1024;  // JSON, before compression

// One cut: what is encoded and held at a time. The rest stays where it is, in the stores.
inline constexpr Duration kMetricWindow = seconds(60);
inline constexpr std::size_t kLinesPerCut = 4'000;
inline constexpr std::size_t kTracesPerCut = 200;

}  // namespace incident::otlp::limits
