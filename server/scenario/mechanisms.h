// The one published list of mechanisms: what a declaration may name. Open to everybody, the same for every
// incident, so that it gives nothing away.
#pragma once

#include <span>
#include <string_view>

namespace incident::scenario {

struct Mechanism {
  std::string_view id, name, description;
};

std::span<const Mechanism> mechanisms();
const Mechanism* find_mechanism(std::string_view id);

}  // namespace incident::scenario
