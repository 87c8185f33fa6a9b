// A CPU limit as Linux enforces it: a quota of CPU time for each period (cfs_quota_us, cfs_period_us; kernel
// documentation, scheduler/sched-bwc). Within a period the threads of an instance run on as many cores as
// they can get; once the quota is used up they all stand still until the next period. So an instance with
// many requests at once stalls for most of each period while its average use is at or below the limit, which
// a smoothly shared limit (parts/cpu.h) does not show.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The rate has changed: begins a period if one is due, and waits for its end or that of the quota.
void arm_quota(World& w, std::uint16_t instance);
void on_quota_timer(World& w, std::uint16_t instance);

}  // namespace incident::sim
