// Where pods go, when the model has nodes: a node must be ready and not cordoned, bear the labels the pod
// selects and no taint that it does not tolerate, hold no pod of its own service where those keep apart, and
// have room for its requests; of those the emptiest is taken, in the zone with fewest of its kind. A pod
// that fits nowhere waits, or pushes out pods of lower priority. (kube-scheduler: filter, then score;
// Kubernetes documentation, "Pod Priority and Preemption".) Quotas bound what a namespace may create.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Gives the pod a node, if the model has nodes. False: it has to wait.
bool place_pod(World& w, std::uint16_t instance);
// Whether the quota lets the service create another pod; says so when not.
bool quota_allows(World& w, std::uint16_t service);
// Why none of the nodes took it, as the value of kPodPending: eight counts of a byte each, from the lowest:
// nodes in all, too little CPU, too little memory, too many pods, taints, selector, affinity, not ready or
// cordoned.
std::int64_t why_unschedulable(const World& w, std::uint16_t instance);

struct Requested {
  std::int64_t pods = 0, cpu = 0, memory = 0;
};
// Of all pods, or of those on one node.
Requested requested(const World& w, std::uint16_t node);
inline constexpr std::uint16_t kAllNodes = kNone16;

}  // namespace incident::sim
