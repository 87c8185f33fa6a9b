// Reading what a system's file says of the platform: a service's resources and deployment, autoscaling and
// functions, nodes, the cluster and jobs. Problems are thrown, as in the whole room.
#pragma once

#include "scenario/json_node.h"
#include "sim/model.h"

namespace incident::scenario {

// The service itself has been read; `node` is its object.
void read_service_platform(const Node& node, const Node& defaults, sim::Model& model, sim::ServiceSpec& spec);
// All services have been read.
void read_platform(const Node& root, sim::Model& model);

}  // namespace incident::scenario
