// Functions of range vectors: each series is walked once, its window sliding from step to step.
#include <algorithm>

#include "promql/evaluator.h"
#include "promql/window.h"

namespace incident::promql {

namespace {

struct Arguments {
  std::vector<double> first;
  std::vector<double> second;
};

// How many samples up to each are below the one before it; two equal counts mean no reset between.
std::vector<std::uint32_t> count_resets(const std::vector<Sample>& samples) {
  std::vector<std::uint32_t> resets(samples.size(), 0);
  for (std::size_t i = 1; i < samples.size(); ++i)
    resets[i] = resets[i - 1] + (samples[i].v < samples[i - 1].v ? 1 : 0);
  return resets;
}

class Slider {
 public:
  Slider(int id, const RangeVector& range, const StepRange& steps, const Arguments& arguments, bool left_open)
      : function_(window_function(id)),
        counts_resets_(id == kRate || id == kIncrease),
        range_(range),
        steps_(steps),
        arguments_(arguments),
        // The first moment that is inside a window, seen from its start.
        edge_ms_(left_open ? 1 : 0) {
    window_.scratch = &scratch_;
  }

  // Fills `out`; returns the number of samples looked at.
  std::size_t run(const std::vector<Sample>& samples, std::vector<double>& out) {
    if (counts_resets_) resets_ = count_resets(samples);
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t looked = samples.size();
    for (std::size_t i = 0; i < steps_.count; ++i) {
      window_.step_ms = steps_.at(i);
      window_.end_ms = range_.window_end(window_.step_ms);
      window_.start_ms = window_.end_ms - range_.range_ms;
      while (end < samples.size() && samples[end].t_ms <= window_.end_ms) ++end;
      while (begin < end && samples[begin].t_ms < window_.start_ms + edge_ms_) ++begin;
      if (begin == end) {
        out[i] = no_value();
        continue;
      }
      window_.samples = {samples.data() + begin, end - begin};
      window_.has_resets = counts_resets_ && resets_[begin] != resets_[end - 1];
      if (!arguments_.first.empty()) window_.first = arguments_.first[i];
      if (!arguments_.second.empty()) window_.second = arguments_.second[i];
      out[i] = function_(window_);
      looked += end - begin;
    }
    return looked;
  }

 private:
  WindowFunction function_;
  bool counts_resets_;
  const RangeVector& range_;
  const StepRange& steps_;
  const Arguments& arguments_;
  std::int64_t edge_ms_;
  Window window_;
  std::vector<double> scratch_;
  std::vector<std::uint32_t> resets_;
};

}  // namespace

Frame Evaluator::range_function(const Expr& expr, const StepRange& steps) {
  const int id = expr.function->id;
  if (id == kAbsentOverTime) return absent_over_time(expr, steps);
  const bool scalar_first = id == kQuantileOverTime;
  Arguments arguments;
  if (expr.args.size() > 1) arguments.first = scalar(*expr.args[scalar_first ? 0 : 1], steps);
  if (expr.args.size() > 2) arguments.second = scalar(*expr.args[2], steps);
  const RangeVector range = this->range(*expr.args[scalar_first ? 1 : 0], steps);

  Frame out(steps.count, budget_);
  std::vector<double> values(steps.count);
  Slider slider(id, range, steps, arguments, options_.left_open_ranges);
  for (const SeriesView& view : range.series) {
    budget_.work(steps.count + slider.run(view.samples, values));
    out.add_if_any(view.labels, values);
  }
  if (id == kLastOverTime)  // it is still the same quantity
    join_same_labels(out, Joining::kStrict, budget_);
  else
    drop_names(out, Joining::kStrict, budget_);
  return out;
}

Frame Evaluator::absent_over_time(const Expr& expr, const StepRange& steps) {
  const RangeVector range = this->range(*expr.args[0], steps);
  const Arguments none;  // the slider refers to it
  Slider slider(kAbsentOverTime, range, steps, none, options_.left_open_ranges);
  std::vector<double> values(steps.count);
  std::vector<double> absent(steps.count, 1);
  for (const SeriesView& view : range.series) {
    budget_.work(slider.run(view.samples, values));
    for (std::size_t i = 0; i < steps.count; ++i)
      if (has_value(values[i])) absent[i] = no_value();
  }
  Frame out(steps.count, budget_);
  out.add_if_any(std::make_shared<Labels>(labels_asked_for(*expr.args[0])), absent);
  return out;
}

}  // namespace incident::promql
