// Turns what requests do into cells of the metric store. Observing is a look-up in flat tables by slot,
// operation or client, and outcome, and two additions; a series comes into being with the first observation,
// as client libraries do it. Part of Telemetry; copied with it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/observer.h"
#include "sim/simulation.h"
#include "telemetry/histogram.h"
#include "telemetry/layout.h"
#include "telemetry/metric_store.h"

namespace incident::telemetry {

class Instruments {
 public:
  Instruments(std::shared_ptr<const Layout> layout, MetricStore& store);

  // By service: the causes that changed this very service, and those that changed what customers do.
  void set_direct_causes(std::vector<sim::CauseMask> direct) { direct_ = std::move(direct); }

  void pod_started(MetricStore& store, std::size_t slot, PodNamePtr pod);
  void process_up(MetricStore& store, std::size_t slot);
  void process_down(MetricStore& store, std::size_t slot);  // its counters begin again at zero
  void pod_gone(MetricStore& store, std::size_t slot);

  void on_call(MetricStore& store, const sim::CallRecord& record);
  void on_task(MetricStore& store, const sim::TaskRecord& record);
  void on_user(MetricStore& store, const sim::UserRecord& record);
  void on_part(MetricStore& store, const sim::PartRecord& record);
  // Reads gauges before a scrape.
  void sample(MetricStore& store, const sim::Simulation& sim);

  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kOutcomes = sim::kOutcomes;

  // A histogram: of one pod or of customers. Its cells stay with the slot, its series with the pod.
  struct Histogram {
    std::uint32_t cell = kNone;
    std::uint32_t series = kNone;  // the first of cells() + ...: buckets, then sum, then count
    std::uint32_t group = 0;
    bool open = false;
  };
  struct Slot {
    PodNamePtr pod;                // none: nobody
    std::uint32_t gauges = kNone;  // first cell
    std::uint32_t series = kNone;  // first gauge series of the pod
    std::uint32_t groups = kNone;  // first group
    std::uint32_t histograms = 0;  // first of the slot in the table
    bool up = false;
    sim::CauseMask seen = 0;  // causes of tasks since the last scrape
    std::int64_t cpu_us = 0;  // at the last scrape
  };
  struct Counter {
    std::uint32_t cell = kNone, group = 0;
  };

  void observe(MetricStore& store, Histogram& histogram, const Bounds& bounds, std::int64_t us) {
    store.cell(histogram.cell + static_cast<std::uint32_t>(bounds.bucket(us))) += 1;
    store.cell(histogram.cell + static_cast<std::uint32_t>(bounds.us.size()) + 1) += us;
  }
  Histogram* histogram_of(MetricStore& store, std::size_t slot, std::size_t row, sim::Outcome variant,
                          bool server);
  void open_histogram(MetricStore& store, std::size_t slot, std::size_t row, sim::Outcome variant,
                      bool server, Histogram& histogram);
  void add_histogram_series(MetricStore& store, Histogram& histogram, const Bounds& bounds,
                            const std::string& metric, const std::vector<promql::Label>& labels);
  void show_gauges(MetricStore& store, std::size_t slot, Shown shown, bool show);
  std::vector<promql::Label> pod_labels(const PodName& pod) const;
  const Bounds& bounds_of(std::size_t slot, std::size_t row, bool server) const;
  std::size_t rows(std::size_t slot) const;

  std::shared_ptr<const Layout> layout_;
  void touch_compute(MetricStore& store, Slot& slot, const sim::InstanceView& view, std::int64_t limit);

  std::vector<Slot> slots_;
  std::vector<sim::CauseMask> direct_;
  std::vector<std::uint32_t> service_gauges_;  // by service: first cell
  std::vector<std::uint32_t> service_group_;
  std::vector<Histogram> histograms_;  // by slot, operation or client, outcome
  std::vector<Counter> users_;         // by journey, edge, outcome (3)
  std::vector<Histogram> journeys_;
};

}  // namespace incident::telemetry
