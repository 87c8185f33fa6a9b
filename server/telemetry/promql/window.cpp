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

enum class PerSecond { kNo, kYes };

template <PerSecond per_second>
double instant_change(const Window& w) {
  const std::size_t n = w.v.size();
  if (n < 2) return no_value();
  const double last = w.v[n - 1], previous = w.v[n - 2];
  const std::int64_t between_ms = w.t_ms[n - 1] - w.t_ms[n - 2];
  if (between_ms == 0) return no_value();
  if (per_second == PerSecond::kNo) return last - previous;
  const double change = last < previous ? last : last - previous;  // a counter began anew
  return change / seconds(between_ms);
}

struct Line {
  double slope;
  double intercept;
};

// Least squares; x is seconds after `origin_ms`.
Line fit(const Window& w, std::int64_t origin_ms) {
  KahanSum x_sum, y_sum, xy_sum, xx_sum;
  bool constant = true;
  for (std::size_t i = 0; i < w.v.size(); ++i) {
    constant = constant && w.v[i] == w.v.front();
    const double x = seconds(w.t_ms[i] - origin_ms);
    x_sum.add(x);
    y_sum.add(w.v[i]);
    xy_sum.add(x * w.v[i]);
    xx_sum.add(x * x);
  }
  const double first = w.v.front();
  if (constant) return std::isinf(first) ? Line{quiet_nan(), quiet_nan()} : Line{0, first};
  const auto n = static_cast<double>(w.v.size());
  const double x = x_sum.value(), y = y_sum.value();
  const double covariance = xy_sum.value() - x * y / n;
  const double variance = xx_sum.value() - x * x / n;
  const double slope = covariance / variance;
  return {slope, y / n - slope * x / n};
}

double deriv(const Window& w) {
  return w.v.size() < 2 ? no_value() : fit(w, w.t_ms.front()).slope;
}

double predict_linear(const Window& w) {
  if (w.v.size() < 2) return no_value();
  const Line line = fit(w, w.step_ms);
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
  const auto& v = w.v;
  if (v.size() < 2) return no_value();
  double before = 0;
  double level = v[0];
  double trend = v[1] - v[0];
  for (std::size_t i = 1; i < v.size(); ++i) {
    if (i > 1) trend = trending * (level - before) + (1 - trending) * trend;
    const double next = smoothing * v[i] + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

double changes(const Window& w) {
  double n = 0;
  for (std::size_t i = 1; i < w.v.size(); ++i) {
    const double a = w.v[i - 1], b = w.v[i];
    if (a != b && !(std::isnan(a) && std::isnan(b))) n += 1;
  }
  return n;
}

double resets(const Window& w) {
  double n = 0;
  for (std::size_t i = 1; i < w.v.size(); ++i)
    if (w.v[i] < w.v[i - 1]) n += 1;
  return n;
}

template <class State>
State fold(const Window& w) {
  State state;
  for (const double v : w.v) state.add(v);
  return state;
}

double minimum(const Window& w) {
  double least = w.v.front();
  for (const double v : w.v)
    if (v < least || std::isnan(least)) least = v;
  return least;
}

double maximum(const Window& w) {
  double greatest = w.v.front();
  for (const double v : w.v)
    if (v > greatest || std::isnan(greatest)) greatest = v;
  return greatest;
}

std::vector<double>& values_of(const Window& w) {
  w.scratch->assign(w.v.begin(), w.v.end());
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
      return [](const Window& w) { return static_cast<double>(w.v.size()); };
    case kQuantileOverTime:
      return [](const Window& w) { return quantile(w.first, values_of(w)); };
    case kStddevOverTime:
      return [](const Window& w) { return fold<Spread>(w).deviation(); };
    case kStdvarOverTime:
      return [](const Window& w) { return fold<Spread>(w).variance(); };
    case kLastOverTime:
      return [](const Window& w) { return w.v.back(); };
    case kMadOverTime:
      return median_deviation;
    default:  // present_over_time, absent_over_time
      return [](const Window&) { return 1.0; };
  }
}

}  // namespace incident::promql
