#include "promql/window.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "promql/budget.h"
#include "promql/frame.h"
#include "promql/quantile.h"
#include "promql/summation.h"

namespace incident::promql {

namespace {

double seconds(std::int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

enum class Counter { kNo, kYes };
enum class PerSecond { kNo, kYes };

// What a counter gained, or a gauge changed, in the window. Samples seldom sit on the window's edges, so the
// change between the first and the last is stretched to them: all the way when the edge is about a sample's
// distance away, by half a distance when it is further (the series began or ended there), and for a counter
// never past the moment where it would have been zero.
template <Counter counter, PerSecond per_second>
double extrapolated(const Window& w) {
  const auto& s = w.samples;
  if (s.size() < 2) return no_value();
  double change = s.back().v - s.front().v;
  if (counter == Counter::kYes && w.has_resets) {
    double previous = s.front().v;
    for (const Sample& sample : s.subspan(1)) {
      if (sample.v < previous) change += previous;
      previous = sample.v;
    }
  }
  double to_start = seconds(s.front().t_ms - w.start_ms);
  const double to_end = seconds(w.end_ms - s.back().t_ms);
  const double sampled = seconds(s.back().t_ms - s.front().t_ms);
  const double distance = sampled / static_cast<double>(s.size() - 1);
  if (counter == Counter::kYes && change > 0 && s.front().v >= 0)
    to_start = std::min(to_start, sampled * (s.front().v / change));
  const double threshold = distance * 1.1;
  double covered = sampled;
  covered += to_start < threshold ? to_start : distance / 2;
  covered += to_end < threshold ? to_end : distance / 2;
  double factor = covered / sampled;
  if (per_second == PerSecond::kYes) factor /= seconds(w.end_ms - w.start_ms);
  return change * factor;
}

template <PerSecond per_second>
double instant_change(const Window& w) {
  if (w.samples.size() < 2) return no_value();
  const Sample& last = w.samples.back();
  const Sample& previous = w.samples[w.samples.size() - 2];
  if (last.t_ms == previous.t_ms) return no_value();
  if (per_second == PerSecond::kNo) return last.v - previous.v;
  const double change = last.v < previous.v ? last.v : last.v - previous.v;  // a counter began anew
  return change / seconds(last.t_ms - previous.t_ms);
}

struct Line {
  double slope;
  double intercept;
};

// Least squares; x is seconds after `origin_ms`.
Line fit(std::span<const Sample> samples, std::int64_t origin_ms) {
  KahanSum x_sum, y_sum, xy_sum, xx_sum;
  bool constant = true;
  for (const Sample& sample : samples) {
    constant = constant && sample.v == samples.front().v;
    const double x = seconds(sample.t_ms - origin_ms);
    x_sum.add(x);
    y_sum.add(sample.v);
    xy_sum.add(x * sample.v);
    xx_sum.add(x * x);
  }
  const double first = samples.front().v;
  if (constant) return std::isinf(first) ? Line{quiet_nan(), quiet_nan()} : Line{0, first};
  const auto n = static_cast<double>(samples.size());
  const double x = x_sum.value(), y = y_sum.value();
  const double covariance = xy_sum.value() - x * y / n;
  const double variance = xx_sum.value() - x * x / n;
  const double slope = covariance / variance;
  return {slope, y / n - slope * x / n};
}

double deriv(const Window& w) {
  return w.samples.size() < 2 ? no_value() : fit(w.samples, w.samples.front().t_ms).slope;
}

double predict_linear(const Window& w) {
  if (w.samples.size() < 2) return no_value();
  const Line line = fit(w.samples, w.step_ms);
  return line.slope * w.first + line.intercept;
}

std::string factor_text(double v) {
  std::array<char, 400> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), "%f", v);
  return {buffer.data(), static_cast<std::size_t>(n)};
}

// Holt and Winters' double exponential smoothing: a level and a trend.
double holt_winters(const Window& w) {
  const double smoothing = w.first;
  const double trending = w.second;
  if (smoothing <= 0 || smoothing >= 1)
    fault("invalid smoothing factor. Expected: 0 < sf < 1, got: " + factor_text(smoothing));
  if (trending <= 0 || trending >= 1)
    fault("invalid trend factor. Expected: 0 < tf < 1, got: " + factor_text(trending));
  const auto& s = w.samples;
  if (s.size() < 2) return no_value();
  double before = 0;
  double level = s[0].v;
  double trend = s[1].v - s[0].v;
  for (std::size_t i = 1; i < s.size(); ++i) {
    if (i > 1) trend = trending * (level - before) + (1 - trending) * trend;
    const double next = smoothing * s[i].v + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

double changes(const Window& w) {
  double n = 0;
  for (std::size_t i = 1; i < w.samples.size(); ++i) {
    const double a = w.samples[i - 1].v, b = w.samples[i].v;
    if (a != b && !(std::isnan(a) && std::isnan(b))) n += 1;
  }
  return n;
}

double resets(const Window& w) {
  double n = 0;
  for (std::size_t i = 1; i < w.samples.size(); ++i)
    if (w.samples[i].v < w.samples[i - 1].v) n += 1;
  return n;
}

template <class State>
State fold(const Window& w) {
  State state;
  for (const Sample& sample : w.samples) state.add(sample.v);
  return state;
}

double minimum(const Window& w) {
  double least = w.samples.front().v;
  for (const Sample& sample : w.samples)
    if (sample.v < least || std::isnan(least)) least = sample.v;
  return least;
}

double maximum(const Window& w) {
  double greatest = w.samples.front().v;
  for (const Sample& sample : w.samples)
    if (sample.v > greatest || std::isnan(greatest)) greatest = sample.v;
  return greatest;
}

std::vector<double>& values_of(const Window& w) {
  w.scratch->clear();
  for (const Sample& sample : w.samples) w.scratch->push_back(sample.v);
  return *w.scratch;
}

double median_deviation(const Window& w) {
  std::vector<double>& values = values_of(w);
  const double median = quantile(0.5, values);
  for (double& v : values) v = std::fabs(v - median);
  return quantile(0.5, values);
}

}  // namespace

WindowFunction window_function(int range_fn) {
  switch (range_fn) {
    case kRate:
      return extrapolated<Counter::kYes, PerSecond::kYes>;
    case kIncrease:
      return extrapolated<Counter::kYes, PerSecond::kNo>;
    case kDelta:
      return extrapolated<Counter::kNo, PerSecond::kNo>;
    case kIrate:
      return instant_change<PerSecond::kYes>;
    case kIdelta:
      return instant_change<PerSecond::kNo>;
    case kDeriv:
      return deriv;
    case kPredictLinear:
      return predict_linear;
    case kHoltWinters:
      return holt_winters;
    case kChanges:
      return changes;
    case kResets:
      return resets;
    case kAvgOverTime:
      return [](const Window& w) { return fold<Mean>(w).value(); };
    case kMinOverTime:
      return minimum;
    case kMaxOverTime:
      return maximum;
    case kSumOverTime:
      return [](const Window& w) { return fold<KahanSum>(w).value(); };
    case kCountOverTime:
      return [](const Window& w) { return static_cast<double>(w.samples.size()); };
    case kQuantileOverTime:
      return [](const Window& w) { return quantile(w.first, values_of(w)); };
    case kStddevOverTime:
      return [](const Window& w) { return fold<Spread>(w).deviation(); };
    case kStdvarOverTime:
      return [](const Window& w) { return fold<Spread>(w).variance(); };
    case kLastOverTime:
      return [](const Window& w) { return w.samples.back().v; };
    case kMadOverTime:
      return median_deviation;
    default:  // present_over_time, absent_over_time
      return [](const Window&) { return 1.0; };
  }
}

}  // namespace incident::promql
