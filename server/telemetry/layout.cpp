#include "telemetry/layout.h"

#include <algorithm>
#include <cassert>

#include "sim/gauges.h"
#include "sim/part_names.h"

namespace incident::telemetry {
namespace {

std::uint16_t parameter_index(sim::PartKind part, std::string_view name) {
  const sim::ParameterInfo* info = sim::find_parameter(part, name);
  assert(info != nullptr);
  return static_cast<std::uint16_t>(info - sim::parameters().data());
}

}  // namespace

Layout::Layout(std::shared_ptr<const Names> names)
    : names_(std::move(names)),
      cpu_parameter_(parameter_index(sim::PartKind::kService, "cpu")),
      connections_parameter_(parameter_index(sim::PartKind::kDatabase, "max_connections")) {
  const sim::Model& model = names_->model();
  operation_place_.resize(model.operations.size());
  client_place_.resize(model.edges.size());
  retries_place_.resize(model.edges.size());
  pool_timeouts_place_.resize(model.pools.size());
  pool_group_.resize(model.pools.size());
  for (std::size_t s = 0; s < model.services.size(); ++s) {
    if (model.services[s].kind == sim::ServiceKind::kUsers) users_ = sim::ServiceId(s);
  }
  for (std::size_t s = 0; s < model.services.size(); ++s) {
    slot_service_.insert(slot_service_.end(), model.services[s].instances_max, sim::ServiceId(s));
    add_service(sim::ServiceId(s));
  }
}

void Layout::add_service(sim::ServiceId id) {
  const sim::Model& model = names_->model();
  ServiceLayout layout;
  for (std::size_t o = 0; o < model.operations.size(); ++o) {
    if (model.operations[o].service != id) continue;
    operation_place_[o] = static_cast<std::uint16_t>(layout.operations.size());
    layout.operations.emplace_back(o);
  }
  using Kind = GaugeKind;
  layout.pod_gauges = {
      {Kind::kUp, Shown::kByCluster, "up", {}, 0, kLifeGroup},
      {Kind::kReady, Shown::kByCluster, "kube_pod_status_ready", {{"condition", "true"}}, 0, kLifeGroup},
      {Kind::kRestarts, Shown::kByCluster, "kube_pod_container_status_restarts_total", {}, 0, kLifeGroup},
      {Kind::kCpuUsage,
       Shown::kByCluster,
       "container_cpu_usage_seconds_total",
       {},
       0,
       kComputeGroup,
       1'000'000},
      {Kind::kCpuLimit, Shown::kByCluster, "container_spec_cpu_limit_cores", {}, 0, kComputeGroup, 1'000},
      {Kind::kProcessCpu, Shown::kByProcess, "process_cpu_seconds_total", {}, 0, kComputeGroup, 1'000'000},
  };
  layout.service_gauges = {
      {Kind::kReplicasAvailable, Shown::kByCluster, "kube_deployment_status_replicas_available", {}}};
  const sim::ServiceKind is = names_->service(id).kind;
  const bool store = is != sim::ServiceKind::kApplication && is != sim::ServiceKind::kBroker;
  if (!store) {
    layout.pod_gauges.push_back(
        {Kind::kActiveRequests, Shown::kByProcess, "http_server_active_requests", {}});
    layout.pod_gauges.push_back({Kind::kQueueLength, Shown::kByProcess, "http_server_queue_length", {}});
  }
  add_clients(id, layout);
  add_pools(id, layout);
  if (store) add_store(id, layout);
  add_published(id, layout);
  services_.push_back(std::move(layout));
}

// One that is on from the start, or that a config key can switch on.
bool Layout::has_breaker(std::size_t edge) const {
  const sim::Model& model = names_->model();
  if (model.edges[edge].initial.breaker_failure_permille > 0) return true;
  const sim::ParameterRef switch_on{parameter_index(sim::PartKind::kEdge, "breaker_failures"),
                                    static_cast<std::uint16_t>(edge)};
  return std::any_of(model.config_keys.begin(), model.config_keys.end(),
                     [&](const sim::ConfigKeySpec& key) { return key.target == switch_on; });
}

void Layout::add_clients(sim::ServiceId id, ServiceLayout& layout) {
  const sim::Model& model = names_->model();
  for (std::size_t e = 0; e < model.edges.size(); ++e) {
    if (model.edges[e].from != id) continue;
    const sim::EdgeId edge(e);
    const sim::ServiceId callee = names_->callee(edge);
    const sim::OperationId statement =
        names_->to_store(edge) ? names_->operation_of(edge) : sim::OperationId();
    std::size_t place = 0;
    while (place < layout.clients.size() &&
           (layout.clients[place].callee != callee || layout.clients[place].statement != statement)) {
      ++place;
    }
    if (place == layout.clients.size()) layout.clients.push_back({callee, statement, layout.groups++});
    client_place_[e] = static_cast<std::uint16_t>(place);
    // Retries are counted for each callee, breakers for each client.
    const std::string& name = names_->service(callee).name;
    std::size_t counter = 0;
    while (counter < layout.pod_gauges.size() && (layout.pod_gauges[counter].kind != GaugeKind::kRetries ||
                                                  layout.pod_gauges[counter].labels[0].second != name)) {
      ++counter;
    }
    if (counter == layout.pod_gauges.size()) {
      layout.pod_gauges.push_back({GaugeKind::kRetries,
                                   Shown::kByProcess,
                                   "http_client_retries_total",
                                   {{"server_address", name}},
                                   0,
                                   layout.clients[place].group,
                                   1,
                                   true});
    }
    retries_place_[e] = static_cast<std::uint16_t>(counter);
    if (has_breaker(e)) {
      layout.pod_gauges.push_back({GaugeKind::kBreakerState,
                                   Shown::kByProcess,
                                   "circuit_breaker_state",
                                   {{"server_address", name}, {"name", model.edges[e].name}},
                                   static_cast<std::uint16_t>(e),
                                   layout.clients[place].group});
    }
  }
}

void Layout::add_pools(sim::ServiceId id, ServiceLayout& layout) {
  const sim::Model& model = names_->model();
  for (std::size_t p = 0; p < model.pools.size(); ++p) {
    if (model.pools[p].owner != id) continue;
    const auto part = static_cast<std::uint16_t>(p);
    const std::uint16_t group = layout.groups++;
    const std::string& name = model.pools[p].name;
    const auto add = [&](GaugeKind kind, const char* metric, const char* state, bool weighted) {
      ExtraLabels labels{{"pool_name", name}};
      if (state != nullptr) labels.emplace_back("state", state);
      layout.pod_gauges.push_back(
          {kind, Shown::kByProcess, metric, std::move(labels), part, group, 1, weighted});
    };
    pool_group_[p] = group;
    add(GaugeKind::kPoolUsed, "db_client_connections_usage", "used", false);
    add(GaugeKind::kPoolIdle, "db_client_connections_usage", "idle", false);
    add(GaugeKind::kPoolMax, "db_client_connections_max", nullptr, false);
    add(GaugeKind::kPoolPending, "db_client_connections_pending_requests", nullptr, false);
    pool_timeouts_place_[p] = static_cast<std::uint16_t>(layout.pod_gauges.size());
    add(GaugeKind::kPoolTimeouts, "db_client_connections_timeouts_total", nullptr, true);
  }
}

void Layout::add_store(sim::ServiceId id, ServiceLayout& layout) {
  const sim::Model& model = names_->model();
  using Kind = GaugeKind;
  if (names_->service(id).kind == sim::ServiceKind::kDatabase) {
    layout.pod_gauges.push_back({Kind::kConnections, Shown::kByProcess, "db_server_connections", {}});
    layout.pod_gauges.push_back({Kind::kConnectionsMax, Shown::kByProcess, "db_server_connections_max", {}});
    layout.pod_gauges.push_back(
        {Kind::kActiveRequests, Shown::kByProcess, "db_server_active_statements", {}});
    layout.pod_gauges.push_back({Kind::kQueueLength, Shown::kByProcess, "db_server_queued_statements", {}});
  }
  for (std::size_t l = 0; l < model.lock_sets.size(); ++l) {
    if (model.lock_sets[l].database != id) continue;
    layout.service_gauges.push_back({Kind::kLockWaiters,
                                     Shown::kByCluster,
                                     "db_server_lock_waiters",
                                     {{"table", model.lock_sets[l].name}},
                                     static_cast<std::uint16_t>(l)});
  }
  for (std::size_t c = 0; c < model.caches.size(); ++c) {
    if (model.caches[c].service != id) continue;
    const auto part = static_cast<std::uint16_t>(c);
    const std::string& name = model.caches[c].name;
    const auto add = [&](Kind kind, const char* metric, ExtraLabels labels, bool weighted) {
      labels.emplace_back("cache", name);
      layout.service_gauges.push_back(
          {kind, Shown::kByCluster, metric, std::move(labels), part, 0, 1, weighted});
    };
    add(Kind::kCacheHits, "cache_requests_total", {{"result", "hit"}}, true);
    add(Kind::kCacheMisses, "cache_requests_total", {{"result", "miss"}}, true);
    add(Kind::kCacheEntries, "cache_entries", {}, false);
    add(Kind::kCacheEvictions, "cache_evictions_total", {}, true);
  }
}

// What mechanisms publish. A part that belongs to no service is shown by the customers' side of the house.
void Layout::add_published(sim::ServiceId id, ServiceLayout& layout) {
  const sim::Model& model = names_->model();
  const auto rows = sim::gauges();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const sim::GaugeInfo& info = rows[r];
    GaugeSpec spec;
    spec.kind = GaugeKind::kPublished;
    spec.shown = info.pods && info.by_process ? Shown::kByProcess : Shown::kByCluster;
    spec.metric = info.metric;
    spec.divisor = info.divisor;
    spec.weighted = info.weighted;
    spec.row = static_cast<std::uint16_t>(r);
    const auto add = [&](std::size_t part, std::vector<GaugeSpec>& gauges, std::uint16_t group) {
      const std::uint32_t lanes = info.lanes(model, part);
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        GaugeSpec one = spec;
        one.part = static_cast<std::uint16_t>(part);
        one.lane = static_cast<std::uint16_t>(lane);
        one.group = group;
        if (!info.label.empty()) one.labels.emplace_back(info.label, sim::part_name(model, info.kind, part));
        if (!info.lane_label.empty()) one.labels.emplace_back(info.lane_label, std::to_string(lane));
        if (!info.fixed_label.empty()) one.labels.emplace_back(info.fixed_label, info.fixed_value);
        gauges.push_back(std::move(one));
      }
    };
    if (info.pods) {
      add(id.index(), layout.pod_gauges, kLoadGroup);
      continue;
    }
    for (std::size_t part = 0; part < sim::part_count(model, info.kind); ++part) {
      sim::ServiceId owner = sim::service_of_part(model, info.kind, part);
      if (!owner.valid()) owner = users_;
      if (owner == id) add(part, layout.service_gauges, 0);
    }
  }
}

sim::ParameterRef Layout::cpu_limit(sim::ServiceId id) const {
  return {cpu_parameter_, id.value};
}

sim::ParameterRef Layout::connections_max(sim::ServiceId id) const {
  return {connections_parameter_, id.value};
}

}  // namespace incident::telemetry
