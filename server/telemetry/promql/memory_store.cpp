#include "promql/memory_store.h"

#include <algorithm>
#include <set>

namespace incident::promql {

namespace {

bool before(const Sample& sample, std::int64_t t_ms) {
  return sample.t_ms < t_ms;
}

std::span<const Sample> between(const std::vector<Sample>& samples, std::int64_t min_t_ms,
                                std::int64_t max_t_ms) {
  const auto first = std::lower_bound(samples.begin(), samples.end(), min_t_ms, before);
  const auto last =
      std::upper_bound(first, samples.end(), max_t_ms,
                       [](std::int64_t t_ms, const Sample& sample) { return t_ms < sample.t_ms; });
  return {first, last};
}

}  // namespace

void MemoryStore::append(const Labels& labels, Sample sample) {
  Entry& entry = series_[labels];
  if (!entry.labels) entry.labels = std::make_shared<Labels>(labels);
  auto& samples = entry.samples;
  if (samples.empty() || samples.back().t_ms < sample.t_ms) {
    samples.push_back(sample);
    return;
  }
  const auto place = std::lower_bound(samples.begin(), samples.end(), sample.t_ms, before);
  if (place->t_ms == sample.t_ms)
    *place = sample;
  else
    samples.insert(place, sample);
}

std::vector<SeriesView> MemoryStore::select(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                            std::int64_t max_t_ms) const {
  std::vector<SeriesView> out;
  for (const auto& [labels, entry] : series_) {
    if (!matches_all(matchers, labels)) continue;
    const auto samples = between(entry.samples, min_t_ms, max_t_ms);
    if (!samples.empty()) out.push_back({entry.labels, {samples.begin(), samples.end()}});
  }
  return out;
}

std::vector<LabelsPtr> MemoryStore::series(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                           std::int64_t max_t_ms) const {
  std::vector<LabelsPtr> out;
  for (const auto& [labels, entry] : series_)
    if (matches_all(matchers, labels) && !between(entry.samples, min_t_ms, max_t_ms).empty())
      out.push_back(entry.labels);
  return out;
}

std::vector<std::string> MemoryStore::label_names(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                                  std::int64_t max_t_ms) const {
  std::set<std::string> names;
  for (const LabelsPtr& labels : series(matchers, min_t_ms, max_t_ms))
    for (const Label& label : *labels) names.insert(label.name);
  return {names.begin(), names.end()};
}

std::vector<std::string> MemoryStore::label_values(std::string_view name, std::span<const Matcher> matchers,
                                                   std::int64_t min_t_ms, std::int64_t max_t_ms) const {
  std::set<std::string> values;
  for (const LabelsPtr& labels : series(matchers, min_t_ms, max_t_ms))
    if (labels->has(name)) values.emplace(labels->get(name));
  return {values.begin(), values.end()};
}

}  // namespace incident::promql
