#include "scenario/warm_up.h"

#include <algorithm>

namespace incident::scenario {
namespace {

// The end of the wait for the page: counted from the first change that causes harm.
SimTime page_deadline(const Incident& incident) {
  SimTime first{incident.history.us};
  for (const auto& change : incident.plan->changes) {
    if (change.causal) {
      first = change.at;
      break;
    }
  }
  return first + incident.page_within;
}

}  // namespace

Result<Start> warm_up(const Incident& incident, std::uint64_t seed) {
  Start start{sim::Simulation(incident.model, incident.plan, seed),
              telemetry::Telemetry(incident.model, incident.telemetry, seed), SimTime{}};
  const SimTime deadline = page_deadline(incident);
  const Duration step = incident.telemetry->rule_interval;
  while (!start.telemetry.first_page()) {
    if (start.sim.now() >= deadline) {
      return Error{ErrorCode::kFailedPrecondition,
                   "nobody is paged within " + std::to_string(incident.page_within.us / 1'000'000) +
                       " s of the first causal change",
                   incident.id};
    }
    start.telemetry.run(start.sim, std::min(start.sim.now() + step, deadline));
  }
  start.page = start.sim.now();
  return Result<Start>(boost::system::in_place_value, std::move(start));
}

sim::Simulation warm_simulation(const Incident& incident, std::uint64_t seed, SimTime until) {
  sim::Simulation sim(incident.model, incident.plan, seed);
  sim.run_until(until);
  return sim;
}

}  // namespace incident::scenario
