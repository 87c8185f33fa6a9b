#include "scenario/system_platform.h"

#include "scenario/system_file.h"
#include "scenario/system_parameters.h"

namespace incident::scenario {

using sim::PartKind;

void read_service_platform(const Node& node, const Node& defaults, sim::Model& model,
                           sim::ServiceSpec& spec) {
  for (const std::string_view key : {"resources", "deployment", "autoscaler", "function", "waits_for"})
    model.platform = model.platform || node.has(key);
  if (spec.kind != sim::ServiceKind::kUsers) {
    read_parameters(defaults, "resources", PartKind::kResources, spec.resources);
    read_parameters(defaults, "deployment", PartKind::kDeployment, spec.deployment);
  }
  read_parameters(node, "resources", PartKind::kResources, spec.resources);
  read_parameters(node, "deployment", PartKind::kDeployment, spec.deployment);
  spec.autoscaled = node.has("autoscaler");
  read_parameters(node, "autoscaler", PartKind::kAutoscaler, spec.autoscaler);
  spec.function = node.has("function");
  read_parameters(node, "function", PartKind::kFunction, spec.function_initial);
}

void read_platform(const Node& root, sim::Model& model) {
  const Node defaults = root.at("defaults");
  for (const std::string_view key : {"nodes", "jobs", "cluster"})
    model.platform = model.platform || root.has(key);
  for (const std::string_view key : {"resources", "deployment"})
    model.platform = model.platform || defaults.has(key);
  read_parameters(root, "cluster", PartKind::kCluster, model.cluster);
  root.each("nodes", [&](const Node& node) {
    node.only(kNodeFields);
    sim::NodeSpec spec{node.at("name").text(), node.text("zone", "a"), {}};
    read_parameters(node, "parameters", PartKind::kNode, spec.initial);
    model.nodes.push_back(std::move(spec));
  });
  root.each("jobs", [&](const Node& node) {
    node.only(kJobFields);
    sim::JobSpec spec{node.at("name").text(), {}, {}};
    spec.service =
        sim::ServiceId(find_part(model, PartKind::kService, node.at("service").text(), node.at("service")));
    read_parameters(node, "parameters", PartKind::kJob, spec.initial);
    model.jobs.push_back(std::move(spec));
  });
  std::size_t index = 0;
  root.at("services").each([&](const Node& node) {
    sim::ServiceSpec& spec = model.services[index++];
    if (node.has("waits_for"))
      spec.waits_for = sim::ServiceId(
          find_part(model, PartKind::kService, node.at("waits_for").text(), node.at("waits_for")));
  });
}

}  // namespace incident::scenario
