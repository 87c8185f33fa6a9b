#include "telemetry/direct_causes.h"

namespace incident::telemetry {
namespace {

// The service that a parameter belongs to; none: all of them.
sim::ServiceId owner_of(const Layout& layout, sim::ParameterRef ref) {
  const sim::Model& model = layout.names().model();
  switch (sim::parameters()[ref.parameter].part) {
    case sim::PartKind::kService:
    case sim::PartKind::kDatabase:
      return sim::ServiceId(std::size_t{ref.part});
    case sim::PartKind::kRevision:
      return model.revisions[ref.part].service;
    case sim::PartKind::kOperation:
      return model.operations[ref.part].service;
    case sim::PartKind::kEdge:
      return model.edges[ref.part].from;
    case sim::PartKind::kPool:
      return model.pools[ref.part].owner;
    case sim::PartKind::kCache:
      return model.caches[ref.part].service;
    case sim::PartKind::kFlag:
      return model.flags[ref.part].service;
    case sim::PartKind::kInstance:
      return layout.service_of(ref.part);
    case sim::PartKind::kJourney:
      break;
  }
  return {};
}

}  // namespace

std::vector<sim::CauseMask> direct_causes(const Layout& layout, const sim::Plan& plan) {
  std::vector<sim::CauseMask> direct(layout.names().model().services.size(), 0);
  const std::vector<sim::CauseMask> causes = sim::causes_of(plan);
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    const sim::PlannedChange& change = plan.changes[i];
    if (causes[i] == 0) continue;
    if (change.kind == sim::ChangeKind::kDeploy) direct[change.service.index()] |= causes[i];
    for (const sim::Setting& setting : change.settings) {
      const sim::ServiceId owner = owner_of(layout, setting.target);
      for (std::size_t s = 0; s < direct.size(); ++s) {
        if (!owner.valid() || owner.index() == s) direct[s] |= causes[i];
      }
    }
  }
  return direct;
}

}  // namespace incident::telemetry
