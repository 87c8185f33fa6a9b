// The smallest storage there is: series in a sorted map. For tests, the promqltest language and tools; the
// game's own stores are elsewhere. Not synchronized.
#pragma once

#include <map>

#include "promql/queryable.h"

namespace incident::promql {

class MemoryStore : public Queryable {
 public:
  // A sample at a time that the series already has replaces the old one.
  void append(const Labels& labels, Sample sample);
  void clear() { series_.clear(); }
  std::size_t size() const { return series_.size(); }

  std::vector<SeriesView> select(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                 std::int64_t max_t_ms) const override;
  std::vector<LabelsPtr> series(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                std::int64_t max_t_ms) const override;
  std::vector<std::string> label_names(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                       std::int64_t max_t_ms) const override;
  std::vector<std::string> label_values(std::string_view name, std::span<const Matcher> matchers,
                                        std::int64_t min_t_ms, std::int64_t max_t_ms) const override;

 private:
  struct Entry {
    LabelsPtr labels;
    std::vector<Sample> samples;
  };
  std::map<Labels, Entry> series_;
};

}  // namespace incident::promql
