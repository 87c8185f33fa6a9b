#include "sim/parts/nodes.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/load_balancer.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/platform.h"
#include "sim/parts/pods.h"
#include "sim/parts/process_limits.h"
#include "sim/parts/scheduler.h"
#include "sim/parts/sockets.h"

namespace incident::sim {
namespace {

bool heard(const World& w, std::uint16_t node) {
  const NodeParameters& p = w.platform.node_parameters[node];
  return p.up != 0 && p.kubelet_up != 0 && w.now >= w.platform.nodes[node].booting_until;
}

template <class F>
void each_pod(World& w, std::uint16_t node, F f) {
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) {
    if (w.platform.pods[i].node == node && w.instances[i].state != InstanceState::kAbsent) f(i);
  }
}

bool is_dark(const World& w, std::uint16_t i) {
  return (w.instances[i].special & kDark) != 0;
}

void power_lost(World& w, std::uint16_t node) {
  each_pod(w, node, [&](std::uint16_t i) {
    if (!is_dark(w, i)) go_dark(w, i);
  });
}

void not_ready(World& w, std::uint16_t node) {
  w.platform.nodes[node].ready = 0;
  const CauseMask cause = w.cause(PartKind::kNode, node);
  each_pod(w, node, [&](std::uint16_t i) {
    Instance& instance = w.instances[i];
    instance.healthy = 0;
    rebuild_serving(w, instance.service);
    w.services[instance.service].down_cause |= cause;
    report_part(w, PartEvent::kNodeNotReady, instance.service, i, node, cause);
  });
}

void ready_again(World& w, std::uint16_t node) {
  NodeState& state = w.platform.nodes[node];
  const bool was_out = state.ready == 0;
  state.ready = 1;
  state.lost_since = -1;
  each_pod(w, node, [&](std::uint16_t i) {
    if (is_dark(w, i)) return restart_in_place(w, i);
    Instance& instance = w.instances[i];
    if (!was_out || instance.state != InstanceState::kReady) return;
    instance.healthy = w.platform.pods[i].readiness_broken == 0;
    rebuild_serving(w, instance.service);
    report_part(w, PartEvent::kInstanceHealthy, instance.service, i, 0, 0);
  });
}

void heartbeat(World& w, std::uint16_t node) {
  NodeState& state = w.platform.nodes[node];
  const ClusterParameters& p = w.platform.clusters[0];
  if (heard(w, node)) {
    if (state.lost_since >= 0) ready_again(w, node);
    return;
  }
  if (state.lost_since < 0) state.lost_since = w.now;
  const std::int64_t silent = w.now - state.lost_since;
  if (state.ready != 0 && silent >= p.node_grace_us) not_ready(w, node);
  if (silent < p.node_grace_us + p.eviction_after_us) return;
  const CauseMask cause = w.cause(PartKind::kNode, node);
  each_pod(w, node, [&](std::uint16_t i) { evict_pod(w, i, PartEvent::kPodEvicted, cause, node); });
}

void look_at_disk(World& w, std::uint16_t node) {
  NodeState& state = w.platform.nodes[node];
  const NodeParameters& p = w.platform.node_parameters[node];
  const bool full = disk_used(w, node) * 1000 >= p.disk * w.platform.clusters[0].disk_eviction_permille;
  state.disk_pressure = full;
  if (!full || state.ready == 0) return;
  // One pod at a time: the least important, and of those the newest.
  std::uint16_t victim = kNone16;
  const auto importance = [&](std::uint16_t i) { return w.platform.deployments[w.service_of(i)].priority; };
  each_pod(w, node, [&](std::uint16_t i) {
    if (victim == kNone16 || importance(i) < importance(victim) ||
        (importance(i) == importance(victim) && w.instances[i].started >= w.instances[victim].started))
      victim = i;
  });
  if (victim != kNone16)
    evict_pod(w, victim, PartEvent::kPodEvictedForDisk, w.cause(PartKind::kNode, node), node);
}

}  // namespace

void start_nodes(World& w) {
  if (w.platform.clusters.empty()) return;
  w.arm(w.compiled->timer_cluster, w.now + kClusterTickUs);
}

void on_cluster_timer(World& w) {
  w.arm(w.compiled->timer_cluster, w.now + kClusterTickUs);
  for (std::uint16_t n = 0; n < w.platform.nodes.size(); ++n) {
    heartbeat(w, n);
    look_at_disk(w, n);
  }
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) {
    if (w.instances[i].hold == PodHold::kPending || w.instances[i].hold == PodHold::kAddress) begin_pod(w, i);
  }
  for (std::size_t s = 0; s < w.services.size(); ++s) {
    if (!w.compiled->services[s].users) reconcile(w, static_cast<std::uint16_t>(s));
  }
}

