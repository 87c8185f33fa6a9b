#include <algorithm>

#include "promql/evaluator.h"

namespace incident::promql {

namespace {

[[noreturn]] void too_many_series(const Expr& selector, std::size_t most) {
  fault("query selects more than " + std::to_string(most) + " series; narrow the selector " +
        to_string(selector));
}

}  // namespace

bool Evaluator::pinned_time(const Expr& expr, std::int64_t& at_ms) const {
  switch (expr.at) {
    case AtAnchor::kNone:
      return false;
    case AtAnchor::kTime:
      at_ms = expr.at_ms;
      return true;
    case AtAnchor::kStart:
      at_ms = query_start_ms_;
      return true;
    case AtAnchor::kEnd:
      at_ms = query_end_ms_;
      return true;
  }
  return false;
}

std::vector<SeriesView> Evaluator::load(const Expr& expr, std::int64_t min_ms, std::int64_t max_ms,
                                        Hold& hold) {
  budget_.look();
  std::vector<SeriesView> series = store_.select(expr.matchers, min_ms, max_ms);
  if (series.size() > options_.series_max) too_many_series(expr, options_.series_max);
  std::size_t samples = 0;
  for (const SeriesView& view : series) samples += view.samples.size();
  hold.take(samples);
  budget_.work(samples);
  // A steady order makes answers repeatable whatever the storage's own order is.
  const auto before = [](const SeriesView& a, const SeriesView& b) { return *a.labels < *b.labels; };
  if (!std::is_sorted(series.begin(), series.end(), before)) std::sort(series.begin(), series.end(), before);
  return series;
}

namespace {

// Counts what a read brings against the budget, as long as this lives, and how many series it may bring.
class CountedReader : public SeriesReader {
 public:
  CountedReader(SeriesReader& next, const Expr& selector, std::size_t series_max, Budget& budget)
      : next_(next), selector_(selector), series_max_(series_max), budget_(budget), hold_(budget) {}

  void begin(std::size_t series) override {
    if (series > series_max_) too_many_series(selector_, series_max_);
    next_.begin(series);
  }
  void take(std::size_t place, LabelsPtr labels, const Samples& samples) override {
    hold_.take(samples.size());
    budget_.work(samples.size());
    next_.take(place, std::move(labels), samples);
  }

 private:
  SeriesReader& next_;
  const Expr& selector_;
  std::size_t series_max_;
  Budget& budget_;
  Hold hold_;
};

}  // namespace

void Evaluator::read(const Expr& expr, std::int64_t min_ms, std::int64_t max_ms, SeriesReader& reader) {
  budget_.look();
  CountedReader counted(reader, expr, options_.series_max, budget_);
  store_.read(expr.matchers, min_ms, max_ms, counted);
}

namespace {

// Fills a row for each series: at each step the newest sample that is not out of reach.
class NewestReader : public SeriesReader {
 public:
  NewestReader(std::vector<std::int64_t> moments, std::int64_t reach_ms, bool shows_time, Frame& out,
               Budget& budget)
      : moments_(std::move(moments)),
        reach_ms_(reach_ms),
        shows_time_(shows_time),
        out_(out),
        budget_(budget) {}

  void begin(std::size_t series) override { out_.open_places(series); }
  void take(std::size_t place, LabelsPtr labels, const Samples& samples) override {
    if (samples.grid == 0 || samples.grid != grid_) find_newest(samples);
    double* row = out_.row(place);
    bool any = false;
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      const std::uint32_t at = newest_[i];
      double value = no_value();
      if (at != kNone && !is_stale(samples.v[at])) {
        value = shows_time_ ? static_cast<double>(samples.t_ms[at]) / 1000 : samples.v[at];
        any = true;
      }
      row[i] = value;
    }
    if (any) out_.set_labels(place, std::move(labels));
    budget_.work(moments_.size());
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void find_newest(const Samples& samples) {
    grid_ = samples.grid;
    newest_.assign(moments_.size(), kNone);
    std::size_t next = 0;  // the first sample after the moment
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      while (next < samples.size() && samples.t_ms[next] <= moments_[i]) ++next;
      if (next != 0 && moments_[i] - samples.t_ms[next - 1] <= reach_ms_)
        newest_[i] = static_cast<std::uint32_t>(next - 1);
    }
  }

  std::vector<std::int64_t> moments_;
  std::int64_t reach_ms_;
  bool shows_time_;
  Frame& out_;
  Budget& budget_;
  std::uint64_t grid_ = 0;
  std::vector<std::uint32_t> newest_;
};

}  // namespace

