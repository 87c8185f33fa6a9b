// The readings that the platform publishes, as cAdvisor, kube-state-metrics, node_exporter and the client
// libraries of processes name them. Rows of sim/gauges.h; like them static.
#pragma once

#include <vector>

#include "sim/gauges.h"

namespace incident::sim {

void add_platform_gauges(std::vector<GaugeInfo>& rows);

}  // namespace incident::sim
