// Runs one course of actions from the moment of the page to the time limit and tells how customers fared: for
// proofs, which compare courses. Without telemetry, so it is fast. Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "scenario/incident.h"
#include "sim/simulation.h"

namespace incident::scenario {

// Customers are well while fewer than this share of their requests, over a minute, failed or were too slow.
inline constexpr double kWellShare = 0.01;

struct HarmMinute {
  Duration until;    // since the page; the minute ends here
  double share = 0;  // of requests that failed or were too slow
};

struct Course {
  std::uint64_t harmed = 0;  // real requests from the page on: weighted
  std::vector<HarmMinute> minutes;
  std::size_t refused = 0;  // actions that the system refused to begin

  // From when on every minute to the end was well; none: the end came first.
  std::optional<Duration> well_after() const;
  // Over the last minutes.
  double share_at_end(std::size_t minutes_looked_at) const;
};

// What to do at a moment since the page, seen the world as it then is; called once a minute beginning at 0.
using Actor = std::function<std::vector<sim::Action>(const sim::Simulation& sim, Duration since_page)>;

// `sim` stands at the page.
Course run_commands(const Incident& incident, sim::Simulation sim, const std::vector<TimedCommand>& commands);
Course run_actor(const Incident& incident, sim::Simulation sim, const Actor& actor);

// Tries anything that the system allows, once every other minute: the same for the same seed.
Actor random_actor(std::uint64_t seed);
// Puts back the visible changes one after the other, newest first, and looks two minutes after each.
Actor roll_everything_back();

}  // namespace incident::scenario
