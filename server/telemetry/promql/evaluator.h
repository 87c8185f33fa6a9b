// Walks a checked syntax tree and yields frames. One evaluator serves one query on one thread. The methods
// are spread over evaluate_*.cpp by what they evaluate. Throws QueryFault (budget.h).
#pragma once

#include <string>
#include <vector>

#include "promql/ast.h"
#include "promql/engine.h"
#include "promql/frame.h"
#include "promql/function.h"

namespace incident::promql {

// Where the windows of a range selector or subquery end.
struct WindowPlace {
  std::int64_t range_ms = 0;
  std::int64_t shift_ms = 0;  // a window ends this much before its step (offset), unless pinned
  bool pinned = false;
  std::int64_t pinned_end_ms = 0;

  std::int64_t window_end(std::int64_t step_ms) const { return pinned ? pinned_end_ms : step_ms - shift_ms; }
};

// The samples a range vector's windows slide over.
struct RangeVector {
  std::vector<SeriesView> series;  // without stale markers
  Hold hold;
  WindowPlace place;
};

class Evaluator {
 public:
  Evaluator(const Queryable& store, const EngineOptions& options, Budget& budget, std::int64_t query_start_ms,
            std::int64_t query_end_ms)
      : store_(store),
        options_(options),
        budget_(budget),
        query_start_ms_(query_start_ms),
        query_end_ms_(query_end_ms) {}

  Frame vector(const Expr& expr, const StepRange& steps);
  // The same, for those who do not look at names: the frame may be nameless (frame.h).
  Frame vector_nameless(const Expr& expr, const StepRange& steps);
  std::vector<double> scalar(const Expr& expr, const StepRange& steps);
  // The windows over all steps; the range selector or subquery at `expr`.
  RangeVector range(const Expr& expr, const StepRange& steps);

 private:
  enum class Shown { kValue, kTimestamp };

  // evaluate_selector.cpp
  Frame selector(const Expr& expr, const StepRange& steps, Shown shown);
  WindowPlace window_place(const Expr& expr) const;
  // Gives `reader` what the windows at `expr` slide over; a subquery's values, or the samples of a selector,
  // stale markers included.
  void read_range(const Expr& expr, const StepRange& steps, SeriesReader& reader);
  RangeVector subquery(const Expr& expr, const StepRange& steps);
  std::vector<SeriesView> load(const Expr& expr, std::int64_t min_ms, std::int64_t max_ms, Hold& hold);
  // The same one by one, for those who look at each once.
  void read(const Expr& expr, std::int64_t min_ms, std::int64_t max_ms, SeriesReader& reader);
  bool pinned_time(const Expr& expr, std::int64_t& at_ms) const;

  // evaluate_binary.cpp, evaluate_matching.cpp
  Frame binary(const Expr& expr, const StepRange& steps);
  Frame vector_scalar(const Expr& expr, Frame frame, const std::vector<double>& scalar, bool scalar_is_left);
  Frame vector_vector(const Expr& expr, const Frame& lhs, const Frame& rhs);
  Frame set_operation(const Expr& expr, Frame lhs, Frame rhs);

  // evaluate_aggregate.cpp
  Frame aggregate(const Expr& expr, const StepRange& steps);

  // evaluate_call.cpp, evaluate_element.cpp, evaluate_range.cpp, evaluate_labels.cpp, histogram.cpp
  Frame call(const Expr& expr, const StepRange& steps);
  Frame overall(const Expr& expr, const StepRange& steps);
  Frame element(const Expr& expr, const StepRange& steps);
  Frame range_function(const Expr& expr, const StepRange& steps);
  Frame absent_over_time(const Expr& expr, const StepRange& steps);
  Frame label_replace(const Expr& expr, const StepRange& steps);
  Frame label_join(const Expr& expr, const StepRange& steps);
  Frame sort_rows(const Expr& expr, const StepRange& steps);
  Frame histogram_quantile(const Expr& expr, const StepRange& steps);

  const Queryable& store_;
  const EngineOptions& options_;
  Budget& budget_;
  std::int64_t query_start_ms_;
  std::int64_t query_end_ms_;
};

// What the labels of absent() and absent_over_time() are: those the selector asks for by '='.
Labels labels_asked_for(const Expr& argument);

}  // namespace incident::promql
