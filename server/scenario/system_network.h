// What lies between services, as a system's file writes it: links, resolvers, names, certificates, secrets.
#pragma once

#include "scenario/json_node.h"
#include "sim/model.h"

namespace incident::scenario {

// After the services. Throws Problem.
void read_network(const Node& root, sim::Model& model);

}  // namespace incident::scenario
