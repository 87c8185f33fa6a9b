#include "promql/rate.h"

#include <algorithm>

#include "promql/frame.h"

namespace incident::promql {

namespace {

double seconds(std::int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

bool falls(std::span<const double> v) {
  bool any = false;
  for (std::size_t i = 1; i < v.size(); ++i) any |= v[i] < v[i - 1];
  return any;
}

}  // namespace

RateOfWindows::RateOfWindows(int function_id)
    : counter_(function_id != kDelta), per_second_(function_id == kRate) {}

double RateOfWindows::factor(const Stretch& s, double to_start) const {
  double covered = s.sampled;
  covered += to_start < s.threshold ? to_start : s.half_distance;
  covered += s.end_part;
  const double factor = covered / s.sampled;
  return per_second_ ? factor / s.divisor : factor;
}

void RateOfWindows::place(std::span<const WindowSpan> windows, std::span<const std::int64_t> t_ms) {
  stretches_.resize(windows.size());
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const WindowSpan& w = windows[i];
    Stretch& s = stretches_[i];
    s = {};
    if (w.end < w.begin + 2) continue;
    s.first = w.begin;
    s.last = w.end - 1;
    s.to_start = seconds(t_ms[s.first] - w.start_ms);
    const double to_end = seconds(w.end_ms - t_ms[s.last]);
    s.sampled = seconds(t_ms[s.last] - t_ms[s.first]);
    const double distance = s.sampled / static_cast<double>(s.last - s.first);
    s.threshold = distance * 1.1;
    s.half_distance = distance / 2;
    s.end_part = to_end < s.threshold ? to_end : s.half_distance;
    if (per_second_) s.divisor = seconds(w.end_ms - w.start_ms);
    s.factor = factor(s, s.to_start);
  }
}

void RateOfWindows::run(std::span<const double> v, double* out) {
  const bool resets = counter_ && falls(v);
  if (resets) {  // how many up to each sample: two equal counts mean none between
    resets_.assign(v.size(), 0);
    for (std::size_t i = 1; i < v.size(); ++i) resets_[i] = resets_[i - 1] + (v[i] < v[i - 1] ? 1 : 0);
  }
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    const Stretch& s = stretches_[i];
    if (s.first == s.last) {
      out[i] = no_value();
      continue;
    }
    const double first = v[s.first];
    double change = v[s.last] - first;
    if (resets && resets_[s.first] != resets_[s.last]) {
      for (std::uint32_t k = s.first + 1; k <= s.last; ++k)
        if (v[k] < v[k - 1]) change += v[k - 1];
    }
    double factor = s.factor;
    // Where the counter stood so low that it must have begun after the window's start. The comparison errs on
    // the side of the division, which decides.
    if (counter_ && change > 0 && first >= 0 && !(first * s.sampled > change * s.to_start * 1.0001))
      factor = this->factor(s, std::min(s.to_start, s.sampled * (first / change)));
    out[i] = change * factor;
  }
}

}  // namespace incident::promql
