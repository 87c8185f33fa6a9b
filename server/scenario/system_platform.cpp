#include "scenario/system_platform.h"

#include "scenario/system_file.h"
#include "scenario/system_parameters.h"

namespace incident::scenario {

using sim::PartKind;

void read_service_platform(const Node& node, const Node& defaults, sim::Model& model,
                           sim::ServiceSpec& spec) {
  for (const std::string_view key : {"resources", "deployment", "waits_for"})
    model.platform = model.platform || node.has(key);
  if (spec.kind != sim::ServiceKind::kUsers) {
    read_parameters(defaults, "resources", PartKind::kResources, spec.resources);
    read_parameters(defaults, "deployment", PartKind::kDeployment, spec.deployment);
  }
  read_parameters(node, "resources", PartKind::kResources, spec.resources);
  read_parameters(node, "deployment", PartKind::kDeployment, spec.deployment);
}

void read_platform(const Node& root, sim::Model& model) {
  const Node defaults = root.at("defaults");
  if (defaults.has("resources") || defaults.has("deployment")) model.platform = true;
  std::size_t index = 0;
  root.at("services").each([&](const Node& node) {
    sim::ServiceSpec& spec = model.services[index++];
    if (node.has("waits_for"))
      spec.waits_for = sim::ServiceId(
          find_part(model, PartKind::kService, node.at("waits_for").text(), node.at("waits_for")));
  });
}

}  // namespace incident::scenario
