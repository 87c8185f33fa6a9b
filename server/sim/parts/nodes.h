// Machines under the pods. A node that loses power or network takes its pods' answers with it: until the
// node controller has missed its heartbeats for the grace period, the load balancer still sends requests
// there, and they are lost. After the grace its pods count as not ready, and after the toleration they are
// replaced elsewhere (Kubernetes documentation, "Nodes", "Taint-based evictions"). A dead kubelet does the
// same to the pods' standing while they run on. A neighbour's CPU time makes all work on the node dearer, a
// full conntrack table drops the first packet of each new connection, a disk that fills up evicts pods.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_nodes(World& w);
// Heartbeats, disks, pods that wait for room: every few seconds.
void on_cluster_timer(World& w);
// A node's parameters have changed.
void node_changed(World& w, std::uint16_t node);

// The pod goes at once and is replaced by and by. `by`: the node, or whoever pushed it out.
void evict_pod(World& w, std::uint16_t instance, PartEvent event, CauseMask cause, std::uint32_t by);
// Cost of CPU work and of waiting for the disk on the instance's node, in permille; 1000 without nodes.
std::int64_t node_cpu_cost(const World& w, std::uint16_t instance);
std::int64_t node_disk_cost(const World& w, std::uint16_t instance);
// The node's clock against true time.
std::int64_t clock_offset_us(const World& w, std::uint16_t instance);
CauseMask node_cause(const World& w, std::uint16_t instance);
bool kubelet_works(const World& w, std::uint16_t instance);
bool node_has_thread(const World& w, std::uint16_t instance);
// False: the node's connection table is full and the packet is dropped.
bool track_connection(World& w, std::uint16_t instance, CauseMask& cause);
std::int64_t tracked_connections(const World& w, std::uint16_t node);
std::int64_t disk_used(const World& w, std::uint16_t node);

// Players' actions on a node: no new pods (1) or again (0); its pods move away; it starts anew; what is not
// needed on its disk is removed.
Result<Simulation::ActionPreview> preview_node(const World& w, const Action& action);
bool cordon_node(World& w, std::uint32_t action);
bool drain_node(World& w, std::uint32_t action);
bool reboot_node(World& w, std::uint32_t action);
bool reboot_over(World& w, std::uint32_t action);
bool clean_node(World& w, std::uint32_t action);

}  // namespace incident::sim
