// The named limits of the telemetry room. Memory for one arena with an hour of a busy system stays within a
// few MiB because everything that a request can add to is bounded here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace incident::telemetry::limits {

// Metrics.
inline constexpr std::size_t kScrapesPerBlock = 24;  // two minutes at five seconds a scrape
inline constexpr std::size_t kSeriesMax = 60'000;    // of all times, those of pods that left included
inline constexpr std::size_t kAlertSeriesMax = 2'000;

// Alerts.
inline constexpr std::size_t kAlertHistoryMax = 2'000;
inline constexpr std::size_t kAlertsPerRuleMax = 50;  // label sets of one rule that are active at one time

// Logs.
inline constexpr std::size_t kLogChunkLines = 256;
inline constexpr std::size_t kLogLinesMax = 400'000;        // then the oldest chunks go
inline constexpr std::uint32_t kLinesPerTemplate = 1;       // of one pod in one second
inline constexpr std::uint32_t kLinesPerPod = 6;            // in one second
inline constexpr std::size_t kLogSearchLinesMax = 1'000;    // in one answer
inline constexpr std::size_t kLogRenderMax = 120'000;       // lines rendered by one search for text
inline constexpr std::size_t kLogPatternLengthMax = 1'000;  // bytes
inline constexpr std::int64_t kLogPatternMemoryMax = 1 << 20;
inline constexpr std::size_t kLogHistogramBuckets = 60;

// Traces. What is kept in a minute is spread over its windows.
inline constexpr std::int64_t kTraceWindowsPerMinute = 6;
inline constexpr std::size_t kTraceChunk = 64;
inline constexpr std::size_t kTracesMax = 30'000;  // then the oldest chunks go
inline constexpr std::uint32_t kErrorTracesPerMinute = 60;
inline constexpr std::uint32_t kSlowTracesPerMinute = 40;
inline constexpr std::uint32_t kLoggedTracesPerMinute = 120;  // those that a warning or an error line names
inline constexpr std::uint32_t kHealthyTracesPerMinute = 60;
inline constexpr std::size_t kSpansPerTraceMax = 400;     // the rest is counted
inline constexpr std::size_t kSpansInFlightMax = 40'000;  // of all traces that have not ended

}  // namespace incident::telemetry::limits
