#include "sim/parameters.h"

#include <algorithm>
#include <cstddef>

namespace incident::sim {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kTera = 1LL << 40;
constexpr std::int64_t kMany = 10'000'000;

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
    FIELD(ResourceParameters, memory_limit, "memory_limit", kResources, kBytes, 0, kTera,
          "memory limit of the container; above it the kernel kills it; 0: none"),
    FIELD(ResourceParameters, memory_base, "memory_base", kResources, kBytes, 0, kTera,
          "memory of the process without requests, outside the heap"),
    FIELD(ResourceParameters, memory_per_request, "memory_per_request", kResources, kBytes, 0, kTera,
          "memory for each request in progress"),
    FIELD(ResourceParameters, leak_per_request, "leak_per_request", kResources, kBytes, 0, kTera,
          "memory that each request leaves behind"),
    FIELD(ResourceParameters, leak_per_second, "leak_per_second", kResources, kBytes, 0, kTera,
          "memory that the process loses each second"),
    FIELD(ResourceParameters, heap_limit, "heap_limit", kResources, kBytes, 0, kTera,
          "largest size of a garbage collected heap; 0: no collector"),
    FIELD(ResourceParameters, heap_base, "heap_base", kResources, kBytes, 0, kTera,
          "what is live in the heap without requests"),
    FIELD(ResourceParameters, alloc_per_request, "alloc_per_request", kResources, kBytes, 0, kTera,
          "garbage that each request makes in the heap"),
    FIELD(ResourceParameters, gc_pause_us, "gc_pause", kResources, kMicroseconds, 0, kHour,
          "pause of each collection, whatever is live"),
    FIELD(ResourceParameters, gc_pause_per_mib_us, "gc_pause_per_mib", kResources, kMicroseconds, 0, kHour,
          "pause of a collection for each MiB that is live"),
    FIELD(ResourceParameters, cfs_period_us, "cfs_period", kResources, kMicroseconds, 0, kHour,
          "period of the CPU quota, 100ms on Linux; 0: the limit is shared smoothly"),
    FIELD(ResourceParameters, cfs_burst, "cfs_burst", kResources, kMillicores, 0, 64'000,
          "cores that one instance can use at once within its quota; 0: no bound"),
    FIELD(ResourceParameters, files_limit, "files_limit", kResources, kCount, 0, kMany,
          "file descriptors that a process may have; 0: no bound"),
    FIELD(ResourceParameters, files_base, "files_base", kResources, kCount, 0, kMany,
          "file descriptors without requests"),
    FIELD(ResourceParameters, files_per_request, "files_per_request", kResources, kCount, 0, 1000,
          "file descriptors for each request in progress"),
    FIELD(ResourceParameters, files_leak_permille, "files_leak", kResources, kPermille, 0, 1000,
          "share of requests that leave a file descriptor open"),
    FIELD(ResourceParameters, threads_limit, "threads_limit", kResources, kCount, 0, kMany,
          "threads that a process may have; 0: no bound"),
    FIELD(ResourceParameters, threads_base, "threads_base", kResources, kCount, 0, kMany,
          "threads without requests"),
    FIELD(ResourceParameters, threads_per_peer, "threads_per_peer", kResources, kCount, 0, 1000,
          "threads for each running instance of the same service"),
    FIELD(ResourceParameters, ports_limit, "ports_limit", kResources, kCount, 0, 65'535,
          "local ports for connections that an instance opens; 0: no bound"),
    FIELD(ResourceParameters, time_wait_us, "time_wait", kResources, kMicroseconds, 0, kHour,
          "how long a closed connection keeps its port, at most 60s"),
    FIELD(ResourceParameters, shm_limit, "shm_limit", kResources, kBytes, 0, kTera,
          "size of /dev/shm; 0: no bound"),
    FIELD(ResourceParameters, shm_per_request, "shm_per_request", kResources, kBytes, 0, kTera,
          "shared memory for each request in progress"),

