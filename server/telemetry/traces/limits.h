// The named limits of a search in traces. Each has its own error.
#pragma once

#include <cstddef>

namespace incident::traces::limits {

inline constexpr std::size_t kTracesDefault = 20;   // in an answer, unless asked
inline constexpr std::size_t kTracesMax = 1'500;    // in one answer; what Jaeger's own screen offers at most
inline constexpr std::size_t kSpansMax = 100'000;   // in one answer, over all its traces
inline constexpr std::size_t kTagsMax = 16;         // conditions on tags in one search
inline constexpr std::size_t kTextLengthMax = 512;  // bytes of a name or value that is searched for
inline constexpr std::size_t kIdsMax = 100;         // traces asked for by id at one time
inline constexpr std::size_t kCheckIntervalTraces = 256;  // between two looks at the clock
inline constexpr std::size_t kCheckIntervalSeries = 64;

}  // namespace incident::traces::limits
