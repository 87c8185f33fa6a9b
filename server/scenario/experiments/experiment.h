// Experiments: a small system, what happens to it, what somebody does, and the course that is expected. They
// show that the simulation behaves as the literature says (tests/sim/emergence/*.json) and that each kind of
// fault has its signature (scenarios/faults/, fault_kinds.h). For authors and tests; players never see them.
//
// A file is one JSON object:
//
//   "id", "title", "about"; "source": the paper or book the course is taken from
//   "system":   a system as in scenarios/systems/, or the name of a file in systems/ beside this one
//   "length":   "10m"; "seeds": how many to run, from 1 on (default 1)
//   "changes":  [{"at": "2m", "set": {"journey visits multiplier": "3x"}, "lasts": "1m"},
//                {"at": "3m", "deploy": "api@1.1"}]
//               a key of "set" is PART OF PARAMETER as in an incident's settings; at "0s": from the beginning
//   "actions":  [{"at": "5m", "do": "shed_traffic", "target": "api", "value": 800}]
//               as in an incident's solutions, but timed from the beginning; a pod is "api/0"
//   "variants": [{"name": "capped", "changes": [...], "actions": [...]}]
//               each runs the above and its own on top; none: one variant named "as is"
//   "windows":  {"before": "1m..2m"}
//   "series":   [{"name": "lag", "unit": "s", "query": "max(...)"}]  PromQL, besides those of series.h
//   "charts":   ["goodput", "p99 of api"]                            for `incident experiment plot`
//   "expect":   lines such as
//     goodput in capped at 5m..6m > 90% of goodput in capped before
//     max queue of api at 2m..4m >= 50
//     lines "all connections in use" of api at 2m..3m > 0
//   (expectation.h has the grammar). Without "in" a line holds for the first variant.
//
// Errors name file, line and field. Loading and running are pure functions; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scenario/experiments/expectation.h"
#include "scenario/incident.h"

namespace incident::scenario {

struct Variant {
  std::string name;
  std::shared_ptr<const sim::Plan> plan;
  std::vector<TimedCommand> actions;  // since the beginning, by time
};

struct Chart {
  std::string title;
  NamedSeries series;
};

struct Experiment {
  std::string id, title, about, source;
  Duration length{0};
  int seeds = 1;
  std::shared_ptr<const sim::Model> model;
  std::shared_ptr<const telemetry::TelemetryConfig> telemetry;
  std::vector<Variant> variants;
  std::vector<Expectation> expectations;
  std::vector<Chart> charts;
};

Result<std::shared_ptr<const Experiment>> load_experiment(const std::filesystem::path& file);

// How one expectation came out.
struct Checked {
  std::uint64_t seed = 0;
  std::string where, text;
  double left = 0, right = 0;  // NaN: the series had no value
  bool holds = false;
};

// What each variant recorded under one seed.
struct ExperimentRun {
  std::uint64_t seed = 0;
  std::vector<telemetry::Telemetry> variants;
  std::vector<std::string> problems;  // an action refused, an invariant broken
};

ExperimentRun run_experiment(const Experiment& experiment, std::uint64_t seed);
std::vector<Checked> check_expectations(const Experiment& experiment, const ExperimentRun& run);

// All seeds: nothing to say when all is as expected.
std::vector<std::string> findings_of(const Experiment& experiment);

// One picture: a chart below the other, a line for each variant.
std::string experiment_svg(const Experiment& experiment, const ExperimentRun& run);

}  // namespace incident::scenario
