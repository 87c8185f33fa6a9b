// Readings of calls, admission, links, names and certificates, for the table in gauges.cpp.
#pragma once

#include <vector>

#include "sim/gauges.h"

namespace incident::sim {

void add_network_gauges(std::vector<GaugeInfo>& rows);

}  // namespace incident::sim
