// The named limits of a LogQL query. Those that a deployment may want to set are fields of EngineOptions, and
// these are their defaults. Loki's own defaults where it has one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace incident::logql::limits {

inline constexpr std::size_t kQueryLengthMax = 5 * 1024;          // bytes of a query
inline constexpr int kDepthMax = 100;                             // nested parentheses, calls and operators
inline constexpr std::size_t kStagesMax = 100;                    // of one pipeline
inline constexpr std::size_t kTemplateLengthMax = 4 * 1024;       // bytes of one line_format
inline constexpr std::size_t kStreamsMax = 2'000;                 // label sets in an answer
inline constexpr std::size_t kEntriesDefault = 100;               // lines of a log query, unless asked
inline constexpr std::size_t kEntriesMax = 5'000;                 // lines of a log query
inline constexpr std::size_t kLinesMax = 2'000'000;               // lines that one query may look at
inline constexpr std::size_t kBytesMax = std::size_t{256} << 20;  // bytes of lines that one query may read
inline constexpr std::size_t kLineBytesMax = 64 * 1024;           // of a line that a template makes
inline constexpr std::size_t kLabelsMax = 64;                     // extracted from one line
inline constexpr std::int64_t kStepsMax = 11'000;         // points of a range query's answer, a series
inline constexpr std::size_t kSamplesMax = 5'000'000;     // held in memory at one time by one query
inline constexpr std::size_t kCheckIntervalLines = 1024;  // between two looks at the clock
inline constexpr int kJsonDepthMax = 32;                  // nesting of a line's JSON
inline constexpr std::int64_t kTimeMaxNs = std::int64_t{1} << 62;  // of a query, before and after the epoch

}  // namespace incident::logql::limits
