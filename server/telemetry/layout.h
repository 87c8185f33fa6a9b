// Which series the pods of each service have, worked out once from the model and shared by forks: the list of
// gauges and plain counters, and the places of the histograms that calls and tasks are counted in. Immutable;
// any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/simulation.h"
#include "telemetry/names.h"

namespace incident::telemetry {

// What a gauge or counter shows; `part` of GaugeSpec is the pool, edge, cache or lock set where one is meant.
enum class GaugeKind : std::uint8_t {
  kUp,
  kReady,
  kRestarts,
  kCpuUsage,
  kCpuLimit,
  kActiveRequests,
  kQueueLength,
  kProcessCpu,
  kPoolUsed,
  kPoolIdle,
  kPoolMax,
  kPoolPending,
  kPoolTimeouts,  // counted where it happens
  kRetries,       // counted where it happens
  kBreakerState,
  kConnections,
  kConnectionsMax,
  kReplicasAvailable,
  kLockWaiters,
  kCacheHits,
  kCacheMisses,
  kCacheEntries,
  kCacheEvictions,
  kPublished,  // a row of sim/gauges.h
};

// Who shows a series, which decides when it ends: the process only while it runs, the orchestrator and the
// scraper as long as the pod exists.
enum class Shown : std::uint8_t { kByProcess, kByCluster };

// Local groups of a pod's series, by what can touch them; pools and callees have one each after these.
enum PodGroup : std::uint16_t { kLoadGroup, kComputeGroup, kLifeGroup, kPodGroups };

using ExtraLabels = std::vector<std::pair<std::string, std::string>>;

struct GaugeSpec {
  GaugeKind kind = GaugeKind::kUp;
  Shown shown = Shown::kByProcess;
  std::string metric;
  ExtraLabels labels;
  std::uint16_t part = 0;
  std::uint16_t group = kLoadGroup;  // local, see PodGroup
  std::uint32_t divisor = 1;
  bool weighted = false;  // counts requests
  std::uint16_t row = 0;  // kPublished: in sim::gauges(), with its lane
  std::uint16_t lane = 0;
};

// Calls of one service that are counted together: to one service, or one statement of a store.
struct ClientSpec {
  sim::ServiceId callee;
  sim::OperationId statement;  // stores only
  std::uint16_t group = 0;
};

struct ServiceLayout {
  std::vector<GaugeSpec> pod_gauges;      // of each pod
  std::vector<GaugeSpec> service_gauges;  // without a pod
  std::vector<sim::OperationId> operations;
  std::vector<ClientSpec> clients;
  std::uint16_t groups = kPodGroups;
};

class Layout {
 public:
  explicit Layout(std::shared_ptr<const Names> names);

  const Names& names() const { return *names_; }
  const std::shared_ptr<const Names>& shared_names() const { return names_; }
  const ServiceLayout& service(sim::ServiceId id) const { return services_[id.index()]; }
  std::size_t slots() const { return slot_service_.size(); }
  sim::ServiceId service_of(std::size_t slot) const { return slot_service_[slot]; }
  // Position among the service's operations, and of an edge among its clients.
  std::uint16_t operation_place(sim::OperationId id) const { return operation_place_[id.index()]; }
  std::uint16_t client_place(sim::EdgeId id) const { return client_place_[id.index()]; }
  // Position of a counter among the pod's gauges.
  std::uint16_t retries_place(sim::EdgeId id) const { return retries_place_[id.index()]; }
  std::uint16_t pool_timeouts_place(sim::PoolId id) const { return pool_timeouts_place_[id.index()]; }
  std::uint16_t pool_group(sim::PoolId id) const { return pool_group_[id.index()]; }
  sim::ParameterRef cpu_limit(sim::ServiceId id) const;
  sim::ParameterRef connections_max(sim::ServiceId id) const;

 private:
  bool has_breaker(std::size_t edge) const;
  void add_service(sim::ServiceId id);
  void add_clients(sim::ServiceId id, ServiceLayout& layout);
  void add_pools(sim::ServiceId id, ServiceLayout& layout);
  void add_store(sim::ServiceId id, ServiceLayout& layout);
  void add_published(sim::ServiceId id, ServiceLayout& layout);

  std::shared_ptr<const Names> names_;
  std::vector<ServiceLayout> services_;
  std::vector<sim::ServiceId> slot_service_;
  sim::ServiceId users_;
  std::vector<std::uint16_t> operation_place_, client_place_, retries_place_, pool_timeouts_place_,
      pool_group_;
  std::uint16_t cpu_parameter_ = 0, connections_parameter_ = 0;
};

}  // namespace incident::telemetry
