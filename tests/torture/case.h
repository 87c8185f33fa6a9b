// One case of the random tester: a system, what happens to it and what is done, all as one JSON object, so
// that a case that fails can be shrunk by taking parts of the object away, kept as a small file, and run
// again.
//
//   "seed", "length", "slices": seed of the lengths of slices, "telemetry": whether the run is recorded,
//   "each_event": ["10s", "12s"] where the invariants are looked at after every single event,
//   "system", "changes", "actions": as in experiments (scenario/experiments/experiment.h)
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenario/experiments/course_file.h"
#include "scenario/experiments/expectation.h"

namespace incident::torture {

using Json = nlohmann::ordered_json;

struct Case {
  std::shared_ptr<const sim::Model> model;
  std::shared_ptr<const sim::Plan> plan;
  std::shared_ptr<const telemetry::TelemetryConfig> telemetry;  // null: not recorded
  std::vector<scenario::TimedCommand> actions;
  std::uint64_t seed = 1, slices = 1;
  Duration length{0};
  scenario::Window each_event;
};

// Errors: what the loader of scenarios says; `at` ends with the JSON pointer of what is wrong.
Result<Case> read_case(const Json& json);
// Only whether the system loads.
Result<sim::Model> read_model(const Json& system);

bool is_action(const sim::Model& model, const Json& action);

// Parameter values as files write them.
Json quantity_json(sim::Unit unit, std::int64_t value);
std::string duration_text(std::int64_t us);

}  // namespace incident::torture
