// Quantiles of plain values and of the buckets of classic histograms.
#pragma once

#include <vector>

namespace incident::promql {

// The q-quantile with linear interpolation; reorders `values`. -Inf below 0, +Inf above 1, NaN of nothing.
double quantile(double q, std::vector<double>& values);

struct Bucket {
  double upper_bound = 0;
  double count = 0;  // of all observations up to the bound
};

// The q-quantile by linear interpolation inside its bucket; reorders and repairs `buckets`: equal bounds are
// added up, and a count below its neighbour's (scrapes are not atomic) is raised to it.
double bucket_quantile(double q, std::vector<Bucket>& buckets);

}  // namespace incident::promql
