#include <algorithm>

#include "promql/evaluator.h"

namespace incident::promql {

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
  if (series.size() > options_.series_max)
    fault("query selects more than " + std::to_string(options_.series_max) + " series; narrow the selector " +
          to_string(expr));
  std::size_t samples = 0;
  for (const SeriesView& view : series) samples += view.samples.size();
  hold.take(samples);
  budget_.work(samples);
  // A steady order makes answers repeatable whatever the storage's own order is.
  const auto before = [](const SeriesView& a, const SeriesView& b) { return *a.labels < *b.labels; };
  if (!std::is_sorted(series.begin(), series.end(), before)) std::sort(series.begin(), series.end(), before);
  return series;
}

Frame Evaluator::selector(const Expr& expr, const StepRange& steps, Shown shown) {
  std::int64_t pinned_ms = 0;
  const bool pinned = pinned_time(expr, pinned_ms);
  const auto reference = [&](std::size_t i) { return (pinned ? pinned_ms : steps.at(i)) - expr.offset_ms; };
  const std::int64_t reach = options_.left_open_ranges ? options_.lookback_ms - 1 : options_.lookback_ms;
  Hold hold(budget_);
  const auto series = load(expr, reference(0) - reach, reference(steps.count - 1), hold);

  Frame out(steps.count, budget_);
  std::vector<double> values(steps.count);
  for (const SeriesView& view : series) {
    const auto& samples = view.samples;
    std::size_t next = 0;  // the first sample after the step
    for (std::size_t i = 0; i < steps.count; ++i) {
      const std::int64_t at = reference(i);
      while (next < samples.size() && samples[next].t_ms <= at) ++next;
      values[i] = no_value();
      if (next == 0) continue;
      const Sample& sample = samples[next - 1];
      if (at - sample.t_ms > reach || is_stale(sample.v)) continue;
      values[i] = shown == Shown::kValue ? sample.v : static_cast<double>(sample.t_ms) / 1000;
    }
    out.add_if_any(view.labels, values);
    budget_.work(steps.count + samples.size());
  }
  return out;
}

RangeVector Evaluator::range(const Expr& expr, const StepRange& steps) {
  const Expr& inner = unwrap(expr);
  if (inner.kind == ExprKind::kSubquery) return subquery(inner, steps);
  const Expr& selector = *inner.args[0];
  RangeVector out{{}, Hold(budget_), inner.range_ms, selector.offset_ms, false, 0};
  std::int64_t pinned_ms = 0;
  if (pinned_time(selector, pinned_ms)) {
    out.pinned = true;
    out.pinned_end_ms = pinned_ms - selector.offset_ms;
  }
  const std::int64_t first = out.window_end(steps.start_ms);
  const std::int64_t last = out.window_end(steps.end_ms());
  out.series = load(selector, first - out.range_ms, last, out.hold);
  for (SeriesView& view : out.series)
    std::erase_if(view.samples, [](const Sample& sample) { return is_stale(sample.v); });
  return out;
}

RangeVector Evaluator::subquery(const Expr& expr, const StepRange& steps) {
  RangeVector out{{}, Hold(budget_), expr.range_ms, expr.offset_ms, false, 0};
  std::int64_t pinned_ms = 0;
  if (pinned_time(expr, pinned_ms)) {
    out.pinned = true;
    out.pinned_end_ms = pinned_ms - expr.offset_ms;
  }
  const std::int64_t first = out.window_end(steps.start_ms) - expr.range_ms;
  const std::int64_t last = out.window_end(steps.end_ms());
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
