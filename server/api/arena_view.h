// A consistent picture of one arena for a query that runs on another thread, and the doors' clock: to them
// the page went out at `wall_epoch_ms`, Unix milliseconds, and simulated time adds to that.
//
// Two clocks are in use. Match time, for our own client: the page went out when the match was made, to the
// minute, and that stays so. Tool time, for tools that only know the wall clock: the whole history is moved
// as one piece so that the tool's now is the match's now, within kToolClockGrain and never behind it. Spans
// of time are the match's in both: "the last 15 minutes" are 15 minutes of the match at any time scale. While
// the clock runs at scale 1 the two differ by a constant; at scale 4 the history drifts into the past by
// three seconds more each second, and while the match stands it drifts with the wall clock.
#pragma once

#include <cstdint>
#include <memory>

#include "base/time.h"
#include "scenario/incident.h"
#include "telemetry/telemetry.h"

namespace incident::api {

inline constexpr std::int64_t kToolClockGrainMs = 1000;

struct ArenaView {
  std::shared_ptr<const telemetry::Telemetry> telemetry;
  std::shared_ptr<const scenario::Incident> incident;
  SimTime page;
  SimTime now;
  std::int64_t wall_epoch_ms = 0;
  std::int64_t tool_epoch_ms = 0;  // what wall_epoch_ms is for tools at this moment
  int time_scale = 1;              // simulated seconds a second
  bool running = false;            // the clock of this arena

  // What the doors call simulated time zero.
  std::int64_t sim_epoch_ms() const { return wall_epoch_ms - page.milliseconds(); }
  std::int64_t unix_ms(SimTime t) const { return sim_epoch_ms() + t.milliseconds(); }
  double since_page(SimTime t) const { return (t - page).seconds(); }
};

// The epoch of tools when it is `wall_ms` by the wall clock and `since_page` in the match. Whole grains, so
// that samples lie on seconds; and `held`, the one before, as long as it fits, so that jitter of the clocks
// moves nothing.
std::int64_t tool_epoch_ms(std::int64_t wall_ms, Duration since_page, std::int64_t held);

}  // namespace incident::api
