// What players do to nodes (parts/nodes.h).
#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/instance.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {
namespace {

// Of those that could go: in progress on the node.
std::uint32_t requests_on(const World& w, std::uint16_t node) {
  std::uint32_t requests = 0;
  for (std::size_t i = 0; i < w.instances.size(); ++i) {
    if (w.platform.pods[i].node == node) requests += w.instances[i].busy + w.instances[i].queue.size;
  }
  return requests;
}

// Whom the feed names: a service that has a pod there, else any.
std::uint16_t concerned(const World& w, std::uint16_t node) {
  for (std::size_t i = 0; i < w.instances.size(); ++i) {
    if (w.platform.pods[i].node == node) return w.instances[i].service;
  }
  std::uint16_t service = 0;
  while (w.compiled->services[service].users) ++service;
  return service;
}

void note(World& w, std::uint32_t id, std::uint16_t node) {
  w.actions[id].cause |= w.cause(PartKind::kNode, node);
  add_action_change(w, id, ChangeKind::kInfrastructure, concerned(w, node));
}

}  // namespace

Result<Simulation::ActionPreview> preview_node(const World& w, const Action& a) {
  if (a.target >= w.platform.nodes.size()) return no_such("node", a.target);
  const auto node = static_cast<std::uint16_t>(a.target);
  const NodeState& state = w.platform.nodes[node];
  switch (a.kind) {
    case ActionKind::kCordonNode:
      if (a.value != 0 && a.value != 1) return out_of_range("cordoned", 0, 1);
      if (state.cordoned == a.value)
        return refused(a.value != 0 ? "the node is cordoned already" : "the node is not cordoned");
      return Simulation::ActionPreview{{kDrainSwitchUs}, 0};
    case ActionKind::kDrainNode:
      if (state.ready == 0) return refused("the node does not answer, so its pods cannot be asked to leave");
      return Simulation::ActionPreview{{kDrainNodeUs}, 0};
    case ActionKind::kCleanNode:
      if (state.ready == 0) return refused("the node does not answer");
      return Simulation::ActionPreview{{kCleanNodeUs}, 0};
    default:
      if (w.now < state.booting_until) return refused("the node is starting already");
      return Simulation::ActionPreview{{kBootUs}, requests_on(w, node)};
  }
}

bool cordon_node(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  w.platform.nodes[a.target].cordoned = static_cast<std::uint8_t>(a.value);
  note(w, id, static_cast<std::uint16_t>(a.target));
  return true;
}

// Cordons it, and each of its pods stops in its own time and is replaced where there is room.
bool drain_node(World& w, std::uint32_t id) {
  const auto node = static_cast<std::uint16_t>(w.actions[id].action.target);
  note(w, id, node);
  if (w.platform.nodes[node].ready == 0) return false;
  w.platform.nodes[node].cordoned = 1;
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) {
    if (w.platform.pods[i].node == node) leave(w, i);
  }
  return true;
}

// Begins at once: everything on it dies, and it takes no pods until it is up again.
bool reboot_node(World& w, std::uint32_t id) {
  const auto node = static_cast<std::uint16_t>(w.actions[id].action.target);
  note(w, id, node);
  NodeState& state = w.platform.nodes[node];
  state.booting_until = w.now + kBootUs;
  if (state.lost_since < 0) state.lost_since = w.now;
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) {
    if (w.platform.pods[i].node == node && w.instances[i].state != InstanceState::kAbsent &&
        (w.instances[i].special & kDark) == 0)
      go_dark(w, i);
  }
  // A kubelet that had crashed comes up with the machine; a machine without power does not.
  if (w.platform.node_parameters[node].kubelet_up == 0)
    set_by_action(w, id, ChangeKind::kInfrastructure, concerned(w, node),
                  ref_of(PartKind::kNode, "kubelet_up", node), 1);
  return false;
}

bool reboot_over(World& w, std::uint32_t id) {
  return w.platform.node_parameters[w.actions[id].action.target].up != 0;
}

// Old logs and images go; what fills the disk goes on filling it.
bool clean_node(World& w, std::uint32_t id) {
  const auto node = static_cast<std::uint16_t>(w.actions[id].action.target);
  note(w, id, node);
  w.platform.nodes[node].disk_grown = 0;
  w.platform.nodes[node].disk_synced = w.now;
  return true;
}

}  // namespace incident::sim
