// "What if": the same incident run again without telemetry, with other commands. Pure; each call works on its
// own fork, so that several may run in parallel.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/time.h"
#include "sim/simulation.h"

namespace incident::match {

inline constexpr Duration kCurveStep = seconds(10);

struct TimedAction {
  Duration at{0};  // since the page
  sim::Action action;
  bool from_file = false;  // a change it names is an index into the plan
};

// Weighted harm since the page at each kCurveStep from zero on, and at the window's end.
struct Course {
  std::vector<std::int64_t> harm;
  std::int64_t total = 0;
  std::int64_t requests = 0;  // of customers in the window, weighted
};

// Runs `world`, which stands at the page, to the window's end with these actions in order of time. One that
// is refused is left out. `before` is called with the index of each action and the state just before it.
Course run_course(sim::Simulation world, SimTime page, Duration window, std::span<const TimedAction> actions,
                  const std::function<void(std::size_t, const sim::Simulation&)>& before = {});

// Harm in the whole window had action `left_out` not been made. `world` is the state just before it, when
// `actual` is the course's end state with all of them made; `harmed_at_page` is unweighted.
std::int64_t harm_without(sim::Simulation world, SimTime page, Duration window,
                          std::span<const TimedAction> actions, std::size_t left_out,
                          const sim::Simulation& actual, std::uint64_t harmed_at_page);

}  // namespace incident::match
