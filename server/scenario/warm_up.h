// The past of an incident: the healthy system, then what goes wrong, up to the moment the page goes out. All
// teams of a race fork one such world. A pure function of incident and seed; takes a second or two of CPU.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "scenario/incident.h"
#include "sim/simulation.h"
#include "telemetry/telemetry.h"

namespace incident::scenario {

struct Start {
  sim::Simulation sim;  // at `page`
  telemetry::Telemetry telemetry;
  SimTime page;
};

// Errors: nobody is paged within the incident's stated time.
Result<Start> warm_up(const Incident& incident, std::uint64_t seed);
// The same without telemetry's memory of the past, when the page's time is known: for proofs and what-ifs.
sim::Simulation warm_simulation(const Incident& incident, std::uint64_t seed, SimTime until);

}  // namespace incident::scenario
