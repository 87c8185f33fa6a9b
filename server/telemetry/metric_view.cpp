#include <algorithm>
#include <numeric>
#include <set>

#include "telemetry/metric_store.h"

namespace incident::telemetry {

MetricView::Span MetricView::scrapes_in(std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  const std::int64_t interval_ms = store_.interval().milliseconds();
  const std::int64_t newest_ms = epoch_ms_ + static_cast<std::int64_t>(store_.scrapes()) * interval_ms;
  if (min_t_ms > newest_ms || max_t_ms < epoch_ms_ + interval_ms || min_t_ms > max_t_ms) return {1, 0};
  Span span{1, store_.scrapes()};
  if (min_t_ms > epoch_ms_ + interval_ms) {
    span.first = static_cast<std::uint32_t>((min_t_ms - epoch_ms_ + interval_ms - 1) / interval_ms);
  }
  if (max_t_ms < newest_ms) span.last = static_cast<std::uint32_t>((max_t_ms - epoch_ms_) / interval_ms);
  return span;
}

std::vector<promql::SeriesView> MetricView::select(std::span<const promql::Matcher> matchers,
                                                   std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  const Span span = scrapes_in(min_t_ms, max_t_ms);
  const std::vector<std::uint32_t> found = store_.find(matchers, span.first, span.last);
  std::vector<promql::SeriesView> views(found.size());
  // Read in the order of cells: the buckets of one histogram then build upon each other.
  std::vector<std::uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return found[a] < found[b]; });
  MetricStore::Cursor cursor;
  for (const std::uint32_t place : order) {
    promql::SeriesView& view = views[place];
    view.samples.reserve(span.last - span.first + 1);
    store_.read(found[place], span.first, span.last, epoch_ms_, cursor, view.samples);
    view.labels = store_.labels_of(found[place]);
  }
  std::erase_if(views, [](const promql::SeriesView& view) { return view.samples.empty(); });
  return views;
}

std::vector<promql::LabelsPtr> MetricView::series(std::span<const promql::Matcher> matchers,
                                                  std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  const Span span = scrapes_in(min_t_ms, max_t_ms);
  std::vector<promql::LabelsPtr> labels;
  for (const std::uint32_t index : store_.find(matchers, span.first, span.last)) {
    labels.push_back(store_.labels_of(index));
  }
  return labels;
}

std::vector<std::string> MetricView::label_names(std::span<const promql::Matcher> matchers,
                                                 std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  const Span span = scrapes_in(min_t_ms, max_t_ms);
  std::set<std::string> names;
  for (const std::uint32_t index : store_.find(matchers, span.first, span.last)) {
    const promql::LabelsPtr labels = store_.labels_of(index);
    for (const promql::Label& label : *labels) names.insert(label.name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> MetricView::label_values(std::string_view name,
                                                  std::span<const promql::Matcher> matchers,
                                                  std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  const Span span = scrapes_in(min_t_ms, max_t_ms);
  std::set<std::string> values;
  for (const std::uint32_t index : store_.find(matchers, span.first, span.last)) {
    const promql::LabelsPtr labels = store_.labels_of(index);
    const std::string_view value = labels->get(name);
    if (!value.empty()) values.emplace(value);
  }
  return {values.begin(), values.end()};
}

}  // namespace incident::telemetry
