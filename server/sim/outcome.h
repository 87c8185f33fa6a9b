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
  kDeadlineExceeded,    // what was left of the caller's deadline ended before the work began (504)
  kBulkheadFull,        // the caller has as many of these calls in progress as it allows itself
  kDnsFailure,          // the name did not resolve
  kTlsFailure,          // the certificate or its chain was not accepted
  kUnreachable,         // no route, or a policy drops the packets
  kPortsExhausted,      // the caller has no ephemeral port left
  kTooManyFiles,        // a process has no file descriptor left
  kUnauthorized,        // 401: credentials missing, stale or revoked
  kForbidden,           // 403: known, but not allowed
  kNotFound,            // 404: no such route or object
  kTooLarge,            // 413: more than a limit that the receiver has
  kDeadlock,            // the database ended one of two transactions that waited for each other
  kReadOnly,            // the database or disk takes no writes now
  kDiskFull,            // no space left on the device
  kKeyOverflow,         // the key's integer type holds no further number
  kStale,               // read a state older than one that was acknowledged (409 where it matters)
};
inline constexpr int kOutcomes = 31;

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
                                             "dependency_failed",
                                             "deadline_exceeded",
                                             "bulkhead_full",
                                             "dns_failure",
                                             "tls_failure",
                                             "unreachable",
                                             "ports_exhausted",
                                             "too_many_files",
                                             "unauthorized",
                                             "forbidden",
                                             "not_found",
                                             "too_large",
                                             "deadlock",
                                             "read_only",
                                             "disk_full",
                                             "key_overflow",
                                             "stale"};
  return kNames[static_cast<int>(outcome)];
}

}  // namespace incident::sim
