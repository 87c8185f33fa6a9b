// Parameters of what software runs on: an instance's memory, garbage collector, CPU quota, files, threads and
// ports; how its pods are placed, started and replaced; the autoscaler; functions; nodes; the cluster; batch
// jobs. Part of sim/parameters.h, which describes the form. Every default means "off": a model that gives
// none of these behaves as if the platform were perfect.
//
// Units: bytes, microseconds, millicores, permille, counts. Counts of files, threads and ports are of the
// simulated requests, not scaled by the model's weight.
#pragma once

#include <cstdint>

namespace incident::sim {

// Of each instance of a service: what its process and container may use (parts/memory.h, parts/cpu_quota.h,
// parts/process_limits.h, parts/sockets.h).
struct ResourceParameters {
  std::int64_t memory_limit = 0;  // of the container; above it the kernel kills; 0: none
  std::int64_t memory_base = 0;   // of the process without requests, outside the heap
  std::int64_t memory_per_request = 0;
  std::int64_t leak_per_request = 0;  // never given back
  std::int64_t leak_per_second = 0;
  std::int64_t heap_limit = 0;  // of a collected heap; 0: memory is given back as requests end
  std::int64_t heap_base = 0;   // live without requests
  std::int64_t alloc_per_request = 0;
  std::int64_t gc_pause_us = 0;          // of a collection, whatever is live
  std::int64_t gc_pause_per_mib_us = 0;  // more for each MiB that is live
  std::int64_t cfs_period_us = 0;        // 0: the limit is shared smoothly; else used up, then stalled
  std::int64_t cfs_burst = 0;            // millicores that one instance can use at once; 0: no bound
  std::int64_t files_limit = 0;          // 0: none
  std::int64_t files_base = 0;
  std::int64_t files_per_request = 1;
  std::int64_t files_leak_permille = 0;  // share of requests that leave one open
  std::int64_t threads_limit = 0;        // 0: none
  std::int64_t threads_base = 0;
  std::int64_t threads_per_peer = 0;  // for each running instance of its own service
  std::int64_t ports_limit = 0;       // local ports for connections that it opens; 0: no bound
  std::int64_t time_wait_us = 60'000'000;
  std::int64_t shm_limit = 0;  // /dev/shm; 0: no bound
  std::int64_t shm_per_request = 0;
};

// How the pods of a service are placed, started and replaced (parts/pods.h, parts/scheduler.h).
struct DeploymentParameters {
  std::int64_t cpu_request = 0;     // millicores
  std::int64_t memory_request = 0;  // bytes
  std::int64_t node_selector = 0;   // labels that a node must have, as bits
  std::int64_t tolerations = 0;     // taints that it bears, as bits
  std::int64_t anti_affinity = 0;   // 1: no two of them on a node; 2: nor in a zone
  std::int64_t priority = 0;        // the higher may push the lower out
  std::int64_t max_surge = 1;
  std::int64_t max_unavailable = 0;
  std::int64_t progress_deadline_us = 600'000'000;
  std::int64_t image_missing = 0;      // new pods: ImagePullBackOff
  std::int64_t config_missing = 0;     // new pods: CreateContainerConfigError
  std::int64_t volume_stuck = 0;       // new pods: FailedMount
  std::int64_t volume_single = 0;      // its volume attaches to one pod at a time
  std::int64_t init_blocked = 0;       // its init container does not end
  std::int64_t init_waits = 1;         // its init container waits for the service that the model names
  std::int64_t crash_on_start = 0;     // the process exits once it has started
  std::int64_t readiness_broken = 0;   // the readiness probe asks for what is not there
  std::int64_t liveness_broken = 0;    // and the liveness probe
  std::int64_t liveness_delay_us = 0;  // liveness checks begin so long after the start; 0: once it is ready
  std::int64_t liveness_period_us = 10'000'000;
  std::int64_t selector_broken = 0;  // the service's selector matches no pod
  std::int64_t port_broken = 0;      // the service's target port is not what the process listens on
  std::int64_t replicas = -1;        // -1: as the model and players say; else this many from now on
  std::int64_t finalizer_stuck = 0;  // a pod that has stopped does not go away
};

// The horizontal autoscaler of a service (parts/autoscaler.h).
struct AutoscalerParameters {
  std::int64_t min = 1;
  std::int64_t max = 0;                   // 0: no autoscaler, or suspended
  std::int64_t target_permille = 700;     // of the CPU request
  std::int64_t tolerance_permille = 100;  // of the target; within it nothing is done
  std::int64_t sync_us = 15'000'000;
  std::int64_t up_window_us = 0;              // stabilisation: lowest wish of the window
  std::int64_t down_window_us = 300'000'000;  // highest wish of the window
};

// A service whose instances are made for requests and serve one at a time (parts/functions.h).
struct FunctionParameters {
  std::int64_t concurrency = 100;  // instances at once; more requests are refused with 429
  std::int64_t cold_start_us = 400'000;
  std::int64_t idle_timeout_us = 300'000'000;
};

// A machine (parts/nodes.h).
struct NodeParameters {
  std::int64_t up = 1;          // 0: without power or network
  std::int64_t kubelet_up = 1;  // 0: its pods run on, but nobody hears of them
  std::int64_t cpu = 4'000;     // millicores for pods
  std::int64_t memory = 16LL << 30;
  std::int64_t pods_max = 110;
  std::int64_t labels = 0;           // bits
  std::int64_t taints = 0;           // bits: no new pods that do not tolerate them
  std::int64_t steal_permille = 0;   // of CPU time that a neighbour takes
  std::int64_t conntrack_limit = 0;  // entries; 0: no bound
  std::int64_t conntrack_base = 0;   // of what is not simulated
  std::int64_t threads_limit = 0;    // of all processes; 0: none
  std::int64_t disk = 100LL << 30;
  std::int64_t disk_base = 20LL << 30;     // used at the start
  std::int64_t disk_growth = 0;            // bytes a second (logs)
  std::int64_t disk_slow_permille = 1000;  // how long its disk takes, against a good one
  std::int64_t clock_offset_us = 0;        // of its clock against true time
};

// What is one for all (parts/scheduler.h).
struct ClusterParameters {
  std::int64_t quota_pods = 0;  // of the namespace; 0: none
  std::int64_t quota_cpu = 0;   // sum of requests
  std::int64_t quota_memory = 0;
  std::int64_t function_concurrency = 0;    // of all functions together; 0: no bound
  std::int64_t pod_addresses = 0;           // 0: enough
  std::int64_t node_grace_us = 40'000'000;  // without news until a node is NotReady
  std::int64_t eviction_after_us = 300'000'000;
  std::int64_t disk_eviction_permille = 900;  // used share from which a node is under disk pressure
};

// A scheduled job (parts/jobs.h).
struct JobParameters {
  std::int64_t suspended = 0;
  std::int64_t interval_us = 86'400'000'000;
  std::int64_t first_us = 0;  // the first run, after the beginning of the simulation
  std::int64_t duration_us = 600'000'000;
  std::int64_t cpu = 0;           // millicores that it takes while it runs
  std::int64_t memory = 0;        // what it comes to use at its end
  std::int64_t memory_limit = 0;  // of its own container; 0: none
  std::int64_t connections = 0;   // held at the first instance of the database
  std::int64_t overlap = 0;       // when the run before has not ended: 0 skips, 1 runs both, 2 replaces
  std::int64_t retries = 6;       // of a run that failed, with backoff
};

}  // namespace incident::sim
