// Reading an object of parameters into a part's struct: names, units and ranges from sim/parameters.h.
#pragma once

#include <string_view>
#include <vector>

#include "scenario/json_node.h"

namespace incident::scenario {

template <class Parameters>
void read_parameters(const Node& node, sim::PartKind kind, Parameters& out) {
  auto* words = reinterpret_cast<std::int64_t*>(&out);
  std::vector<std::string_view> names;
  for (const auto& info : sim::parameters()) {
    if (info.part == kind) names.push_back(info.name);
  }
  node.only(names);
  node.each_member([&](const std::string& name, const Node& value) {
    const auto* info = sim::find_parameter(kind, name);
    words[info->offset] = value.parameter(*info);
  });
}

template <class Parameters>
void read_parameters(const Node& owner, std::string_view key, sim::PartKind kind, Parameters& out) {
  if (owner.has(key)) read_parameters(owner.at(key), kind, out);
}

}  // namespace incident::scenario
