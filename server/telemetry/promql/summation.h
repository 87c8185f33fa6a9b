// Sums that do not lose small addends beside large ones: Kahan's compensation in Neumaier's form, and a mean
// that survives a sum too large for a double. As Prometheus adds.
#pragma once

#include <cmath>

namespace incident::promql {

struct KahanSum {
  double sum = 0;
  double compensation = 0;

  void add(double v) {
    const double t = sum + v;
    if (std::isinf(t))
      compensation = 0;
    else if (std::abs(sum) >= std::abs(v))
      compensation += (sum - t) + v;
    else
      compensation += (v - t) + sum;
    sum = t;
  }
  double value() const { return std::isinf(sum) ? sum : sum + compensation; }
};

struct Mean {
  KahanSum total;
  double count = 0;
  bool incremental = false;  // once the sum has overflowed, the running mean is kept instead
  KahanSum mean;

  void add(double v) {
    count += 1;
    if (!incremental) {
      KahanSum next = total;
      next.add(v);
      if (count <= 1 || !std::isinf(next.sum)) {
        total = next;
        return;
      }
      incremental = true;
      mean.sum = total.sum / (count - 1);
      mean.compensation = total.compensation / (count - 1);
    }
    if (std::isinf(mean.sum)) {
      if (std::isinf(v) && (mean.sum > 0) == (v > 0)) return;  // the same infinity stays
      if (std::isfinite(v)) return;                            // and no number moves it
    }
    const double corrected = mean.value();
    mean.add(v / count - corrected / count);
  }
  double value() const { return incremental ? mean.value() : total.value() / count; }
};

// Welford's mean and squared distance, compensated.
struct Spread {
  double count = 0;
  KahanSum mean;
  KahanSum squares;

  void add(double v) {
    count += 1;
    const double delta = v - (mean.sum + mean.compensation);
    mean.add(delta / count);
    squares.add(delta * (v - (mean.sum + mean.compensation)));
  }
  double variance() const { return (squares.sum + squares.compensation) / count; }
  double deviation() const { return std::sqrt(variance()); }
};

}  // namespace incident::promql
