#include "sim/gauges.h"

#include <vector>

#include "sim/data_gauges.h"
#include "sim/network_gauges.h"
#include "sim/platform_gauges.h"

namespace incident::sim {

// Each family of mechanisms adds its rows.
std::span<const GaugeInfo> gauges() {
  static const std::vector<GaugeInfo> kRows = [] {
    std::vector<GaugeInfo> rows;
    add_platform_gauges(rows);
    add_network_gauges(rows);
    add_data_gauges(rows);
    return rows;
  }();
  return kRows;
}

}  // namespace incident::sim
