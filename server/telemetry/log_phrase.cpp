#include "telemetry/log_text.h"

namespace incident::telemetry {
namespace {

using sim::Outcome;

// One wording for each of the four languages.
struct Words {
  const char *go, *java, *node, *python;
  const char* of(LogStyle style) const {
    if (style == LogStyle::kJava) return java;
    if (style == LogStyle::kNode) return node;
    return style == LogStyle::kPython ? python : go;
  }
};

Words words(Outcome outcome, bool to_database) {
  switch (outcome) {
    case Outcome::kTimeout:
      if (to_database) {
        return {"context deadline exceeded", "java.sql.SQLTimeoutException: Read timed out",
                "Query read timeout", "OperationalError: timeout expired"};
      }
      return {"context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
              "java.net.SocketTimeoutException: Read timed out", "ETIMEDOUT: timeout of %ms exceeded",
              "ReadTimeout: Read timed out. (read timeout=%)"};
    case Outcome::kConnectionReset:
      return {"read tcp: connection reset by peer", "java.net.SocketException: Connection reset",
              "ECONNRESET: socket hang up", "ConnectionResetError: [Errno 104] Connection reset by peer"};
    case Outcome::kConnectionRefused:
      return {"dial tcp: connect: connection refused", "java.net.ConnectException: Connection refused",
              "connect ECONNREFUSED", "ConnectionRefusedError: [Errno 111] Connection refused"};
    case Outcome::kNoInstance:
      return {"unexpected status 503: no healthy upstream",
              "HttpServerErrorException$ServiceUnavailable: 503 no healthy upstream",
              "Request failed with status code 503: no healthy upstream",
              "HTTPError: 503 Server Error: no healthy upstream"};
    case Outcome::kQueueFull:
    case Outcome::kShed:
      return {"unexpected status 503", "HttpServerErrorException$ServiceUnavailable: 503 Service Unavailable",
              "Request failed with status code 503", "HTTPError: 503 Server Error: Service Unavailable"};
    case Outcome::kRateLimited:
      return {"unexpected status 429", "HttpClientErrorException$TooManyRequests: 429 Too Many Requests",
              "Request failed with status code 429", "HTTPError: 429 Client Error: Too Many Requests"};
    case Outcome::kTooManyConnections:
      return {"pq: sorry, too many clients already",
              "org.postgresql.util.PSQLException: FATAL: sorry, too many clients already",
              "sorry, too many clients already", "OperationalError: FATAL:  sorry, too many clients already"};
    case Outcome::kLockTimeout:
      return {"pq: canceling statement due to lock timeout",
              "org.postgresql.util.PSQLException: ERROR: canceling statement due to lock timeout",
              "canceling statement due to lock timeout",
              "LockNotAvailable: canceling statement due to lock timeout"};
    case Outcome::kPoolTimeout:
      return {"timed out waiting for a connection from the pool",
              "java.sql.SQLTransientConnectionException: Connection is not available, request timed out",
              "ResourceRequest timed out", "TimeoutError: QueuePool limit reached, connection timed out"};
    case Outcome::kCircuitOpen:
      return {
          "circuit breaker is open",
          "io.github.resilience4j.circuitbreaker.CallNotPermittedException: CircuitBreaker is OPEN and does "
          "not permit further calls",
          "Breaker is open", "CircuitBreakerError: circuit is open"};
    case Outcome::kCancelled:
      return {"context canceled", "java.util.concurrent.CancellationException",
              "ECONNABORTED: request aborted", "CancelledError"};
    case Outcome::kDeadlineExceeded:
      return {"rpc error: code = DeadlineExceeded desc = context deadline exceeded",
              "io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded before the call began",
              "4 DEADLINE_EXCEEDED: Deadline exceeded", "DeadlineExceeded: 504 Deadline Exceeded"};
    case Outcome::kBulkheadFull:
      return {"too many concurrent calls to this dependency",
              "io.github.resilience4j.bulkhead.BulkheadFullException: Bulkhead is full and does not permit "
              "further calls",
              "BulkheadRejectedError: Execution slots full", "BulkheadFullError: no slot for this call"};
    case Outcome::kDnsFailure:
      return {"dial tcp: lookup failed: no such host",
              "java.net.UnknownHostException: Name or service not known", "getaddrinfo ENOTFOUND",
              "gaierror: [Errno -2] Name or service not known"};
    case Outcome::kTlsFailure:
      return {"tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
              "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: validity check failed",
              "CERT_HAS_EXPIRED: certificate has expired",
              "SSLCertVerificationError: certificate verify failed: certificate has expired"};
    case Outcome::kUnreachable:
      return {"dial tcp: connect: no route to host", "java.net.NoRouteToHostException: No route to host",
              "connect EHOSTUNREACH", "OSError: [Errno 113] No route to host"};
    case Outcome::kPortsExhausted:
      return {"dial tcp: connect: cannot assign requested address",
              "java.net.BindException: Cannot assign requested address", "connect EADDRNOTAVAIL",
              "OSError: [Errno 99] Cannot assign requested address"};
    case Outcome::kTooManyFiles:
      return {"accept tcp: accept4: too many open files", "java.net.SocketException: Too many open files",
              "EMFILE: too many open files", "OSError: [Errno 24] Too many open files"};
    case Outcome::kUnauthorized:
      if (to_database) {
        return {"pq: password authentication failed",
                "org.postgresql.util.PSQLException: FATAL: password authentication failed",
                "password authentication failed", "OperationalError: FATAL:  password authentication failed"};
      }
      return {"unexpected status 401", "HttpClientErrorException$Unauthorized: 401 Unauthorized",
              "Request failed with status code 401", "HTTPError: 401 Client Error: Unauthorized"};
    case Outcome::kForbidden:
      if (to_database) {
        return {"pq: permission denied", "org.postgresql.util.PSQLException: ERROR: permission denied",
                "permission denied", "InsufficientPrivilege: permission denied"};
      }
      return {"unexpected status 403", "HttpClientErrorException$Forbidden: 403 Forbidden",
              "Request failed with status code 403", "HTTPError: 403 Client Error: Forbidden"};
    case Outcome::kNotFound:
      return {"unexpected status 404", "HttpClientErrorException$NotFound: 404 Not Found",
              "Request failed with status code 404", "HTTPError: 404 Client Error: Not Found"};
    case Outcome::kTooLarge:
      return {"unexpected status 413", "HttpClientErrorException: 413 Payload Too Large",
              "Request failed with status code 413", "HTTPError: 413 Client Error: Payload Too Large"};
    case Outcome::kDeadlock:
      return {"pq: deadlock detected", "org.postgresql.util.PSQLException: ERROR: deadlock detected",
              "deadlock detected", "DeadlockDetected: deadlock detected"};
    case Outcome::kReadOnly:
      return {"pq: cannot execute in a read-only transaction",
              "org.postgresql.util.PSQLException: ERROR: cannot execute in a read-only transaction",
              "cannot execute in a read-only transaction",
              "ReadOnlySqlTransaction: cannot execute in a read-only transaction"};
    case Outcome::kDiskFull:
      return {"pq: could not extend file: No space left on device",
              "org.postgresql.util.PSQLException: ERROR: could not extend file: No space left on device",
              "ENOSPC: no space left on device", "DiskFull: could not extend file: No space left on device"};
    case Outcome::kKeyOverflow:
      return {
          "pq: nextval: reached maximum value of sequence (2147483647)",
          "org.postgresql.util.PSQLException: ERROR: nextval: reached maximum value of sequence (2147483647)",
          "nextval: reached maximum value of sequence (2147483647)",
          "SequenceGeneratorLimitExceeded: nextval: reached maximum value of sequence (2147483647)"};
    case Outcome::kStale:
      return {"unexpected status 409: version conflict",
              "OptimisticLockException: Row was updated or not yet visible to this transaction",
              "Request failed with status code 409",
              "StaleDataError: expected row is older than acknowledged"};
    case Outcome::kError:
    case Outcome::kDependency:
      if (to_database) {
        return {"pq: internal error", "org.postgresql.util.PSQLException: ERROR: internal error",
                "error: internal error", "InternalError: internal error"};
      }
      return {"unexpected status 500",
              "HttpServerErrorException$InternalServerError: 500 Internal Server Error",
              "Request failed with status code 500", "HTTPError: 500 Server Error: Internal Server Error"};
    case Outcome::kOk:
      break;
  }
  return {"", "", "", ""};
}

Words bug() {
  return {"panic recovered: runtime error: invalid memory address or nil pointer dereference",
          "java.lang.IllegalStateException: unexpected state",
          "TypeError: Cannot read properties of undefined", "ValueError: unexpected value"};
}

}  // namespace

std::string client_error(LogStyle style, Outcome outcome, bool to_database, std::int64_t timeout_ms) {
  std::string text = words(outcome, to_database).of(style);
  if (const std::size_t at = text.find('%'); at != std::string::npos) {
    text.replace(at, 1, std::to_string(timeout_ms));
  }
  return text;
}

Phrase application_phrase(const Names& names, const PodName& pod, const LogRecord& r) {
  const LogStyle style = names.service(pod.service).style;
  const sim::Model& model = names.model();
  const auto arg = [&](std::size_t i) { return r.args[i]; };
  const auto operation = [&]() -> const OperationNames& { return names.operation(sim::OperationId(arg(0))); };
  const std::string& mine = names.service(pod.service).class_name;
  Phrase p;
  p.fields.reserve(6);
  p.logger = mine + "Controller";

  // Lines about a call start alike.
  const auto about_call = [&](std::size_t took, std::int64_t timeout_ms) {
    const sim::EdgeId edge(arg(0));
    const auto outcome = static_cast<Outcome>(arg(1));
    const ServiceNames& callee = names.service(names.callee(edge));
    p.logger = callee.class_name + "Client";
    p.fields.emplace_back("callee", callee.name);
    p.fields.emplace_back(names.to_store(edge) ? "statement" : "operation",
                          names.operation(names.operation_of(edge)).name);
    p.fields.emplace_back("duration_ms", milliseconds_text(arg(took)));
    p.error = client_error(style, outcome, names.to_store(edge), timeout_ms);
    return callee.name;
  };
  const auto milliseconds_of = [](std::uint32_t us) { return static_cast<std::int64_t>((us + 500) / 1000); };

  switch (r.what) {
    case LogTemplate::kStarting:
      p.logger = mine + "Application";
      p.message = "starting " + names.service(pod.service).name + " version " + pod.version;
      if (arg(1) > 0) p.fields.emplace_back("restarts", std::to_string(arg(1)));
      break;
    case LogTemplate::kReady:
      p.logger = mine + "Application";
      p.message = "listening on :8080, ready to serve";
      p.fields.emplace_back("startup_ms", std::to_string(arg(1)));
      break;
    case LogTemplate::kDraining:
      p.logger = mine + "Application";
      p.message = "received SIGTERM, draining";
      p.fields.emplace_back("in_progress", std::to_string(arg(0)));
      break;
    case LogTemplate::kStopped:
      p.logger = mine + "Application";
      p.message = "shutdown complete";
      break;
    case LogTemplate::kConfigReloaded:
      p.logger = "ConfigWatcher";
      p.message = "configuration reloaded";
      break;
    case LogTemplate::kFlagChanged:
      p.logger = "FeatureFlags";
      p.message = "feature flags refreshed";
      break;
    case LogTemplate::kAttemptFailed: {
      const std::string callee = about_call(3, milliseconds_of(arg(3)));
      p.message = "call to " + callee + " failed, will retry";
      p.fields.emplace_back("attempt", std::to_string(arg(2)));
      break;
    }
    case LogTemplate::kCallFailed:
      p.message = "call to " + about_call(2, milliseconds_of(arg(3))) + " failed";
      if (arg(3) > 0) p.fields.emplace_back("timeout_ms", std::to_string(milliseconds_of(arg(3))));
      break;
    case LogTemplate::kRetriesExhausted: {
      const std::string callee = about_call(3, milliseconds_of(arg(3)));
      p.message = "call to " + callee + " failed, giving up after " + std::to_string(arg(2)) + " attempts";
      break;
    }
    case LogTemplate::kPoolTimeout: {
      const auto& pool = model.pools[arg(0)];
      p.logger = style == LogStyle::kJava ? "HikariPool" : "Pool";
      p.message = pool.name + " - Connection is not available, request timed out after " +
                  std::to_string(milliseconds_of(arg(1))) + "ms";
      p.fields.emplace_back("active", std::to_string(arg(2)));
      p.fields.emplace_back("waiting", std::to_string(arg(3)));
      break;
    }
    case LogTemplate::kPoolExhausted: {
      const auto& pool = model.pools[arg(0)];
      p.logger = style == LogStyle::kJava ? "HikariPool" : "Pool";
      p.message = pool.name + " - all connections in use";
      p.fields.emplace_back("total", std::to_string(arg(1)));
      p.fields.emplace_back("waiting", std::to_string(arg(2)));
      break;
    }
    case LogTemplate::kBreakerOpened:
    case LogTemplate::kBreakerHalfOpen:
    case LogTemplate::kBreakerClosed: {
      const sim::EdgeId edge(arg(0));
      const char* change = r.what == LogTemplate::kBreakerOpened     ? "from CLOSED to OPEN"
                           : r.what == LogTemplate::kBreakerHalfOpen ? "from OPEN to HALF_OPEN"
                                                                     : "from HALF_OPEN to CLOSED";
      p.logger = "CircuitBreaker";
      p.message = "circuit breaker '" + model.edges[edge.index()].name + "' changed state " + change;
      p.fields.emplace_back("callee", names.service(names.callee(edge)).name);
      break;
    }
    case LogTemplate::kTaskFailed: {
      const auto outcome = static_cast<Outcome>(arg(2));
      p.message = operation().name + " failed";
      p.fields.emplace_back("status", std::to_string(http_status(outcome)));
      p.fields.emplace_back("duration_ms", milliseconds_text(arg(1)));
      if (outcome == Outcome::kError) p.error = bug().of(style);
      break;
    }
    case LogTemplate::kTaskSlow:
      p.message = "slow request " + operation().name;
      p.fields.emplace_back("duration_ms", milliseconds_text(arg(1)));
      p.fields.emplace_back("queued_ms", milliseconds_text(arg(2)));
      break;
    case LogTemplate::kTaskDone:
    case LogTemplate::kAccess: {
      const auto outcome = r.what == LogTemplate::kAccess ? static_cast<Outcome>(arg(2)) : Outcome::kOk;
      p.message = "handled " + operation().name;
      p.fields.emplace_back("status", std::to_string(http_status(outcome)));
      p.fields.emplace_back("duration_ms", milliseconds_text(arg(1)));
      break;
    }
    case LogTemplate::kQueueFull:
      p.logger = "RequestQueue";
      p.message = "request rejected: queue is full";
      p.fields.emplace_back("operation", operation().name);
      p.fields.emplace_back("queued", std::to_string(arg(1)));
      break;
    case LogTemplate::kShed:
      p.logger = "AdmissionControl";
      p.message = "request shed: load shedding is active";
      p.fields.emplace_back("operation", operation().name);
      break;
    case LogTemplate::kRateLimited:
      p.logger = "RateLimiter";
      p.message = "request refused: rate limit exceeded";
      p.fields.emplace_back("operation", operation().name);
      break;
    case LogTemplate::kCachePurged:
      p.logger = "Cache";
      p.message = "cache " + model.caches[arg(0)].name + " purged";
      break;
    case LogTemplate::kSuppressed:
      p.logger = "RateLimitedLogger";
      p.message = "suppressed " + std::to_string(arg(0)) + " similar messages";
      break;
    default:
      p.message = "statement failed";
  }
  return p;
}

}  // namespace incident::telemetry