    FIELD(DeploymentParameters, cpu_request, "cpu_request", kDeployment, kMillicores, 0, 64'000,
          "CPU that the scheduler reserves for each pod"),
    FIELD(DeploymentParameters, memory_request, "memory_request", kDeployment, kBytes, 0, kTera,
          "memory that the scheduler reserves for each pod"),
    FIELD(DeploymentParameters, node_selector, "node_selector", kDeployment, kCount, 0, 65'535,
          "labels that a node must have, as bits"),
    FIELD(DeploymentParameters, tolerations, "tolerations", kDeployment, kCount, 0, 65'535,
          "taints that its pods tolerate, as bits"),
    FIELD(DeploymentParameters, anti_affinity, "anti_affinity", kDeployment, kCount, 0, 2,
          "1: no two of its pods on one node; 2: nor in one zone"),
    FIELD(DeploymentParameters, priority, "priority", kDeployment, kCount, 0, 1000,
          "pods of a higher priority may push out those of a lower one"),
    FIELD(DeploymentParameters, max_surge, "max_surge", kDeployment, kCount, 0, 1000,
          "pods above the wanted number during a rollout"),
    FIELD(DeploymentParameters, max_unavailable, "max_unavailable", kDeployment, kCount, 0, 1000,
          "pods below the wanted number during a rollout"),
    FIELD(DeploymentParameters, progress_deadline_us, "progress_deadline", kDeployment, kMicroseconds, 0,
          kHour, "a rollout without progress for so long has failed; 0: never"),
    FIELD(DeploymentParameters, image_missing, "image_missing", kDeployment, kBoolean, 0, 1,
          "new pods cannot pull their image"),
    FIELD(DeploymentParameters, config_missing, "config_missing", kDeployment, kBoolean, 0, 1,
          "new pods lack a config map or secret"),
    FIELD(DeploymentParameters, volume_stuck, "volume_stuck", kDeployment, kBoolean, 0, 1,
          "new pods cannot mount their volume"),
    FIELD(DeploymentParameters, volume_single, "volume_single", kDeployment, kBoolean, 0, 1,
          "its volume attaches to one pod at a time"),
    FIELD(DeploymentParameters, init_blocked, "init_blocked", kDeployment, kBoolean, 0, 1,
          "the init container of new pods does not end"),
    FIELD(DeploymentParameters, init_waits, "init_waits", kDeployment, kBoolean, 0, 1,
          "the init container waits for the service that it depends on"),
    FIELD(DeploymentParameters, crash_on_start, "crash_on_start", kDeployment, kBoolean, 0, 1,
          "the process exits as soon as it has started"),
    FIELD(DeploymentParameters, readiness_broken, "readiness_broken", kDeployment, kBoolean, 0, 1,
          "the readiness probe asks for a path that does not exist"),
    FIELD(DeploymentParameters, liveness_broken, "liveness_broken", kDeployment, kBoolean, 0, 1,
          "the liveness probe asks for a path that does not exist"),
    FIELD(DeploymentParameters, liveness_delay_us, "liveness_delay", kDeployment, kMicroseconds, 0, kHour,
          "liveness checks begin so long after the start; 0: once it is ready"),
    FIELD(DeploymentParameters, liveness_period_us, "liveness_period", kDeployment, kMicroseconds, 1'000,
          kHour, "time between liveness checks before it is ready"),
    FIELD(DeploymentParameters, selector_broken, "selector_broken", kDeployment, kBoolean, 0, 1,
          "the service's selector matches none of its pods"),
    FIELD(DeploymentParameters, port_broken, "port_broken", kDeployment, kBoolean, 0, 1,
          "the service's target port is not the one that the process listens on"),
    FIELD(DeploymentParameters, finalizer_stuck, "finalizer_stuck", kDeployment, kBoolean, 0, 1,
          "a pod that has stopped does not go away"),

    FIELD(AutoscalerParameters, min, "min", kAutoscaler, kCount, 1, 1000, "fewest instances"),
    FIELD(AutoscalerParameters, max, "max", kAutoscaler, kCount, 0, 1000,
          "most instances; 0: no autoscaling"),
    FIELD(AutoscalerParameters, target_permille, "target", kAutoscaler, kPermille, 10, 10'000,
          "wanted share of the CPU request in use"),
    FIELD(AutoscalerParameters, tolerance_permille, "tolerance", kAutoscaler, kPermille, 0, 1000,
          "deviation from the target that is left alone"),
    FIELD(AutoscalerParameters, sync_us, "sync", kAutoscaler, kMicroseconds, 1'000'000, kHour,
          "time between decisions"),
    FIELD(AutoscalerParameters, up_window_us, "up_window", kAutoscaler, kMicroseconds, 0, kHour,
          "scaling up takes the lowest wish of this window"),
    FIELD(AutoscalerParameters, down_window_us, "down_window", kAutoscaler, kMicroseconds, 0, kHour,
          "scaling down takes the highest wish of this window"),

    FIELD(FunctionParameters, concurrency, "concurrency", kFunction, kCount, 1, 10'000,
          "instances at once; more requests are refused"),
    FIELD(FunctionParameters, cold_start_us, "cold_start", kFunction, kMicroseconds, 0, kHour,
          "time until a new instance takes its first request"),
    FIELD(FunctionParameters, idle_timeout_us, "idle_timeout", kFunction, kMicroseconds, 1'000'000,
          24 * kHour, "an instance without requests for so long is stopped"),

