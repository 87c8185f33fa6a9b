// The metrics of one arena: integer cells that grow while the simulation runs, scraped at equal intervals
// into rows. Every kScrapesPerBlock rows become one block, a column for each cell (column.h). Rows and blocks
// are immutable and shared between forks, so a copy costs only the cells and the list of series.
//
// A series is a view of cells: a counter or gauge shows one, a histogram's bucket the sum of the first few of
// its histogram (cells hold what fell between two bounds, which compresses better than what lies below one).
// A series lives for a span of scrapes; at the first scrape that no longer shows it stands a stale marker.
//
// Written by Telemetry in the room's thread; a const MetricStore may be read from any thread. Scrape number k
// (from 1) happened at k * interval.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "promql/queryable.h"
#include "sim/ids.h"
#include "telemetry/cause_track.h"
#include "telemetry/label_table.h"
#include "telemetry/limits.h"
#include "telemetry/metric_block.h"

namespace incident::telemetry {

struct Series {
  static constexpr std::uint32_t kOpen = UINT32_MAX;

  promql::LabelsPtr labels;   // empty once packed
  std::uint32_t packed = 0;   // where they are in the table, once the series has ended for good
  std::uint32_t cell = 0;     // first cell
  std::uint16_t cells = 1;    // how many are added up
  std::uint16_t service = 0;  // the value of the label `service`, as the store numbers it; set by the store
  bool floating = false;      // the cell holds the bits of a double
  std::uint32_t multiplier = 1;  // shown value = sum * multiplier / divisor
  std::uint32_t divisor = 1;
  std::uint32_t group = 0;     // whose causes it shows
  std::uint32_t from = 0;      // first scrape that shows it
  std::uint32_t to = kOpen;    // first scrape that no longer does
  std::uint32_t next = kOpen;  // a later life of the same labels
};

// What was read of one series: values, and the scrapes they are of, in runs without a gap.
struct SeriesColumns {
  struct Run {
    std::uint32_t first = 0, last = 0;
  };
  std::vector<Run> runs;
  std::vector<double> values;
  bool stale = false;  // stale markers are among the values

  void clear() {
    runs.clear();
    values.clear();
    stale = false;
  }
  void add_run(std::uint32_t first, std::uint32_t last) {
    if (!runs.empty() && runs.back().last + 1 == first)
      runs.back().last = last;
    else
      runs.push_back({first, last});
  }
};

class MetricStore {
 public:
  explicit MetricStore(Duration interval) : interval_(interval) {}

  // --- writing
  std::uint32_t add_cells(std::size_t count);  // consecutive, zero
  std::int64_t& cell(std::uint32_t index) { return cells_[index]; }
  std::uint32_t add_group() { return causes_.add_group(); }
  void touch(std::uint32_t group, sim::CauseMask cause) { causes_.touch(group, cause); }
  // Shown from the next scrape on. Labels must be new; `service`, `next`, `from` and `to` are set here.
  std::uint32_t add_series(Series series);
  void end_series(std::uint32_t first_life);     // the next scrape does not show it any more
  void reopen_series(std::uint32_t first_life);  // the next scrape shows it again
  void retire_series(std::uint32_t first_life);  // ended, and will not be reopened
  void scrape();                                 // takes the cells as they are

  // --- reading
  Duration interval() const { return interval_; }
  std::uint32_t scrapes() const { return scrapes_; }
  SimTime last_scrape() const { return SimTime{} + interval_ * scrapes_; }
  std::size_t series_count() const { return series_.size(); }
  const Series& series(std::size_t index) const { return series_[index]; }
  promql::LabelsPtr labels_of(std::uint32_t index) const;
  // Indices of first lives whose labels meet all matchers and that any scrape in [first, last] shows, by
  // labels.
  std::vector<std::uint32_t> find(std::span<const promql::Matcher> matchers, std::uint32_t first,
                                  std::uint32_t last) const;
  // Sums of cells read last, so that the next bucket of the same histogram only adds what lies between.
  struct Cursor {
    std::uint32_t cell = 0, cells = 0, first = 0, last = 0;
    std::vector<std::int64_t> sums;
  };
  // Values of a series and its later lives at scrapes [first, last], stale markers included; replaces `out`.
  void read(std::uint32_t first_life, std::uint32_t first, std::uint32_t last, Cursor& cursor,
            SeriesColumns& out) const;
  bool full() const { return series_.size() >= limits::kSeriesMax; }
  sim::CauseMask causes(std::span<const promql::Matcher> matchers, SimTime from, SimTime to) const;
  std::size_t memory_bytes() const;  // all that this value keeps alive, shared or not
  void hash(Hasher& hasher) const;

 private:
  std::uint32_t last_life(std::uint32_t first_life) const;
  bool shown(std::uint32_t first_life, std::uint32_t first, std::uint32_t last) const;
  void sum_cells(const Series& series, std::uint32_t first, std::uint32_t last, Cursor& cursor) const;

  using Row = std::vector<std::int64_t>;

  Duration interval_;
  std::uint32_t scrapes_ = 0;
  std::vector<std::int64_t> cells_;
  std::vector<Series> series_;
  LabelTable retired_;
  std::vector<std::string> services_;  // values of that label; nearly every query names one
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_name_;  // first lives
  std::vector<std::shared_ptr<const MetricBlock>> blocks_;
  std::vector<std::shared_ptr<const Row>> rows_;  // since the last block
  CauseTrack causes_;
};

// What the query engine sees: t_ms = epoch_ms + simulated milliseconds. Keeps a reference; the store must not
// change meanwhile.
class MetricView : public promql::Queryable {
 public:
  MetricView(const MetricStore& store, std::int64_t epoch_ms) : store_(store), epoch_ms_(epoch_ms) {}

  std::vector<promql::SeriesView> select(std::span<const promql::Matcher> matchers, std::int64_t min_t_ms,
                                         std::int64_t max_t_ms) const override;
  void read(std::span<const promql::Matcher> matchers, std::int64_t min_t_ms, std::int64_t max_t_ms,
            promql::SeriesReader& reader) const override;
  std::vector<promql::LabelsPtr> series(std::span<const promql::Matcher> matchers, std::int64_t min_t_ms,
                                        std::int64_t max_t_ms) const override;
  std::vector<std::string> label_names(std::span<const promql::Matcher> matchers, std::int64_t min_t_ms,
                                       std::int64_t max_t_ms) const override;
  std::vector<std::string> label_values(std::string_view name, std::span<const promql::Matcher> matchers,
                                        std::int64_t min_t_ms, std::int64_t max_t_ms) const override;

 private:
  struct Span {
    std::uint32_t first, last;
  };
  Span scrapes_in(std::int64_t min_t_ms, std::int64_t max_t_ms) const;

  const MetricStore& store_;
  std::int64_t epoch_ms_;
};

}  // namespace incident::telemetry
