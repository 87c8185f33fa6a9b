// Which causes changed a service itself: its code, settings, instances, or the traffic of all. Server only.
#pragma once

#include <vector>

#include "sim/plan.h"
#include "telemetry/layout.h"

namespace incident::telemetry {

// By service.
std::vector<sim::CauseMask> direct_causes(const Layout& layout, const sim::Plan& plan);

}  // namespace incident::telemetry
