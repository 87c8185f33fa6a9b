#include "sim/plan.h"

namespace incident::sim {

std::vector<CauseMask> causes_of(const Plan& plan) {
  std::vector<CauseMask> causes;
  int used = 0;
  for (const PlannedChange& change : plan.changes) {
    const bool carries = change.causal && used < kCausesMax;
    causes.push_back(carries ? CauseMask{1} << used++ : 0);
  }
  return causes;
}

}  // namespace incident::sim
