// Running an experiment and comparing what came out with what was expected.
#include <algorithm>
#include <cstdio>

#include "scenario/action_names.h"
#include "scenario/experiments/experiment.h"

namespace incident::scenario {
namespace {

constexpr Duration kBetweenChecks = seconds(30);  // of invariants

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

struct World {
  sim::Simulation sim;
  telemetry::Telemetry telemetry;

  World(const Experiment& experiment, const Variant& variant, std::uint64_t seed)
      : sim(experiment.model, variant.plan, seed), telemetry(experiment.model, experiment.telemetry, seed) {}

  // Empty, or what did not hold.
  std::string run_to(SimTime end) {
    while (sim.now() < end) {
      telemetry.run(sim, std::min(end, sim.now() + kBetweenChecks));
      if (std::string broken = sim.broken_invariant(); !broken.empty()) return broken;
    }
    return {};
  }
};

// Of the variants that follow this plan.
Duration first_action(const Experiment& experiment, const sim::Plan& plan) {
  Duration first = experiment.length;
  for (const Variant& variant : experiment.variants) {
    if (variant.plan.get() == &plan && !variant.actions.empty())
      first = std::min(first, variant.actions.front().at);
  }
  return first;
}

}  // namespace

ExperimentRun run_experiment(const Experiment& experiment, std::uint64_t seed) {
  ExperimentRun out;
  out.seed = seed;
  // Variants with the same changes have the same past up to the first action of any of them.
  std::vector<std::pair<const sim::Plan*, World>> pasts;
  for (const Variant& variant : experiment.variants) {
    const auto problem = [&](const std::string& what) {
      if (!what.empty()) out.problems.push_back(variant.name + ": " + what);
    };
    auto past = std::find_if(pasts.begin(), pasts.end(),
                             [&](const auto& p) { return p.first == variant.plan.get(); });
    if (past == pasts.end()) {
      pasts.emplace_back(variant.plan.get(), World(experiment, variant, seed));
      past = pasts.end() - 1;
      problem(past->second.run_to(SimTime{} + first_action(experiment, *variant.plan)));
    }
    World world = past->second;
    for (const TimedCommand& command : variant.actions) {
      problem(world.run_to(SimTime{} + command.at));
      const sim::Action action = resolve(world.sim, command.action);
      if (const auto begun = world.telemetry.act(world.sim, action); !begun)
        problem("the system refused " + std::string(to_string(action.kind)) + ": " + begun.error().message);
    }
    problem(world.run_to(SimTime{} + experiment.length));
    out.variants.push_back(std::move(world.telemetry));
  }
  return out;
}

std::vector<Checked> check_expectations(const Experiment& experiment, const ExperimentRun& run) {
  std::vector<Checked> out;
  for (const Expectation& e : experiment.expectations) {
    Checked checked{run.seed, e.where, e.text};
    checked.left = value_of(e.left, run.variants[e.left.variant]);
    checked.right = e.right ? e.factor * value_of(*e.right, run.variants[e.right->variant]) : e.factor;
    checked.holds = holds(e, checked.left, checked.right);
    out.push_back(std::move(checked));
  }
  return out;
}

std::vector<std::string> findings_of(const Experiment& experiment) {
  std::vector<std::string> findings;
  for (int seed = 1; seed <= experiment.seeds; ++seed) {
    const ExperimentRun run = run_experiment(experiment, static_cast<std::uint64_t>(seed));
    const std::string of_seed = " (seed " + std::to_string(seed) + ")";
    for (const std::string& problem : run.problems) findings.push_back(problem + of_seed);
    for (const Checked& c : check_expectations(experiment, run)) {
      if (!c.holds)
        findings.push_back(c.where + ": " + c.text + ": it was " + number(c.left) + " against " +
                           number(c.right) + of_seed);
    }
  }
  return findings;
}

}  // namespace incident::scenario
