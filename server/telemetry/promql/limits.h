// The named limits of a query. Those that a deployment may want to set are fields of EngineOptions, and these
// are their defaults.
#pragma once

#include <cstddef>
#include <cstdint>

namespace incident::promql::limits {

inline constexpr std::size_t kSamplesMax = 50'000'000;          // held in memory at one time by one query
inline constexpr std::size_t kSeriesMax = 100'000;              // that one selector may find
inline constexpr std::int64_t kStepsMax = 11'000;               // points of a range query's answer, a series
inline constexpr std::size_t kExpressionLengthMax = 64 * 1024;  // bytes
inline constexpr int kExpressionDepthMax = 200;                 // nested parentheses, calls and operators
inline constexpr std::size_t kPatternLengthMax = 4096;          // bytes of one regular expression
inline constexpr std::int64_t kPatternMemoryMax = 4 << 20;      // bytes RE2 may use for one
inline constexpr std::int64_t kTimeMaxMs = std::int64_t{1}
                                           << 54;  // of a query and of @, before and after the epoch
inline constexpr std::int64_t kLookbackDefaultMs = 5 * 60 * 1000;
inline constexpr std::int64_t kSubqueryStepDefaultMs = 60 * 1000;
inline constexpr std::size_t kCheckIntervalSamples = 1 << 16;   // points between two looks at the clock
inline constexpr std::size_t kSeriesLineValuesMax = 1'000'000;  // of one series in a test file

}  // namespace incident::promql::limits
