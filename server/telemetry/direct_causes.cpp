#include "telemetry/direct_causes.h"

#include "sim/part_names.h"

namespace incident::telemetry {
namespace {

// The service that a parameter belongs to; none: all of them.
sim::ServiceId owner_of(const Layout& layout, sim::ParameterRef ref) {
  return sim::service_of_part(layout.names().model(), sim::parameters()[ref.parameter].part, ref.part);
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
