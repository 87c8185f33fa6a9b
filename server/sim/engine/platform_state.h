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
  std::uint32_t leaked_files = 0;
  CauseMask cause = 0;     // of what stops it now
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
  std::uint16_t node = UINT16_MAX;
  std::uint8_t readiness_broken = 0, liveness_broken = 0;  // as it was created
  std::uint8_t volume = 0;                                 // it holds its service's volume
  std::uint8_t killed_early = 0;                           // liveness will not wait for its start
  std::uint8_t reserved[2] = {};
};

struct PlatformState {
  // Of every service and instance as soon as the model says anything of the platform.
  std::vector<ResourceParameters> resources;
  std::vector<DeploymentParameters> deployments;
  std::vector<Process> processes;
  std::vector<Pod> pods;
  std::vector<RecentSockets> ports;

  std::vector<AutoscalerParameters> autoscalers;  // by service
  std::vector<FunctionParameters> functions;      // by service
  std::vector<NodeParameters> node_parameters;
  std::vector<ClusterParameters> clusters;  // one or none
  std::vector<JobParameters> job_parameters;

  std::uint8_t counts_sockets = 0;  // derived: opening a connection may fail
};

}  // namespace incident::sim