Frame Evaluator::selector(const Expr& expr, const StepRange& steps, Shown shown) {
  std::int64_t pinned_ms = 0;
  const bool pinned = pinned_time(expr, pinned_ms);
  std::vector<std::int64_t> moments(steps.count);
  for (std::size_t i = 0; i < steps.count; ++i)
    moments[i] = (pinned ? pinned_ms : steps.at(i)) - expr.offset_ms;
  const std::int64_t reach = options_.left_open_ranges ? options_.lookback_ms - 1 : options_.lookback_ms;
  const std::int64_t first = moments.front() - reach;
  const std::int64_t last = moments.back();
  Frame out(steps.count, budget_);
  NewestReader reader(std::move(moments), reach, shown == Shown::kTimestamp, out, budget_);
  read(expr, first, last, reader);
  out.close_places();
  return out;
}

WindowPlace Evaluator::window_place(const Expr& expr) const {
  const Expr& selector = expr.kind == ExprKind::kSubquery ? expr : *expr.args[0];
  WindowPlace out{expr.range_ms, selector.offset_ms, false, 0};
  std::int64_t pinned_ms = 0;
  if (pinned_time(selector, pinned_ms)) {
    out.pinned = true;
    out.pinned_end_ms = pinned_ms - selector.offset_ms;
  }
  return out;
}

void Evaluator::read_range(const Expr& expr, const StepRange& steps, SeriesReader& reader) {
  const Expr& inner = unwrap(expr);
  const WindowPlace place = window_place(inner);
  if (inner.kind != ExprKind::kSubquery) {
    const std::int64_t first = place.window_end(steps.start_ms) - place.range_ms;
    read(*inner.args[0], first, place.window_end(steps.end_ms()), reader);
    return;
  }
  RangeVector range = subquery(inner, steps);
  reader.begin(range.series.size());
  Columns columns;
  for (std::size_t i = 0; i < range.series.size(); ++i)
    reader.take(i, std::move(range.series[i].labels), columns.of(range.series[i].samples));
}

RangeVector Evaluator::range(const Expr& expr, const StepRange& steps) {
  const Expr& inner = unwrap(expr);
  if (inner.kind == ExprKind::kSubquery) return subquery(inner, steps);
  RangeVector out{{}, Hold(budget_), window_place(inner)};
  const std::int64_t first = out.place.window_end(steps.start_ms);
  const std::int64_t last = out.place.window_end(steps.end_ms());
  out.series = load(*inner.args[0], first - out.place.range_ms, last, out.hold);
  for (SeriesView& view : out.series)
    std::erase_if(view.samples, [](const Sample& sample) { return is_stale(sample.v); });
  return out;
}

RangeVector Evaluator::subquery(const Expr& expr, const StepRange& steps) {
  RangeVector out{{}, Hold(budget_), window_place(expr)};
  const std::int64_t first = out.place.window_end(steps.start_ms) - expr.range_ms;
  const std::int64_t last = out.place.window_end(steps.end_ms());
  // A subquery's steps are aligned to its step, whatever the query's own start is.
  StepRange inner;
  inner.step_ms = expr.step_ms > 0 ? expr.step_ms : options_.subquery_step_ms;
  inner.start_ms = inner.step_ms * (first / inner.step_ms);
  if (inner.start_ms < first || (options_.left_open_ranges && inner.start_ms == first))
    inner.start_ms += inner.step_ms;
  if (inner.start_ms > last) return out;
  const std::int64_t count = (last - inner.start_ms) / inner.step_ms + 1;
  if (static_cast<std::uint64_t>(count) > options_.samples_max)
    fault("subquery would take " + std::to_string(count) + " steps (the limit is " +
          std::to_string(options_.samples_max) + "): use a larger step");
  inner.count = static_cast<std::size_t>(count);

  const Frame frame = vector(*expr.args[0], inner);
  for (std::size_t row = 0; row < frame.size(); ++row) {
    SeriesView view{frame.labels_ptr(row), {}};
    const double* values = frame.row(row);
    for (std::size_t i = 0; i < inner.count; ++i)
      if (has_value(values[i])) view.samples.push_back({inner.at(i), values[i]});
    out.hold.take(view.samples.size());
    budget_.work(inner.count);
    out.series.push_back(std::move(view));
  }
  return out;
}

Labels labels_asked_for(const Expr& argument) {
  const Expr* selector = &unwrap(argument);
  if (selector->kind == ExprKind::kMatrix) selector = selector->args[0].get();
  Labels labels;
  if (selector->kind != ExprKind::kVector) return labels;
  std::vector<std::string> seen;
  for (const Matcher& matcher : selector->matchers) {
    if (matcher.name == kMetricName) continue;
    const bool again = std::find(seen.begin(), seen.end(), matcher.name) != seen.end();
    if (matcher.op == Matcher::kEqual && !again) {
      labels.set(matcher.name, matcher.value);
      seen.push_back(matcher.name);
    } else {
      labels.erase(matcher.name);  // asked for twice or by pattern: nobody can say what it would have been
    }
  }
  return labels;
}

}  // namespace incident::promql
