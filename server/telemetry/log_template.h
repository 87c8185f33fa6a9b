// The kinds of lines that services write. What a line's four numbers mean stands beside its kind;
// log_text.cpp turns them into text in the style of the service.
#pragma once

#include <cstdint>

namespace incident::telemetry {

enum class LogTemplate : std::uint16_t {
  // Life of a pod.
  kStarting,         // revision, restarts
  kReady,            // revision, startup in ms
  kDraining,         // requests in progress
  kStopped,          //
  kKilled,           // requests in progress
  kProbeFailed,      // failures in a row, probe timeout in ms, outcome
  kUnhealthy,        //
  kHealthy,          //
  kLivenessRestart,  // restarts
  kConfigReloaded,   // change
  kFlagChanged,      // change
  // A caller about its calls.
  kAttemptFailed,     // edge, outcome, attempt, took in us: another attempt follows
  kCallFailed,        // edge, outcome, took in us, timeout in us
  kRetriesExhausted,  // edge, outcome, attempts, took in us
  kPoolTimeout,       // pool, waited in us, in use, waiting
  kPoolExhausted,     // pool, size, waiting
  kBreakerOpened,     // edge
  kBreakerHalfOpen,   // edge
  kBreakerClosed,     // edge
  // A server about its tasks.
  kTaskFailed,   // operation, took in us, outcome
  kTaskSlow,     // operation, took in us, queued in us
  kTaskDone,     // operation, took in us, a number that varies
  kQueueFull,    // operation, queued
  kShed,         // operation
  kRateLimited,  // operation
  kAccess,       // operation, took in us, outcome, a number that varies
  // Databases and caches.
  kSlowStatement,       // operation, took in us
  kLockWait,            // operation, waited in us, a number that varies
  kLockTimeout,         // operation, waited in us, a number that varies
  kTooManyConnections,  // connections
  kCheckpoint,          // buffers, written in ms
  kStatementFailed,     // operation, outcome
  kCachePurged,         // cache
  kCacheSave,           // entries
  // The logger itself.
  kSuppressed,  // how many, template
  // What happened to a part (part_lines.h).
  kPart,  // event, other, value's low and high half
};
inline constexpr int kLogTemplates = static_cast<int>(LogTemplate::kPart) + 1;

}  // namespace incident::telemetry
