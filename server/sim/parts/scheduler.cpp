#include "sim/parts/scheduler.h"

#include <algorithm>
#include <array>

#include "sim/limits.h"
#include "sim/parts/instance.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

// In the order of why_unschedulable.
enum class Obstacle : std::uint8_t { kNone, kCpu, kMemory, kPods, kTaint, kSelector, kAffinity, kUnready };

bool keeps_apart(const World& w, std::uint16_t i, std::uint16_t node) {
  const std::uint16_t service = w.service_of(i);
  const std::int64_t how = w.platform.deployments[service].anti_affinity;
  if (how == 0) return false;
  const CompiledService& s = w.compiled->services[service];
  for (std::uint16_t other = s.first; other < s.first + s.slots; ++other) {
    const std::uint16_t at = w.platform.pods[other].node;
    if (other == i || at == kNone16 || w.instances[other].state == InstanceState::kAbsent) continue;
    if (at == node || (how == 2 && w.model->nodes[at].zone == w.model->nodes[node].zone)) return true;
  }
  return false;
}

// All but room.
Obstacle unfit(const World& w, std::uint16_t i, std::uint16_t node) {
  const NodeState& state = w.platform.nodes[node];
  if (state.ready == 0 || state.cordoned != 0 || state.disk_pressure != 0) return Obstacle::kUnready;
  const NodeParameters& p = w.platform.node_parameters[node];
  const DeploymentParameters& d = w.platform.deployments[w.service_of(i)];
  if ((p.taints & ~d.tolerations) != 0) return Obstacle::kTaint;
  if ((d.node_selector & ~p.labels) != 0) return Obstacle::kSelector;
  return keeps_apart(w, i, node) ? Obstacle::kAffinity : Obstacle::kNone;
}

Obstacle lacks_room(const World& w, std::uint16_t i, std::uint16_t node, const Requested& used) {
  const NodeParameters& p = w.platform.node_parameters[node];
  const DeploymentParameters& d = w.platform.deployments[w.service_of(i)];
  if (used.cpu + d.cpu_request > p.cpu) return Obstacle::kCpu;
  if (used.memory + d.memory_request > p.memory) return Obstacle::kMemory;
  return used.pods + 1 > p.pods_max ? Obstacle::kPods : Obstacle::kNone;
}

std::int64_t kin_in_zone(const World& w, std::uint16_t i, std::uint16_t node) {
  const CompiledService& s = w.compiled->services[w.service_of(i)];
  std::int64_t kin = 0;
  for (std::uint16_t other = s.first; other < s.first + s.slots; ++other) {
    const std::uint16_t at = w.platform.pods[other].node;
    if (other == i || at == kNone16 || w.instances[other].state == InstanceState::kAbsent) continue;
    kin += w.model->nodes[at].zone == w.model->nodes[node].zone;
  }
  return kin;
}

std::uint16_t best_node(const World& w, std::uint16_t i) {
  std::uint16_t best = kNone16;
  std::array<std::int64_t, 2> best_score{};
  for (std::uint16_t n = 0; n < w.platform.nodes.size(); ++n) {
    if (unfit(w, i, n) != Obstacle::kNone) continue;
    const Requested used = requested(w, n);
    if (lacks_room(w, i, n, used) != Obstacle::kNone) continue;
    const NodeParameters& p = w.platform.node_parameters[n];
    // Fewest of its kind in the zone, then the most CPU left, then the fewest pods; and the first of equals.
    const std::array<std::int64_t, 2> score = {-kin_in_zone(w, i, n),
                                               (p.cpu - used.cpu) * 1000 / p.cpu * 1000 - used.pods};
    if (best == kNone16 || score > best_score) {
      best = n;
      best_score = score;
    }
  }
  return best;
}

