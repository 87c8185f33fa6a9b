// Confidence intervals over independent replications (Law, Simulation Modeling and Analysis, 5th
// edition, 9.4): one figure a run, each run with a seed of its own, and Student's t over the figures. Seeds
// are fixed, so a test that holds once holds for ever; the interval says how far off a model may be before it
// shows.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace incident::sim::testing {

inline constexpr int kReplications = 20;
// Two-sided 99.9 %, 19 degrees of freedom: of a thousand such intervals about one misses the truth.
inline constexpr double kStudent = 3.883;

struct Interval {
  double mean = 0, half_width = 0;
};

inline Interval replicate(const std::function<double(std::uint64_t seed)>& figure) {
  double sum = 0, squares = 0;
  for (int seed = 1; seed <= kReplications; ++seed) {
    const double value = figure(static_cast<std::uint64_t>(seed));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kReplications;
  const double variance = std::max(0.0, (squares - sum * mean) / (kReplications - 1));
  return {mean, kStudent * std::sqrt(variance / kReplications)};
}

// The theory lies within the interval, and the interval is no wider than `bound` of it to either side.
inline void expect_theory(const Interval& interval, double theory, double bound = 0.05) {
  EXPECT_NEAR(interval.mean, theory, interval.half_width) << "99.9 % over " << kReplications << " runs";
  EXPECT_LT(interval.half_width, bound * std::abs(theory)) << "too wide to mean anything";
}

}  // namespace incident::sim::testing
