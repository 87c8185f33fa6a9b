// Functions of range vectors: each series is walked once, its window sliding from step to step.
#include <algorithm>

#include "promql/evaluator.h"
#include "promql/rate.h"
#include "promql/window.h"

namespace incident::promql {

namespace {

struct Arguments {
  std::vector<double> first;
  std::vector<double> second;
};

class Slider : public SeriesReader {
 public:
  Slider(int id, const WindowPlace& place, const StepRange& steps, const Arguments& arguments, bool left_open,
         Budget& budget)
      : function_(is_rate(id) ? nullptr : window_function(id)),
        rate_(id),
        place_(place),
        steps_(steps),
        arguments_(arguments),
        // The first moment that is inside a window, seen from its start.
        edge_ms_(left_open ? 1 : 0),
        budget_(budget) {
    window_.scratch = &scratch_;
  }

  void begin(std::size_t series) override = 0;
  void take(std::size_t place, LabelsPtr labels, const Samples& samples) final {
    const bool stale = samples.may_be_stale && std::any_of(samples.v.begin(), samples.v.end(), is_stale);
    run(stale ? plain_.without_stale(samples) : samples, place, std::move(labels));
  }

 protected:
  // Values of all steps; `to` has room for them.
  virtual double* row(std::size_t place) = 0;
  virtual void done(std::size_t place, LabelsPtr labels) = 0;

 private:
  static bool is_rate(int id) { return id == kRate || id == kIncrease || id == kDelta; }

  void run(const Samples& samples, std::size_t place, LabelsPtr labels) {
    if (samples.grid == 0 || samples.grid != grid_) place_windows(samples);
    double* out = row(place);
    if (function_ == nullptr)
      rate_.run(samples.v, out);
    else
      for (std::size_t i = 0; i < windows_.size(); ++i) out[i] = value(samples, i);
    budget_.work(samples.size() + (function_ == nullptr ? steps_.count : looked_));
    done(place, std::move(labels));
  }

  void place_windows(const Samples& samples) {
    grid_ = samples.grid;
    looked_ = 0;
    windows_.resize(steps_.count);
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    for (std::size_t i = 0; i < steps_.count; ++i) {
      WindowSpan& window = windows_[i];
      window.end_ms = place_.window_end(steps_.at(i));
      window.start_ms = window.end_ms - place_.range_ms;
      while (end < samples.size() && samples.t_ms[end] <= window.end_ms) ++end;
      while (begin < end && samples.t_ms[begin] < window.start_ms + edge_ms_) ++begin;
      window.begin = begin;
      window.end = end;
      looked_ += end - begin;
    }
    if (function_ == nullptr) rate_.place(windows_, samples.t_ms);
  }

  double value(const Samples& samples, std::size_t i) {
    const WindowSpan& at = windows_[i];
    if (at.begin == at.end) return no_value();
    window_.t_ms = samples.t_ms.subspan(at.begin, at.end - at.begin);
    window_.v = samples.v.subspan(at.begin, at.end - at.begin);
    window_.start_ms = at.start_ms;
    window_.end_ms = at.end_ms;
    window_.step_ms = steps_.at(i);
    if (!arguments_.first.empty()) window_.first = arguments_.first[i];
    if (!arguments_.second.empty()) window_.second = arguments_.second[i];
    return function_(window_);
  }

  WindowFunction function_;  // none for the rates
  RateOfWindows rate_;
  const WindowPlace& place_;
  const StepRange& steps_;
  const Arguments& arguments_;
  std::int64_t edge_ms_;
  Budget& budget_;
  std::uint64_t grid_ = 0;  // which times the windows are placed over
  std::vector<WindowSpan> windows_;
  std::size_t looked_ = 0;  // samples in all windows together
  Columns plain_;
  Window window_;
  std::vector<double> scratch_;
};

// A row for each series.
class RowSlider : public Slider {
 public:
  RowSlider(Frame& out, int id, const WindowPlace& place, const StepRange& steps, const Arguments& arguments,
            bool left_open, Budget& budget)
      : Slider(id, place, steps, arguments, left_open, budget), out_(out) {}

  void begin(std::size_t series) override { out_.open_places(series); }

 private:
  double* row(std::size_t place) override { return out_.row(place); }
  void done(std::size_t place, LabelsPtr labels) override {
    const double* values = out_.row(place);
    if (std::any_of(values, values + out_.steps(), has_value)) out_.set_labels(place, std::move(labels));
  }

  Frame& out_;
};

// One row that says where no series has a value.
class AbsentSlider : public Slider {
 public:
  AbsentSlider(std::vector<double>& absent, const WindowPlace& place, const StepRange& steps,
               const Arguments& arguments, bool left_open, Budget& budget)
      : Slider(kAbsentOverTime, place, steps, arguments, left_open, budget),
        absent_(absent),
        values_(absent.size()) {}

  void begin(std::size_t) override {}

 private:
  double* row(std::size_t) override { return values_.data(); }
  void done(std::size_t, LabelsPtr) override {
    for (std::size_t i = 0; i < absent_.size(); ++i)
      if (has_value(values_[i])) absent_[i] = no_value();
  }

  std::vector<double>& absent_;
  std::vector<double> values_;
};

}  // namespace

Frame Evaluator::range_function(const Expr& expr, const StepRange& steps) {
  const int id = expr.function->id;
  if (id == kAbsentOverTime) return absent_over_time(expr, steps);
  const bool scalar_first = id == kQuantileOverTime;
  Arguments arguments;
  if (expr.args.size() > 1) arguments.first = scalar(*expr.args[scalar_first ? 0 : 1], steps);
  if (expr.args.size() > 2) arguments.second = scalar(*expr.args[2], steps);
  const Expr& range = *expr.args[scalar_first ? 1 : 0];
  const WindowPlace place = window_place(unwrap(range));

  Frame out(steps.count, budget_);
  RowSlider slider(out, id, place, steps, arguments, options_.left_open_ranges, budget_);
  read_range(range, steps, slider);
  out.close_places();
  if (id == kLastOverTime)  // it is still the same quantity
    join_same_labels(out, Joining::kStrict, budget_);
  else
    drop_names(out, Joining::kStrict, budget_);
  return out;
}

Frame Evaluator::absent_over_time(const Expr& expr, const StepRange& steps) {
  const WindowPlace place = window_place(unwrap(*expr.args[0]));
  const Arguments none;  // the slider refers to it
  std::vector<double> absent(steps.count, 1);
  AbsentSlider slider(absent, place, steps, none, options_.left_open_ranges, budget_);
  read_range(*expr.args[0], steps, slider);
  Frame out(steps.count, budget_);
  out.add_if_any(std::make_shared<Labels>(labels_asked_for(*expr.args[0])), absent);
  return out;
}

}  // namespace incident::promql