    FIELD(NodeParameters, up, "up", kNode, kBoolean, 0, 1, "0: the machine is without power or network"),
    FIELD(NodeParameters, kubelet_up, "kubelet_up", kNode, kBoolean, 0, 1,
          "0: its agent is down; the pods run on and nobody hears of them"),
    FIELD(NodeParameters, cpu, "cpu", kNode, kMillicores, 10, 1'000'000, "CPU for pods"),
    FIELD(NodeParameters, memory, "memory", kNode, kBytes, 0, kTera, "memory for pods"),
    FIELD(NodeParameters, pods_max, "pods_max", kNode, kCount, 0, 1000, "pods that it takes"),
    FIELD(NodeParameters, labels, "labels", kNode, kCount, 0, 65'535, "labels, as bits"),
    FIELD(NodeParameters, taints, "taints", kNode, kCount, 0, 65'535,
          "taints, as bits: no new pods that do not tolerate them"),
    FIELD(NodeParameters, steal_permille, "steal", kNode, kPermille, 0, 990,
          "share of CPU time that a neighbour takes"),
    FIELD(NodeParameters, conntrack_limit, "conntrack_limit", kNode, kCount, 0, kMany,
          "connections that the kernel can track; 0: no bound"),
    FIELD(NodeParameters, conntrack_base, "conntrack_base", kNode, kCount, 0, kMany,
          "tracked connections of what is not simulated"),
    FIELD(NodeParameters, threads_limit, "threads_limit", kNode, kCount, 0, kMany,
          "threads of all processes; 0: no bound"),
    FIELD(NodeParameters, disk, "disk", kNode, kBytes, 1, kTera, "size of its disk"),
    FIELD(NodeParameters, disk_base, "disk_base", kNode, kBytes, 0, kTera, "used at the start"),
    FIELD(NodeParameters, disk_growth, "disk_growth", kNode, kBytes, 0, kTera,
          "bytes written each second and kept"),
    FIELD(NodeParameters, disk_slow_permille, "disk_slow", kNode, kPermille, 1000, 1'000'000,
          "time that its disk takes, against a good one"),
    FIELD(NodeParameters, clock_offset_us, "clock_offset", kNode, kMicroseconds, -24 * kHour, 24 * kHour,
          "its clock, against true time"),

    FIELD(ClusterParameters, quota_pods, "quota_pods", kCluster, kCount, 0, 100'000,
          "pods that the namespace may have; 0: no bound"),
    FIELD(ClusterParameters, quota_cpu, "quota_cpu", kCluster, kMillicores, 0, 10'000'000,
          "CPU that the namespace may request; 0: no bound"),
    FIELD(ClusterParameters, quota_memory, "quota_memory", kCluster, kBytes, 0, kTera,
          "memory that the namespace may request; 0: no bound"),
    FIELD(ClusterParameters, pod_addresses, "pod_addresses", kCluster, kCount, 0, 100'000,
          "addresses for pods; 0: enough"),
    FIELD(ClusterParameters, node_grace_us, "node_grace", kCluster, kMicroseconds, 1'000'000, kHour,
          "without news for so long a node is not ready"),
    FIELD(ClusterParameters, eviction_after_us, "eviction_after", kCluster, kMicroseconds, 1'000'000, kHour,
          "pods of a node that is not ready are replaced after this"),
    FIELD(ClusterParameters, disk_eviction_permille, "disk_eviction", kCluster, kPermille, 1, 1000,
          "used share of a node's disk from which pods are evicted"),

    FIELD(JobParameters, suspended, "suspended", kJob, kBoolean, 0, 1, "no further runs"),
    FIELD(JobParameters, interval_us, "interval", kJob, kMicroseconds, 1'000'000, 24 * kHour,
          "time between runs"),
    FIELD(JobParameters, first_us, "first", kJob, kMicroseconds, 0, 24 * kHour,
          "the first run, after the beginning"),
    FIELD(JobParameters, duration_us, "duration", kJob, kMicroseconds, 1'000, 24 * kHour, "of a run"),
    FIELD(JobParameters, cpu, "cpu", kJob, kMillicores, 0, 64'000,
          "CPU that a run takes from the instance or node it runs on"),
    FIELD(JobParameters, memory, "memory", kJob, kBytes, 0, kTera,
          "memory that a run has come to use at its end"),
    FIELD(JobParameters, memory_limit, "memory_limit", kJob, kBytes, 0, kTera,
          "of its own container; 0: none"),
    FIELD(JobParameters, connections, "connections", kJob, kCount, 0, 100'000,
          "connections that a run holds at the database"),
    FIELD(JobParameters, overlap, "overlap", kJob, kCount, 0, 2,
          "when the run before has not ended: 0 skips, 1 runs both, 2 replaces"),
    FIELD(JobParameters, retries, "retries", kJob, kCount, 0, 100, "of a run that failed"),
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
    case Unit::kBytes:
      return "size";
  }
  return "";
}

}  // namespace incident::sim
