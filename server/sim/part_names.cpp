#include "sim/part_names.h"

namespace incident::sim {
namespace {

const std::string& service_name(const Model& m, ServiceId id) {
  return m.services[id.index()].name;
}

// The service of an instance slot, and its place there.
std::pair<std::size_t, std::size_t> place_of_instance(const Model& m, std::size_t slot) {
  std::size_t service = 0;
  while (service + 1 < m.services.size() && slot >= m.services[service].instances_max) {
    slot -= m.services[service++].instances_max;
  }
  return {service, slot};
}

}  // namespace

std::string part_name(const Model& m, PartKind kind, std::size_t part) {
  if (part >= part_count(m, kind)) return {};
  switch (kind) {
    case PartKind::kService:
    case PartKind::kDatabase:
    case PartKind::kResources:
    case PartKind::kDeployment:
    case PartKind::kAutoscaler:
    case PartKind::kFunction:
      return m.services[part].name;
    case PartKind::kNode:
      return m.nodes[part].name;
    case PartKind::kCluster:
      return "cluster";
    case PartKind::kJob:
      return m.jobs[part].name;
    case PartKind::kRevision:
      return service_name(m, m.revisions[part].service) + "@" + m.revisions[part].version;
    case PartKind::kOperation:
      return service_name(m, m.operations[part].service) + "." + m.operations[part].name;
    case PartKind::kEdge:
      return service_name(m, m.edges[part].from) + "." + m.edges[part].name;
    case PartKind::kPool:
      return m.pools[part].name;
    case PartKind::kCache:
      return m.caches[part].name;
    case PartKind::kJourney:
      return m.journeys[part].name;
    case PartKind::kFlag:
      return m.flags[part].name;
    case PartKind::kLink:
      return m.links[part].name;
    case PartKind::kDnsName:
      return m.dns_names[part].name;
    case PartKind::kResolver:
      return m.resolvers[part].name;
    case PartKind::kCertificate:
      return m.certificates[part].name;
    case PartKind::kSecret:
      return m.secrets[part].name;
    case PartKind::kInstance: {
      const auto [service, slot] = place_of_instance(m, part);
      return m.services[service].name + "/" + std::to_string(slot);
    }
    case PartKind::kTable:
      return m.tables[part].name;
    case PartKind::kTopic:
      return m.topics[part].name;
    case PartKind::kGroup:
      return m.groups[part].name;
  }
  return {};
}

std::optional<std::uint16_t> find_part(const Model& m, PartKind kind, std::string_view name) {
  const std::size_t count = part_count(m, kind);
  for (std::size_t part = 0; part < count; ++part) {
    if (part_name(m, kind, part) == name) return static_cast<std::uint16_t>(part);
  }
  return std::nullopt;
}

ServiceId service_of_part(const Model& m, PartKind kind, std::size_t part) {
  if (part >= part_count(m, kind)) return {};
  switch (kind) {
    case PartKind::kService:
    case PartKind::kDatabase:
    case PartKind::kResources:
    case PartKind::kDeployment:
    case PartKind::kAutoscaler:
    case PartKind::kFunction:
      return ServiceId(part);
    case PartKind::kRevision:
      return m.revisions[part].service;
    case PartKind::kOperation:
      return m.operations[part].service;
    case PartKind::kEdge:
      return m.edges[part].from;
    case PartKind::kPool:
      return m.pools[part].owner;
    case PartKind::kCache:
      return m.caches[part].service;
    case PartKind::kFlag:
      return m.flags[part].service;
    case PartKind::kInstance:
      return ServiceId(place_of_instance(m, part).first);
    case PartKind::kTable:
      return m.tables[part].database;
    case PartKind::kTopic:
      return m.topics[part].broker;
    case PartKind::kGroup:
      return m.operations[m.groups[part].operation.index()].service;
    case PartKind::kDnsName:
      return m.dns_names[part].service;
    case PartKind::kCertificate:
      return m.certificates[part].service;
    case PartKind::kSecret:
      return m.secrets[part].service;
    case PartKind::kJob:
      return m.jobs[part].service;
    case PartKind::kLink:
    case PartKind::kResolver:
    case PartKind::kJourney:
    case PartKind::kNode:
    case PartKind::kCluster:
      return {};
  }
  return {};
}

}  // namespace incident::sim
