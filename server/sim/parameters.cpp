#include "sim/parameters.h"

#include <algorithm>
#include <cstddef>

namespace incident::sim {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;

// Checked by the field's own offset: a struct's order may change, a name may not.
#define FIELD(Struct, field, name, part, unit, min, max, meaning)                  \
  ParameterInfo {                                                                  \
    name, PartKind::part, Unit::unit, min, max, meaning,                           \
        static_cast<std::uint16_t>(offsetof(Struct, field) / sizeof(std::int64_t)) \
  }

constexpr ParameterInfo kParameters[] = {
    FIELD(ServiceParameters, workers, "workers", kService, kCount, 1, 4096,
          "requests in progress at once, for each instance"),
    FIELD(ServiceParameters, queue_limit, "queue_limit", kService, kCount, 0, 100'000,
          "requests that may wait for a worker"),
    FIELD(ServiceParameters, cpu_millicores, "cpu", kService, kMillicores, 10, 64'000,
          "CPU limit of an instance"),
    FIELD(ServiceParameters, startup_us, "startup", kService, kMicroseconds, 0, kHour,
          "from start to the first passed readiness check"),
    FIELD(ServiceParameters, warmup_us, "warmup", kService, kMicroseconds, 0, kHour,
          "how long work costs more after start"),
    FIELD(ServiceParameters, warmup_factor_permille, "warmup_factor", kService, kPermille, 1000, 20'000,
          "cost of work right after start, falling to 1"),
    FIELD(ServiceParameters, drain_us, "drain", kService, kMicroseconds, 0, kHour,
          "grace for requests in progress before an instance stops"),
    FIELD(ServiceParameters, probe_interval_us, "probe_interval", kService, kMicroseconds, 0, kHour,
          "time between readiness checks; 0: none"),
    FIELD(ServiceParameters, probe_timeout_us, "probe_timeout", kService, kMicroseconds, 1'000, kHour,
          "patience of a readiness check"),
    FIELD(ServiceParameters, probe_fall, "probe_fall", kService, kCount, 1, 100,
          "failed checks in a row until an instance gets no traffic"),
    FIELD(ServiceParameters, probe_rise, "probe_rise", kService, kCount, 1, 100,
          "passed checks in a row until it gets traffic again"),
    FIELD(ServiceParameters, liveness_fall, "liveness_fall", kService, kCount, 0, 1000,
          "failed checks in a row until an instance is restarted; 0: never"),
    FIELD(ServiceParameters, shed_permille, "shed", kService, kPermille, 0, 1000,
          "share of requests refused at once by admission control"),
    FIELD(ServiceParameters, least_loaded, "least_loaded", kService, kBoolean, 0, 1,
          "load balancer picks the least loaded instance instead of the next in turn"),

    FIELD(RevisionParameters, cpu_factor_permille, "cpu_factor", kRevision, kPermille, 10, 1'000'000,
          "cost of all work in this version"),
    FIELD(RevisionParameters, error_permille, "errors", kRevision, kPermille, 0, 1000,
          "share of requests that this version fails"),
    FIELD(RevisionParameters, delay_us, "delay", kRevision, kMicroseconds, 0, kHour,
          "waiting added to each request in this version"),

    FIELD(OperationParameters, cpu_factor_permille, "cpu_factor", kOperation, kPermille, 10, 1'000'000,
          "cost of this operation's work"),
    FIELD(OperationParameters, error_permille, "errors", kOperation, kPermille, 0, 1000,
          "share of this operation's requests that fail"),

    FIELD(EdgeParameters, timeout_us, "timeout", kEdge, kMicroseconds, 0, kHour,
          "patience for one attempt; 0: none"),
    FIELD(EdgeParameters, attempts, "attempts", kEdge, kCount, 1, 20, "tries in all, the first included"),
    FIELD(EdgeParameters, backoff_us, "backoff", kEdge, kMicroseconds, 0, kHour,
          "wait before the second attempt, doubled for each further one"),
    FIELD(EdgeParameters, backoff_cap_us, "backoff_cap", kEdge, kMicroseconds, 0, kHour,
          "longest wait between attempts"),
    FIELD(EdgeParameters, jitter_permille, "jitter", kEdge, kPermille, 0, 1000,
          "share of the wait that is drawn at random"),
    FIELD(EdgeParameters, retry_budget_permille, "retry_budget", kEdge, kPermille, 0, 10'000,
          "retries allowed for each call, as a token bucket; 0: no budget"),
    FIELD(EdgeParameters, breaker_failure_permille, "breaker_failures", kEdge, kPermille, 0, 1000,
          "share of failures that opens the circuit breaker; 0: no breaker"),
    FIELD(EdgeParameters, breaker_window, "breaker_window", kEdge, kCount, 1, 64,
          "calls that the circuit breaker looks back upon"),
    FIELD(EdgeParameters, breaker_open_us, "breaker_open", kEdge, kMicroseconds, 1'000, kHour,
          "how long the circuit stays open before one call may try"),
    FIELD(EdgeParameters, network_us, "network", kEdge, kMicroseconds, 0, kHour, "network delay, one way"),
    FIELD(EdgeParameters, network_jitter_permille, "network_jitter", kEdge, kPermille, 0, 10'000,
          "spread of the network delay, as a share of it"),
    FIELD(EdgeParameters, loss_permille, "loss", kEdge, kPermille, 0, 1000,
          "share of requests lost on the way"),
    FIELD(EdgeParameters, cancel, "cancel", kEdge, kBoolean, 0, 1,
          "giving up tells the callee, which drops work not yet started"),

    FIELD(PoolParameters, size, "size", kPool, kCount, 1, 10'000,
          "connections, for each instance of the owner"),
    FIELD(PoolParameters, acquire_timeout_us, "acquire_timeout", kPool, kMicroseconds, 1'000, kHour,
          "patience for a free connection"),
    FIELD(PoolParameters, connect_us, "connect", kPool, kMicroseconds, 0, kHour, "time to open a connection"),

    FIELD(CacheParameters, ttl_us, "ttl", kCache, kMicroseconds, 0, 24 * kHour,
          "time until an entry expires; 0: never"),
    FIELD(CacheParameters, capacity, "capacity", kCache, kCount, 1, 1'000'000, "entries that fit"),
    FIELD(CacheParameters, enabled, "enabled", kCache, kBoolean, 0, 1, "0: every look-up misses"),

    FIELD(DatabaseParameters, max_connections, "max_connections", kDatabase, kCount, 1, 100'000,
          "connections that an instance accepts"),
    FIELD(DatabaseParameters, lock_timeout_us, "lock_timeout", kDatabase, kMicroseconds, 0, kHour,
          "patience for a row lock; 0: none"),

    FIELD(JourneyParameters, rate_per_kilosecond, "rate", kJourney, kPerKilosecond, 0, 1'000'000'000,
          "arrivals in 1000 seconds"),
    FIELD(JourneyParameters, multiplier_permille, "multiplier", kJourney, kPermille, 0, 100'000,
          "traffic change on top of the rate"),

    FIELD(FlagParameters, on, "on", kFlag, kBoolean, 0, 1, "whether the flag is on"),

    FIELD(InstanceParameters, cpu_factor_permille, "cpu_factor", kInstance, kPermille, 10, 1'000'000,
          "cost of work on this instance"),
    FIELD(InstanceParameters, error_permille, "errors", kInstance, kPermille, 0, 1000,
          "share of this instance's requests that fail"),

    FIELD(ServiceParameters, codel_target_us, "codel_target", kService, kMicroseconds, 0, kHour,
          "longest wait in a queue that stays full; who waited longer is refused; 0: no such rule"),
    FIELD(ServiceParameters, codel_interval_us, "codel_interval", kService, kMicroseconds, 1'000, kHour,
          "a queue that has not been empty for this long stays full; longest wait in any other"),
    FIELD(ServiceParameters, concurrency_target_us, "concurrency_target", kService, kMicroseconds, 0, kHour,
          "time in the instance that an adaptive limit of its requests keeps to; 0: no limit"),
    FIELD(ServiceParameters, rate_limit, "rate_limit", kService, kPerKilosecond, 0, 1'000'000'000,
          "requests that the service takes; 0: any number"),
    FIELD(ServiceParameters, rate_burst, "rate_burst", kService, kCount, 1, 1'000'000,
          "requests that the service takes at once"),
    FIELD(OperationParameters, rate_limit, "rate_limit", kOperation, kPerKilosecond, 0, 1'000'000'000,
          "requests that the operation takes; 0: any number"),
    FIELD(OperationParameters, rate_burst, "rate_burst", kOperation, kCount, 1, 1'000'000,
          "requests that the operation takes at once"),
    FIELD(EdgeParameters, propagate_deadline, "propagate_deadline", kEdge, kBoolean, 0, 1,
          "the callee knows until when its answer is of use, and refuses what comes too late"),
    FIELD(EdgeParameters, hedge_us, "hedge", kEdge, kMicroseconds, 0, kHour,
          "a second attempt beside one that takes longer than this; 0: none"),
    FIELD(EdgeParameters, bulkhead, "bulkhead", kEdge, kCount, 0, 100'000,
          "calls in progress for each instance of the caller; 0: any number"),
    FIELD(EdgeParameters, rate_limit, "rate_limit", kEdge, kPerKilosecond, 0, 1'000'000'000,
          "requests that the callee takes from this client; 0: any number"),
    FIELD(EdgeParameters, rate_burst, "rate_burst", kEdge, kCount, 1, 1'000'000,
          "requests that the callee takes from this client at once"),
    FIELD(CacheParameters, single_flight, "single_flight", kCache, kBoolean, 0, 1,
          "misses of one key in one instance load it once"),
};
#undef FIELD

}  // namespace

std::span<const ParameterInfo> parameters() {
  return kParameters;
}

const ParameterInfo* find_parameter(PartKind part, std::string_view name) {
  const auto* found = std::find_if(std::begin(kParameters), std::end(kParameters),
                                   [&](const ParameterInfo& p) { return p.part == part && p.name == name; });
  return found == std::end(kParameters) ? nullptr : found;
}

std::string_view to_string(PartKind part) {
  return kPartKindNames[static_cast<std::size_t>(part)];
}

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::kCount:
      return "count";
    case Unit::kMicroseconds:
      return "duration";
    case Unit::kPermille:
      return "share";
    case Unit::kMillicores:
      return "cores";
    case Unit::kPerKilosecond:
      return "rate";
    case Unit::kBoolean:
      return "on_off";
  }
  return "";
}

}  // namespace incident::sim
