// Readings that the mechanisms of the simulated system publish beside the requests: gauges and counters that
// an exporter would show. One table (gauges.cpp), one row a metric, so that a new mechanism shows itself by
// adding a row. Telemetry reads them before each scrape.
//
// A row belongs to pods (one series for each instance of the services that have it) or to parts of a kind
// (one series for each part and lane, shown by the cluster: a topic's partitions, a node's disks). Static;
// any thread may read the table, a value is read in the simulation's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/model.h"

namespace incident::sim {

struct World;

struct GaugeInfo {
  std::string_view metric;  // Prometheus name with unit and, for counters, _total
  std::string_view help;
  bool counter = false;
  bool weighted = false;               // counts requests: each stands for the model's weight
  bool by_process = true;              // pods: it ends with the process (else with the pod)
  std::uint32_t divisor = 1;           // microseconds shown as seconds: 1'000'000
  PartKind kind = PartKind::kService;  // pods: kService
  bool pods = true;
  std::string_view label;       // parts: the label that carries the part's name; lanes get `lane_label`
  std::string_view lane_label;  // such as "partition": lanes are numbered from 0
  std::string_view fixed_label, fixed_value;  // one more label, such as state="used"
  // How many series the part (pods: each pod of the service) shows; 0: it has none of this.
  std::uint32_t (*lanes)(const Model& model, std::size_t part) = nullptr;
  // The present value; `at`: the instance slot (pods) or the part.
  std::int64_t (*read)(const World& world, std::size_t at, std::uint32_t lane) = nullptr;
};

std::span<const GaugeInfo> gauges();

}  // namespace incident::sim
