// Running a pipeline over a source: for log queries, and for the samples of range aggregations. Inside the
// engine only. Throws QueryFault.
#pragma once

#include <map>
#include <vector>

#include "logql/engine.h"
#include "logql/meter.h"

namespace incident::logql {

// Numbers label sets in the order in which they turn up.
class StreamTable {
 public:
  explicit StreamTable(const Meter& meter) : meter_(meter) {}

  std::size_t number_of(const LabelsPtr& labels) {
    const auto known = same_.find(labels.get());
    if (known != same_.end()) return known->second;
    const std::size_t number = number_of(Labels(*labels));
    same_.emplace(labels.get(), number);
    kept_.push_back(labels);  // so that the address stays this label set's own
    return number;
  }
  std::size_t number_of(Labels labels) {
    const auto [at, added] = numbers_.try_emplace(std::move(labels), labels_.size());
    if (added) {
      labels_.push_back(std::make_shared<const Labels>(at->first));
      meter_.streams(labels_.size());
    }
    return at->second;
  }
  std::size_t number_of(const LineLabels& labels) {
    return labels.unchanged() ? number_of(labels.stream()) : number_of(labels.labels());
  }
  std::size_t size() const { return labels_.size(); }
  const LabelsPtr& labels(std::size_t number) const { return labels_[number]; }

 private:
  const Meter& meter_;
  std::map<const Labels*, std::size_t> same_;
  std::map<Labels, std::size_t> numbers_;
  std::vector<LabelsPtr> kept_;
  std::vector<LabelsPtr> labels_;
};

std::vector<Stream> run_log_query(const Source& source, const Selector& selector, const LogRange& range,
                                  Meter& meter);

struct Steps {
  std::int64_t start_ms = 0, step_ms = 1;
  std::size_t count = 1;

  std::int64_t at(std::size_t i) const { return start_ms + step_ms * static_cast<std::int64_t>(i); }
};

// One range aggregation at all steps: series by labels, with the steps that have a value.
std::vector<promql::SeriesView> run_range(const Source& source, const RangeAggregation& range,
                                          const Steps& steps, Meter& meter);

}  // namespace incident::logql
