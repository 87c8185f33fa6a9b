// What the query engine asks of a storage of series. Time is int64 milliseconds of whatever epoch the caller
// uses. The engine calls from the thread that runs the query; an implementation shows one consistent view for
// as long as a query runs. Nothing here fails: a storage that finds nothing answers with nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/labels.h"
#include "promql/matcher.h"

namespace incident::promql {

struct Sample {
  std::int64_t t_ms = 0;
  double v = 0;
};

// The value written where a series ends (a scrape that no longer shows it): Prometheus' own NaN. It is told
// from other NaNs by its bits, so it must not be computed with.
inline constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;
inline double stale_marker() {
  return std::bit_cast<double>(kStaleBits);
}
inline bool is_stale(double v) {
  return std::bit_cast<std::uint64_t>(v) == kStaleBits;
}
// The NaN that a person may write or compute (Go's math.NaN).
inline double quiet_nan() {
  return std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});
}

struct SeriesView {
  LabelsPtr labels;             // shared with the storage, never null
  std::vector<Sample> samples;  // by time, no time twice
};

inline constexpr std::int64_t kMinTimeMs = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMaxTimeMs = std::numeric_limits<std::int64_t>::max();

class Queryable {
 public:
  virtual ~Queryable() = default;

  // Series that meet all matchers, with their samples in [min_t_ms, max_t_ms]. Stale markers are samples too.
  // Series without a sample in that span may be left out. In any order; sorted by labels saves a sort.
  virtual std::vector<SeriesView> select(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                         std::int64_t max_t_ms) const = 0;
  // The same without samples: what exists.
  virtual std::vector<LabelsPtr> series(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                        std::int64_t max_t_ms) const = 0;
  // Sorted, without repeats; no matchers means every series.
  virtual std::vector<std::string> label_names(std::span<const Matcher> matchers, std::int64_t min_t_ms,
                                               std::int64_t max_t_ms) const = 0;
  virtual std::vector<std::string> label_values(std::string_view name, std::span<const Matcher> matchers,
                                                std::int64_t min_t_ms, std::int64_t max_t_ms) const = 0;
};

}  // namespace incident::promql
