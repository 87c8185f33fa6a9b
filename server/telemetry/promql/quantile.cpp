#include "promql/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/queryable.h"

namespace incident::promql {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void add_up_equal_bounds(std::vector<Bucket>& buckets) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper_bound == buckets[last].upper_bound)
      buckets[last].count += buckets[i].count;
    else
      buckets[++last] = buckets[i];
  }
  buckets.resize(last + 1);
}

void make_monotonic(std::vector<Bucket>& buckets) {
  double highest = buckets[0].count;
  for (Bucket& bucket : buckets) {
    if (bucket.count > highest)
      highest = bucket.count;
    else if (bucket.count < highest)
      bucket.count = highest;
  }
}

}  // namespace

double quantile(double q, std::vector<double>& values) {
  if (values.empty() || std::isnan(q)) return quiet_nan();
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const auto n = static_cast<double>(values.size());
  const double rank = q * (n - 1);
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(n - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[static_cast<std::size_t>(lower)] * (1 - weight) +
         values[static_cast<std::size_t>(upper)] * weight;
}

double bucket_quantile(double q, std::vector<Bucket>& buckets) {
  if (buckets.empty() || std::isnan(q)) return quiet_nan();
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  std::sort(buckets.begin(), buckets.end(),
            [](const Bucket& a, const Bucket& b) { return a.upper_bound < b.upper_bound; });
  if (buckets.back().upper_bound != kInfinity) return quiet_nan();
  add_up_equal_bounds(buckets);
  make_monotonic(buckets);
  if (buckets.size() < 2) return quiet_nan();
  const double observations = buckets.back().count;
  if (observations == 0 || std::isnan(observations)) return quiet_nan();
  double rank = q * observations;
  std::size_t b = 0;
  while (b + 1 < buckets.size() && !(buckets[b].count >= rank)) ++b;
  // Above the highest finite bound nothing is known but that bound.
  if (b + 1 == buckets.size()) return buckets[b - 1].upper_bound;
  if (b == 0 && buckets[0].upper_bound <= 0) return buckets[0].upper_bound;
  double start = 0;
  double count = buckets[b].count;
  if (b > 0) {
    start = buckets[b - 1].upper_bound;
    count -= buckets[b - 1].count;
    rank -= buckets[b - 1].count;
  }
  return start + (buckets[b].upper_bound - start) * (rank / count);
}

}  // namespace incident::promql
