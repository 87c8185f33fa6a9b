// The formats of PostgreSQL, Redis, nginx, Envoy and the kubelet.
#include <array>
#include <cstdio>

#include "telemetry/log_text.h"
#include "telemetry/text_format.h"

namespace incident::telemetry {
namespace {

using sim::Outcome;

template <class... Args>
void append(std::string& out, const char* format, Args... args) {
  std::array<char, 512> text;
  const int size = std::snprintf(text.data(), text.size(), format, args...);
  out.append(text.data(),
             static_cast<std::size_t>(size) < text.size() ? static_cast<std::size_t>(size) : text.size() - 1);
}

// Addresses and numbers that tell nothing, but the same for the same request.
void append_client_address(std::string& out, const Names& names, const LogRecord& record) {
  const std::uint64_t x = names.draw(11, record.trace);
  append_number(out, 24 + x % 180);
  out += '.';
  append_number(out, x / 251 % 256);
  out += '.';
  append_number(out, x / 65'521 % 256);
  out += '.';
  append_number(out, 1 + x / 16'777'213 % 254);
}

unsigned backend(const Names& names, const LogRecord& record) {
  return static_cast<unsigned>(1000 + names.draw(12, record.trace) % 30'000);
}

// How PostgreSQL ends a statement.
const char* postgres_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCancelled:
      return "canceling statement due to user request";
    case Outcome::kDeadlock:
      return "deadlock detected  detail: process waits for ShareLock on transaction of a process that waits "
             "for "
             "it";
    case Outcome::kReadOnly:
      return "cannot execute statement in a read-only transaction";
    case Outcome::kDiskFull:
      return "could not extend file: No space left on device  hint: Check free disk space.";
    case Outcome::kKeyOverflow:
      return "integer out of range: nextval reached maximum value of sequence";
    case Outcome::kNotFound:
      return "no data found: the row does not exist";
    case Outcome::kStale:
      return "row version is older than the one that was asked for";
    default:
      return "could not complete statement: internal error";
  }
}

}  // namespace

bool render_kubelet(const Names& names, const PodName& pod, const LogRecord& r, std::string& out) {
  const std::string& container = names.service(pod.service).name;
  switch (r.what) {
    case LogTemplate::kProbeFailed:
      if (static_cast<Outcome>(r.args[2]) == Outcome::kConnectionRefused) {
        append(out,
               "kubelet: Readiness probe failed: Get \"http://%s:8080/healthz\": dial tcp: connect: "
               "connection refused",
               pod.name.c_str());
      } else {
        append(out,
               "kubelet: Readiness probe failed: Get \"http://%s:8080/healthz\": context deadline exceeded "
               "(Client.Timeout exceeded while awaiting headers)",
               pod.name.c_str());
      }
      return true;
    case LogTemplate::kUnhealthy:
      append(out, "kubelet: Pod %s is not ready: readiness probe has failed, removed from endpoints",
             pod.name.c_str());
      return true;
    case LogTemplate::kHealthy:
      append(out, "kubelet: Pod %s is ready: readiness probe has passed, added to endpoints",
             pod.name.c_str());
      return true;
    case LogTemplate::kLivenessRestart:
      append(out, "kubelet: Container %s failed liveness probe, will be restarted (restart count %u)",
             container.c_str(), r.args[0]);
      return true;
    case LogTemplate::kKilled:
      append(out, "kubelet: Container %s terminated: exit code 137 (SIGKILL), %u requests in progress",
             container.c_str(), r.args[0]);
      return true;
    default:
      return false;
  }
}

bool render_postgres(const Names& names, const LogRecord& r, std::string& out) {
  const auto statement = [&] { return names.operation(sim::OperationId(std::size_t{r.args[0]})).name; };
  const unsigned pid = backend(names, r);
  switch (r.what) {
    case LogTemplate::kStarting:
      out += "LOG:  starting PostgreSQL 15.6 on x86_64-pc-linux-gnu, compiled by gcc 12.2.0, 64-bit";
      return true;
    case LogTemplate::kReady:
      out += "LOG:  database system is ready to accept connections";
      return true;
    case LogTemplate::kDraining:
      out += "LOG:  received smart shutdown request";
      return true;
    case LogTemplate::kStopped:
      out += "LOG:  database system is shut down";
      return true;
    case LogTemplate::kConfigReloaded:
      out += "LOG:  received SIGHUP, reloading configuration files";
      return true;
    case LogTemplate::kSlowStatement:
      append(out, "[%u] LOG:  duration: %s ms  statement: %s", pid, milliseconds_text(r.args[1], 3).c_str(),
             statement().c_str());
      return true;
    case LogTemplate::kLockWait:
      append(out,
             "[%u] LOG:  process %u still waiting for ShareLock on transaction %u after %s ms  statement: %s",
             pid, pid, r.args[2], milliseconds_text(r.args[1], 3).c_str(), statement().c_str());
      return true;
    case LogTemplate::kLockTimeout:
      append(out,
             "[%u] ERROR:  canceling statement due to lock timeout  context: while locking tuple in "
             "transaction %u  statement: %s",
             pid, r.args[2], statement().c_str());
      return true;
    case LogTemplate::kTooManyConnections:
      append(out, "FATAL:  sorry, too many clients already (%u connections)", r.args[0]);
      return true;
    case LogTemplate::kStatementFailed:
      append(out, "[%u] ERROR:  %s  statement: %s", pid, postgres_words(static_cast<Outcome>(r.args[1])),
             statement().c_str());
      return true;
    case LogTemplate::kCheckpoint:
      append(out, "LOG:  checkpoint complete: wrote %u buffers; write=%s s", r.args[0],
             milliseconds_text(r.args[1], 3).c_str());
      return true;
    case LogTemplate::kSuppressed:
      append(out, "LOG:  suppressed %u similar messages", r.args[0]);
      return true;
    default:
      return false;
  }
}

bool render_redis(const Names& names, const LogRecord& r, std::string& out) {
  switch (r.what) {
    case LogTemplate::kStarting:
      out += "1:C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo";
      return true;
    case LogTemplate::kReady:
      out += "1:M * Ready to accept connections tcp";
      return true;
    case LogTemplate::kDraining:
      out += "1:signal-handler Received SIGTERM scheduling shutdown...";
      return true;
    case LogTemplate::kStopped:
      out += "1:M # Redis is now ready to exit, bye bye...";
      return true;
    case LogTemplate::kConfigReloaded:
      out += "1:M * CONFIG REWRITE executed with success.";
      return true;
    case LogTemplate::kCachePurged:
      append(out, "1:M * DB %u (%s): FLUSHDB done", r.args[0], names.model().caches[r.args[0]].name.c_str());
      return true;
    case LogTemplate::kCacheSave:
      append(out, "1:M * Background saving terminated with success, %u keys", r.args[0]);
      return true;
    case LogTemplate::kSlowStatement:
      append(out, "1:M # Slow command: %s took %s ms",
             names.operation(sim::OperationId(std::size_t{r.args[0]})).name.c_str(),
             milliseconds_text(r.args[1]).c_str());
      return true;
    case LogTemplate::kStatementFailed:
      out += "1:M # Error processing command";
      return true;
    case LogTemplate::kTooManyConnections:
      out += "1:M # Error registering fd event for the new client: max number of clients reached";
      return true;
    case LogTemplate::kSuppressed:
      append(out, "1:M * suppressed %u similar messages", r.args[0]);
      return true;
    default:
      return false;
  }
}

bool render_proxy(const Names& names, const PodName& pod, const LogRecord& r, std::string& out) {
  const bool envoy = names.service(pod.service).style == LogStyle::kEnvoy;
  switch (r.what) {
    case LogTemplate::kStarting:
      append(out, "%s config version %s",
             envoy ? "[info][main] starting main dispatch loop," : "[notice] 1#1: start worker processes,",
             pod.version.c_str());
      return true;
    case LogTemplate::kReady:
      out += envoy ? "[info][config] all dependencies initialized. starting workers"
                   : "[notice] 1#1: ready, 4 workers";
      return true;
    case LogTemplate::kDraining:
      out += envoy ? "[warning][main] caught ENVOY_SIGTERM, draining listeners"
                   : "[notice] 1#1: signal 3 (SIGQUIT) received, shutting down";
      return true;
    case LogTemplate::kConfigReloaded:
      out += envoy ? "[info][upstream] cds: add/update cluster"
                   : "[notice] 1#1: signal 1 (SIGHUP) received, reconfiguring";
      return true;
    case LogTemplate::kSuppressed:
      append(out, "%s suppressed %u similar messages",
             envoy ? "[warning][router]" : "[warn] 29#29:", r.args[0]);
      return true;
    case LogTemplate::kAccess:
    case LogTemplate::kTaskDone:
    case LogTemplate::kTaskFailed: {
      const auto outcome = r.what == LogTemplate::kTaskDone ? Outcome::kOk : static_cast<Outcome>(r.args[2]);
      const OperationNames& operation = names.operation(sim::OperationId(std::size_t{r.args[0]}));
      const std::uint64_t bytes = outcome == Outcome::kOk ? 400 + names.draw(13, r.trace) % 9000 : 164;
      if (!envoy) {
        append_client_address(out, names, r);
        out += " - - ";
      }
      out += '"';
      out += operation.method.empty() ? "POST" : operation.method;
      out += ' ';
      out += operation.route;
      out += envoy ? " HTTP/2\" " : " HTTP/1.1\" ";
      append_number(out, static_cast<std::uint64_t>(http_status(outcome)));
      out += envoy ? " - 0 " : " ";
      append_number(out, bytes);
      if (envoy) {
        out += ' ';
        append_number(out, r.args[1] / 1000);
        out += " \"";
        append_client_address(out, names, r);
        out += "\" \"";
      } else {
        out += " rt=";
        append_fixed(out, r.args[1], 3, 1000);
        out += " trace=";
      }
      std::array<char, 32> trace;
      names.write_trace_id(r.trace, trace);
      out.append(trace.data(), trace.size());
      if (envoy) out += '"';
      return true;
    }
    case LogTemplate::kCallFailed:
    case LogTemplate::kAttemptFailed:
    case LogTemplate::kRetriesExhausted: {
      const sim::EdgeId edge(std::size_t{r.args[0]});
      const auto outcome = static_cast<Outcome>(r.args[1]);
      const std::string& upstream = names.service(names.callee(edge)).name;
      const OperationNames& operation = names.operation(names.operation_of(edge));
      const char* what =
          outcome == Outcome::kTimeout
              ? "upstream timed out (110: Connection timed out) while reading response header from upstream"
          : outcome == Outcome::kConnectionRefused
              ? "connect() failed (111: Connection refused) while connecting to upstream"
          : outcome == Outcome::kConnectionReset
              ? "upstream prematurely closed connection while reading response header from upstream"
          : outcome == Outcome::kNoInstance  ? "no live upstreams while connecting to upstream"
          : outcome == Outcome::kCircuitOpen ? "upstream circuit breaker is open"
                                             : "upstream answered with an error";
      append(out, "%s %s, request: \"%s\", upstream: \"%s\"%s%s",
             envoy ? "[warning][router]" : "[error] 29#29:", what, operation.name.c_str(), upstream.c_str(),
             r.trace == 0 ? "" : ", trace: ", r.trace == 0 ? "" : names.trace_id(r.trace).c_str());
      return true;
    }
    default:
      return false;
  }
}

}  // namespace incident::telemetry
