// rate, increase and delta: what a counter gained, or a gauge changed, in each window of a series. Samples
// seldom sit on a window's edges, so the change between the first and the last is stretched to them: all the
// way when the edge is about a sample's distance away, by half a distance when it is further (the series
// began or ended there), and for a counter never past the moment where it would have been zero. As Prometheus
// does it (promql's extrapolatedRate). How far it is stretched depends on times alone, so series with the
// same times share it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "promql/function.h"

namespace incident::promql {

// A window's samples, [begin, end) of its series, and its edges.
struct WindowSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

class RateOfWindows {
 public:
  explicit RateOfWindows(int function_id);  // kRate, kIncrease or kDelta

  // New windows over samples at these times.
  void place(std::span<const WindowSpan> windows, std::span<const std::int64_t> t_ms);
  // A value for each window of a series at those times. No value (frame.h) where there are fewer than two
  // samples.
  void run(std::span<const double> v, double* out);

 private:
  struct Stretch {
    std::uint32_t first = 0, last = 0;  // samples; the same when there are fewer than two
    double to_start = 0;                // seconds from the window's edge
    double sampled = 0;                 // seconds from the first to the last
    double half_distance = 0;
    double threshold = 0;
    double end_part = 0;  // what is added at the end
    double divisor = 1;   // seconds of the window, or 1
    double factor = 0;    // by which the change is multiplied, unless a counter would have been zero
  };

  double factor(const Stretch& stretch, double to_start) const;

  bool counter_;
  bool per_second_;
  std::vector<Stretch> stretches_;
  std::vector<std::uint32_t> resets_;
};

}  // namespace incident::promql
