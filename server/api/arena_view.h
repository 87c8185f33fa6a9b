// A consistent picture of one arena for a query that runs on another thread, and the doors' clock: to them
// the page went out at `wall_epoch_ms`, Unix milliseconds, and simulated time adds to that.
#pragma once

#include <cstdint>
#include <memory>

#include "base/time.h"
#include "scenario/incident.h"
#include "telemetry/telemetry.h"

namespace incident::api {

struct ArenaView {
  std::shared_ptr<const telemetry::Telemetry> telemetry;
  std::shared_ptr<const scenario::Incident> incident;
  SimTime page;
  SimTime now;
  std::int64_t wall_epoch_ms = 0;

  // What the doors call simulated time zero.
  std::int64_t sim_epoch_ms() const { return wall_epoch_ms - page.milliseconds(); }
  std::int64_t unix_ms(SimTime t) const { return sim_epoch_ms() + t.milliseconds(); }
  double since_page(SimTime t) const { return (t - page).seconds(); }
};

}  // namespace incident::api
