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

// The samples of one series as two columns of equal length: what the engine walks over.
struct Samples {
  std::span<const std::int64_t> t_ms;
  std::span<const double> v;
  // Within one read, columns with the same number have the same times; 0: it is not known.
  std::uint64_t grid = 0;
  bool may_be_stale = true;  // whether a stale marker may be among the values

  std::size_t size() const { return v.size(); }
  bool empty() const { return v.empty(); }
};

// Makes columns of samples; they live until the next call.
class Columns {
 public:
  Samples of(std::span<const Sample> samples) {
    t_ms_.clear();
    v_.clear();
    for (const Sample& sample : samples) {
      t_ms_.push_back(sample.t_ms);
      v_.push_back(sample.v);
    }
    return {t_ms_, v_};
  }
  // Those of `samples` that are no stale markers.
  Samples without_stale(const Samples& samples) {
    t_ms_.clear();
    v_.clear();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (is_stale(samples.v[i])) continue;
      t_ms_.push_back(samples.t_ms[i]);
      v_.push_back(samples.v[i]);
    }
    return {t_ms_, v_, 0, false};
  }

 private:
  std::vector<std::int64_t> t_ms_;
  std::vector<double> v_;
};

// Given the series of a read, one after the other.
class SeriesReader {
 public:
  virtual ~SeriesReader() = default;
  virtual void begin(std::size_t series) = 0;  // no more than so many will come
  // `place`, below that number and never the same twice, puts the series in the order of their labels; they
  // may come in another order. The columns live until the call returns.
  virtual void take(std::size_t place, LabelsPtr labels, const Samples& samples) = 0;
};

class Queryable {
 public:
  virtual ~Queryable() = default;

  // The same as select(), without holding more than one series' samples at a time. What the reader throws
  // goes through. This one is made of select().
  virtual void read(std::span<const Matcher> matchers, std::int64_t min_t_ms, std::int64_t max_t_ms,
                    SeriesReader& reader) const;

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