void node_changed(World& w, std::uint16_t node) {
  NodeState& state = w.platform.nodes[node];
  const NodeParameters& p = w.platform.node_parameters[node];
  if (p.up == 0) power_lost(w, node);
  if (!heard(w, node) && state.lost_since < 0) state.lost_since = w.now;
  each_pod(w, node, [&](std::uint16_t i) {
    if (w.instances[i].dispatching == 0) cpu_arm(w, i);
  });
}

void evict_pod(World& w, std::uint16_t i, PartEvent event, CauseMask cause, std::uint32_t by) {
  const std::uint16_t service = w.service_of(i);
  w.services[service].down_cause |= cause;
  report_part(w, event, service, i, by, cause);
  delete_pod(w, i);
}

std::int64_t node_cpu_cost(const World& w, std::uint16_t i) {
  const std::uint16_t node = w.platform.pods[i].node;
  if (node == kNone16) return 1000;
  const NodeParameters& p = w.platform.node_parameters[node];
  std::int64_t cost = 1'000'000 / (1000 - p.steal_permille);
  // Requests are taken for use: what jobs take beyond what is free slows everybody alike.
  const std::int64_t job = w.platform.nodes[node].job_cpu;
  const std::int64_t wanted = job == 0 ? 0 : requested(w, node).cpu + job;
  if (wanted > p.cpu) cost = cost * wanted / p.cpu;
  return cost;
}

std::int64_t node_disk_cost(const World& w, std::uint16_t i) {
  const std::uint16_t node = w.platform.pods[i].node;
  return node == kNone16 ? 1000 : w.platform.node_parameters[node].disk_slow_permille;
}

std::int64_t clock_offset_us(const World& w, std::uint16_t i) {
  if (w.platform.nodes.empty() || w.platform.pods[i].node == kNone16) return 0;
  return w.platform.node_parameters[w.platform.pods[i].node].clock_offset_us;
}

CauseMask node_cause(const World& w, std::uint16_t i) {
  const std::uint16_t node = w.platform.pods[i].node;
  return node == kNone16 ? 0 : w.cause(PartKind::kNode, node);
}

bool kubelet_works(const World& w, std::uint16_t i) {
  const std::uint16_t node = w.platform.pods[i].node;
  return node == kNone16 || heard(w, node);
}

bool node_has_thread(const World& w, std::uint16_t i) {
  const std::uint16_t node = w.platform.pods[i].node;
  if (node == kNone16) return true;
  const std::int64_t limit = w.platform.node_parameters[node].threads_limit;
  if (limit == 0) return true;
  std::int64_t threads = 0;
  for (std::uint16_t other = 0; other < w.instances.size(); ++other) {
    const InstanceState state = w.instances[other].state;
    if (w.platform.pods[other].node == node &&
        (state == InstanceState::kReady || state == InstanceState::kDraining))
      threads += threads_of(w, other);
  }
  return threads < limit;
}

std::int64_t tracked_connections(const World& w, std::uint16_t node) {
  return w.platform.node_parameters[node].conntrack_base +
         recent_sockets(w.platform.conntrack[node], w.now, kConntrackKeptUs);
}

bool track_connection(World& w, std::uint16_t i, CauseMask& cause) {
  const std::uint16_t node = w.platform.pods[i].node;
  if (node == kNone16) return true;
  const std::int64_t limit = w.platform.node_parameters[node].conntrack_limit;
  if (limit == 0) return true;
  if (tracked_connections(w, node) >= limit) {
    cause |= w.cause(PartKind::kNode, node);
    NodeState& state = w.platform.nodes[node];
    ++state.dropped;
    if (w.now - state.told >= kExhaustedReportUs) {
      state.told = w.now;
      report_part(w, PartEvent::kConntrackFull, w.service_of(i), i, node, w.cause(PartKind::kNode, node),
                  limit);
    }
    return false;
  }
  count_socket(w.platform.conntrack[node], w.now, kConntrackKeptUs);
  return true;
}

std::int64_t disk_used(const World& w, std::uint16_t node) {
  const NodeParameters& p = w.platform.node_parameters[node];
  const NodeState& state = w.platform.nodes[node];
  const std::int64_t grown = state.disk_grown + p.disk_growth * ((w.now - state.disk_synced) / 1000) / 1000;
  return std::min(p.disk, p.disk_base + grown);
}

}  // namespace incident::sim
