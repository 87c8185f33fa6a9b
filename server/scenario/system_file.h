// A system's file: the architecture that several incidents share.
#pragma once

#include <string_view>

#include "scenario/incident.h"
#include "scenario/json_node.h"

namespace incident::scenario {

struct System {
  sim::Model model;
  telemetry::TelemetryConfig telemetry;
  SystemInfo info;
};

// Throws Problem.
System read_system(const Node& root);

// Finds a part by the name that files use: a service, "service@version", "service.operation",
// "service.client", a pool, cache, journey or flag by its own name, "service/0" for an instance. Fails at
// `node` when there is none.
std::uint16_t find_part(const sim::Model& model, sim::PartKind kind, std::string_view name, const Node& node);
// {"part": "edge", "of": "cart.pricing", "parameter": "timeout"}: what a config key or a change sets.
sim::ParameterRef read_parameter_ref(const sim::Model& model, const Node& node);
// {"version": "2.1.4", "parameters": {...}} of a service.
sim::RevisionSpec read_revision(sim::ServiceId service, const Node& node);

}  // namespace incident::scenario
