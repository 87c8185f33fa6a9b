// What databases, brokers and consumer groups publish: rows of gauges.cpp's table. Names and labels as
// postgres_exporter, kafka_exporter and the kubelet have them. Only parts that the model describes show
// anything.
#pragma once

#include <vector>

#include "sim/gauges.h"

namespace incident::sim {

void add_data_gauges(std::vector<GaugeInfo>& rows);

}  // namespace incident::sim
