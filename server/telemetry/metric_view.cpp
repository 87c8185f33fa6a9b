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

namespace {

class Collector : public promql::SeriesReader {
 public:
  std::vector<promql::SeriesView> views;

  void begin(std::size_t series) override { views.resize(series); }
  void take(std::size_t place, promql::LabelsPtr labels, const promql::Samples& samples) override {
    promql::SeriesView& view = views[place];
    view.labels = std::move(labels);
    view.samples.reserve(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) view.samples.push_back({samples.t_ms[i], samples.v[i]});
  }
};

}  // namespace

std::vector<promql::SeriesView> MetricView::select(std::span<const promql::Matcher> matchers,
                                                   std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  Collector collector;
  read(matchers, min_t_ms, max_t_ms, collector);
  std::erase_if(collector.views, [](const promql::SeriesView& view) { return view.labels == nullptr; });
  return std::move(collector.views);
}

void MetricView::read(std::span<const promql::Matcher> matchers, std::int64_t min_t_ms, std::int64_t max_t_ms,
                      promql::SeriesReader& reader) const {
  const Span span = scrapes_in(min_t_ms, max_t_ms);
  const std::vector<std::uint32_t> found = store_.find(matchers, span.first, span.last);
  reader.begin(found.size());
  // Read in the order of cells: the buckets of one histogram then build upon each other.
  std::vector<std::uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return found[a] < found[b]; });
  const std::int64_t interval_ms = store_.interval().milliseconds();
  std::vector<std::int64_t> all_times;  // of the span
  for (std::uint32_t k = span.first; k <= span.last && !found.empty(); ++k)
    all_times.push_back(epoch_ms_ + k * interval_ms);
  std::vector<std::int64_t> own_times;
  MetricStore::Cursor cursor;
  SeriesColumns columns;
  for (const std::uint32_t place : order) {
    store_.read(found[place], span.first, span.last, cursor, columns);
    if (columns.runs.empty()) continue;
    const auto times_of = [&](const SeriesColumns::Run& run) {
      return std::span(all_times).subspan(run.first - span.first, run.last - run.first + 1);
    };
    promql::Samples samples{times_of(columns.runs[0]), columns.values, 0, columns.stale};
    if (columns.runs.size() == 1) {
      samples.grid = std::uint64_t{columns.runs[0].first} << 32 | columns.runs[0].last;
    } else {
      own_times.clear();
      for (const SeriesColumns::Run& run : columns.runs) {
        const auto times = times_of(run);
        own_times.insert(own_times.end(), times.begin(), times.end());
      }
      samples.t_ms = own_times;
    }
    reader.take(place, store_.labels_of(found[place]), samples);
  }
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
