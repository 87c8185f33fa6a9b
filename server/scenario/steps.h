// What an operation does, as files write it: a list of one-step objects, nested where a step guards others.
#pragma once

#include <vector>

#include "scenario/json_node.h"
#include "sim/model.h"

namespace incident::scenario {

// Throws Problem.
std::vector<sim::Step> read_steps(const sim::Model& model, sim::ServiceId service, const Node& list);

}  // namespace incident::scenario
