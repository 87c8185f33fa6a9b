// The tables, topics and consumer groups of a system's file. Services and the names of their operations have
// to be there already. Throws as Node does; pure, any thread.
#pragma once

#include "scenario/json_node.h"
#include "scenario/system_file.h"

namespace incident::scenario {

void read_stores(const Node& root, sim::Model& model);

}  // namespace incident::scenario
