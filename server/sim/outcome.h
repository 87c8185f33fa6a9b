// How a request ends. One closed list for tasks, calls and users, mapped to HTTP and gRPC words by telemetry.
#pragma once

#include <cstdint>

namespace incident::sim {

enum class Outcome : std::uint8_t {
  kOk,
  kError,               // the code failed (HTTP 500)
  kTimeout,             // the caller's patience ended first (504, DEADLINE_EXCEEDED)
  kQueueFull,           // the bounded queue refused it (503)
  kShed,                // admission control refused it (503 with Retry-After)
  kRateLimited,         // 429
  kNoInstance,          // no ready instance behind the load balancer (503, UNAVAILABLE)
  kConnectionReset,     // the instance went away in the middle (502)
  kConnectionRefused,   // nothing listens (502)
  kPoolTimeout,         // no connection became free in time (500 at the caller)
  kTooManyConnections,  // the database refused another connection
  kCircuitOpen,         // the caller's circuit breaker is open
  kLockTimeout,         // a row lock was not granted in time
  kCancelled,           // the caller went away and the work was dropped
  kDependency,          // a needed call failed, so this one did (500/502 with a cause below)
};
inline constexpr int kOutcomes = 15;

constexpr const char* to_string(Outcome outcome) {
  constexpr const char* kNames[kOutcomes] = {"ok",
                                             "error",
                                             "timeout",
                                             "queue_full",
                                             "shed",
                                             "rate_limited",
                                             "no_instance",
                                             "connection_reset",
                                             "connection_refused",
                                             "pool_timeout",
                                             "too_many_connections",
                                             "circuit_open",
                                             "lock_timeout",
                                             "cancelled",
                                             "dependency_failed"};
  return kNames[static_cast<int>(outcome)];
}

}  // namespace incident::sim
