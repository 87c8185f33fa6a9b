// What the parts of a model are called, as scenario files, players and metrics name them: a service's name,
// "service.operation", "service.client", "service@version", "service/slot" for an instance, and the plain
// name of everything else. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sim/model.h"

namespace incident::sim {

std::string part_name(const Model& model, PartKind kind, std::size_t part);
std::optional<std::uint16_t> find_part(const Model& model, PartKind kind, std::string_view name);
// The service that a part belongs to: an edge's caller, a pool's owner, where a cache lives; a service
// itself. None: a part of nobody's, such as a journey or a link.
ServiceId service_of_part(const Model& model, PartKind kind, std::size_t part);

}  // namespace incident::sim
