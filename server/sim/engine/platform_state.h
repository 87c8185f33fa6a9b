// The state of what software runs on: one of World's members, its vectors empty for a model that does not use
// them. Structs are plain integers without padding, hashed byte by byte. Which file changes what: Process by
// parts/memory, cpu_quota, process_limits; Pod by parts/pods and orchestrator; the rest by the file of the
// same name.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/ids.h"
#include "sim/platform_parameters.h"

namespace incident::sim {

// Bits of Instance::special. Zero: nothing about the platform alters its requests.
inline constexpr std::uint8_t kLimited = 1;     // its memory, files or threads are counted
inline constexpr std::uint8_t kQuota = 2;       // its CPU limit is a quota of each period
inline constexpr std::uint8_t kCollecting = 4;  // stopped for a garbage collection
inline constexpr std::uint8_t kThrottled = 8;   // its quota of this period is used up
inline constexpr std::uint8_t kDark = 16;       // its node has gone: what is sent to it is lost
inline constexpr std::uint8_t kDying = 32;      // the kernel or itself will end it now

// Of an instance's process and container, where its service has resources.
struct Process {
  std::int64_t leaked = 0;  // bytes, by requests and time, up to `leak_synced`
  std::int64_t leak_synced = 0;
  std::int64_t garbage = 0;                   // bytes since the last collection
  std::int64_t gc_us = 0;                     // in collections
  std::int64_t gc_begun = 0;                  // of the present one
  std::int64_t period_began = INT64_MIN / 2;  // of the CPU quota
  std::int64_t used_before = 0;               // CPU ticks when the period began
  std::int64_t throttled_since = 0;
  std::int64_t throttled_us = 0;
  std::uint64_t collections = 0;
  std::uint64_t periods = 0, throttled_periods = 0;
  std::uint64_t oom_kills = 0;
  std::uint64_t refused = 0;          // requests for want of files, threads or shared memory
  std::int64_t told = INT64_MIN / 2;  // when it last said that it lacks something
  std::int64_t job_cpu = 0;           // millicores that jobs take
  std::uint32_t leaked_files = 0;
  CauseMask cause = 0;                // of what stops it now
  std::uint32_t job_connections = 0;  // of its connections, those of jobs
  CauseMask job_cause = 0;
  std::uint32_t exit = 0;  // while kDying: with which code
  std::uint32_t reserved = 0;
};

// Connections of the last minute or two, by the second in which they were opened.
struct RecentSockets {
  static constexpr std::size_t kSeconds = 128;  // a power of two above the longest time kept
  std::array<std::uint32_t, kSeconds> opened{};
  std::int64_t second = 0;  // the newest
  std::int64_t sum = 0;     // of the last `kept` seconds
  std::int64_t kept = 0;
};

// Of an instance's pod, where its service has resources or a deployment.
struct Pod {
  std::int64_t backoff_us = 0;  // before the next restart
  std::int64_t used = 0;        // functions: when it last got a request
  std::uint16_t node = UINT16_MAX;
  std::uint8_t readiness_broken = 0, liveness_broken = 0;  // as it was created
  std::uint8_t volume = 0;                                 // it holds its service's volume
  std::uint8_t address = 0;                                // it has one
  std::uint8_t killed_early = 0;                           // liveness will not wait for its start
  std::uint8_t reserved = 0;
};

struct AutoscalerState {
  static constexpr std::uint32_t kWishes = 32;
  std::array<std::uint16_t, kWishes> wishes{};  // a ring
  std::uint32_t newest = 0, count = 0;
  std::int64_t use_permille = 0;  // of the request, at the last sync
};

struct FunctionState {
  std::uint64_t cold_starts = 0, throttled = 0;
  std::int64_t told = INT64_MIN / 2;
};

struct NodeState {
  std::int64_t lost_since = -1;  // no heartbeat since then; -1: it answers
  std::int64_t booting_until = 0;
  std::int64_t disk_grown = 0;  // bytes, up to `disk_synced`
  std::int64_t disk_synced = 0;
  std::int64_t job_cpu = 0;  // millicores that jobs take of its pods
  std::int64_t told = INT64_MIN / 2;
  std::uint64_t dropped = 0;  // connections that could not be tracked
  std::uint8_t ready = 1, cordoned = 0, disk_pressure = 0;
  std::uint8_t reserved[5] = {};
};

struct JobRun {
  std::int64_t began = 0, ends = 0;
  std::int64_t cpu = 0;
  std::uint32_t connections = 0;
  std::uint32_t epoch = 0;              // of the instance
  std::uint16_t instance = UINT16_MAX;  // none: free
  std::uint16_t reserved[3] = {};
};

struct JobState {
  static constexpr std::size_t kRuns = 4;  // at once
  std::array<JobRun, kRuns> runs{};
  std::int64_t due = 0;  // the next by the schedule
  std::int64_t retry_at = INT64_MAX;
  std::int64_t tries = 0;
  std::uint64_t succeeded = 0, failed = 0;
};

struct PlatformState {
  // Of every service and instance as soon as the model says anything of the platform.
  std::vector<ResourceParameters> resources;
  std::vector<DeploymentParameters> deployments;
  std::vector<Process> processes;
  std::vector<Pod> pods;
  std::vector<RecentSockets> ports;

  // Of every service, where the model has an autoscaler or a function; of nodes and jobs.
  std::vector<AutoscalerParameters> autoscalers;
  std::vector<AutoscalerState> autoscaler_states;
  std::vector<std::int64_t> metered;  // by instance: CPU at the last sync
  std::vector<FunctionParameters> functions;
  std::vector<FunctionState> function_states;
  std::vector<NodeParameters> node_parameters;
  std::vector<NodeState> nodes;
  std::vector<RecentSockets> conntrack;     // by node
  std::vector<ClusterParameters> clusters;  // one
  std::vector<JobParameters> job_parameters;
  std::vector<JobState> jobs;

  std::uint8_t counts_sockets = 0;  // derived: opening a connection may fail
};

}  // namespace incident::sim