// Pods of lower priority go until it fits; on the node where the least important have to.
std::uint16_t make_room(World& w, std::uint16_t i) {
  const std::int64_t priority = w.platform.deployments[w.service_of(i)].priority;
  if (priority == 0) return kNone16;
  std::vector<std::uint16_t> best_victims;
  std::uint16_t best = kNone16;
  std::int64_t best_cost = 0;
  for (std::uint16_t n = 0; n < w.platform.nodes.size(); ++n) {
    if (unfit(w, i, n) != Obstacle::kNone) continue;
    std::vector<std::uint16_t> lower;
    for (std::uint16_t other = 0; other < w.instances.size(); ++other) {
      if (w.platform.pods[other].node == n && w.instances[other].state != InstanceState::kAbsent &&
          w.platform.deployments[w.service_of(other)].priority < priority)
        lower.push_back(other);
    }
    std::stable_sort(lower.begin(), lower.end(), [&](std::uint16_t x, std::uint16_t y) {
      return w.platform.deployments[w.service_of(x)].priority <
             w.platform.deployments[w.service_of(y)].priority;
    });
    Requested used = requested(w, n);
    std::vector<std::uint16_t> victims;
    for (const std::uint16_t victim : lower) {
      if (lacks_room(w, i, n, used) == Obstacle::kNone) break;
      const DeploymentParameters& d = w.platform.deployments[w.service_of(victim)];
      used.cpu -= d.cpu_request;
      used.memory -= d.memory_request;
      --used.pods;
      victims.push_back(victim);
    }
    if (victims.empty() || lacks_room(w, i, n, used) != Obstacle::kNone) continue;
    const std::int64_t cost = w.platform.deployments[w.service_of(victims.back())].priority * 1000 +
                              static_cast<std::int64_t>(victims.size());
    if (best != kNone16 && cost >= best_cost) continue;
    best = n;
    best_cost = cost;
    best_victims = victims;
  }
  const CauseMask cause = w.cause(PartKind::kDeployment, w.service_of(i));
  for (const std::uint16_t victim : best_victims) evict_pod(w, victim, PartEvent::kPodPreempted, cause, best);
  return best;
}

}  // namespace

Requested requested(const World& w, std::uint16_t node) {
  Requested sum;
  for (std::size_t i = 0; i < w.instances.size(); ++i) {
    const Instance& instance = w.instances[i];
    if (instance.state == InstanceState::kAbsent || w.compiled->services[instance.service].users) continue;
    if (node != kAllNodes && w.platform.pods[i].node != node) continue;
    const DeploymentParameters& d = w.platform.deployments[instance.service];
    ++sum.pods;
    sum.cpu += d.cpu_request;
    sum.memory += d.memory_request;
  }
  return sum;
}

bool place_pod(World& w, std::uint16_t i) {
  if (w.platform.nodes.empty() || w.model->services[w.service_of(i)].kind == ServiceKind::kExternal)
    return true;
  Pod& pod = w.platform.pods[i];
  if (pod.node != kNone16) return true;
  pod.node = best_node(w, i);
  if (pod.node == kNone16) w.platform.pods[i].node = make_room(w, i);
  if (w.platform.pods[i].node == kNone16) return false;
  refresh_derived(w);
  return true;
}

std::int64_t why_unschedulable(const World& w, std::uint16_t i) {
  std::array<std::uint8_t, 8> counts{};
  for (std::uint16_t n = 0; n < w.platform.nodes.size(); ++n) {
    Obstacle why = unfit(w, i, n);
    if (why == Obstacle::kNone) why = lacks_room(w, i, n, requested(w, n));
    if (counts[0] < 255) ++counts[0];
    if (why != Obstacle::kNone && counts[static_cast<std::size_t>(why)] < 255)
      ++counts[static_cast<std::size_t>(why)];
  }
  std::uint64_t packed = 0;
  for (std::size_t n = 0; n < counts.size(); ++n) packed |= static_cast<std::uint64_t>(counts[n]) << (8 * n);
  return static_cast<std::int64_t>(packed);
}

bool quota_allows(World& w, std::uint16_t service) {
  if (w.platform.clusters.empty() || w.model->services[service].kind == ServiceKind::kExternal) return true;
  const ClusterParameters& p = w.platform.clusters[0];
  if (p.quota_pods == 0 && p.quota_cpu == 0 && p.quota_memory == 0) return true;
  const DeploymentParameters& d = w.platform.deployments[service];
  const Requested used = requested(w, kAllNodes);
  const bool fits = (p.quota_pods == 0 || used.pods + 1 <= p.quota_pods) &&
                    (p.quota_cpu == 0 || used.cpu + d.cpu_request <= p.quota_cpu) &&
                    (p.quota_memory == 0 || used.memory + d.memory_request <= p.quota_memory);
  if (!fits) {
    w.services[service].down_cause |=
        w.cause(PartKind::kCluster, 0) | w.cause(PartKind::kDeployment, service);
    report_part(w, PartEvent::kQuotaExceeded, service, kNone16, service, w.services[service].down_cause,
                used.pods);
  }
  return fits;
}

}  // namespace incident::sim
