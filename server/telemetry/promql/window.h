// One position of a range vector over one series, and the functions that make a value of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "promql/function.h"
#include "promql/queryable.h"

namespace incident::promql {

struct Window {
  std::span<const std::int64_t> t_ms;  // of its samples, of which there is at least one
  std::span<const double> v;
  std::int64_t start_ms = 0;  // the range's own edges, not the samples'
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;  // the time the query is evaluated at
  double first = 0;          // scalar arguments
  double second = 0;
  std::vector<double>* scratch = nullptr;
};

// No value (frame.h) where the function has none, such as a rate of one sample. Throws QueryFault on bad
// arguments.
using WindowFunction = double (*)(const Window&);
WindowFunction window_function(int range_fn);

}  // namespace incident::promql
