// Series of an arena as OTLP metrics. What Prometheus keeps as NAME_bucket, NAME_sum and NAME_count becomes
// one histogram NAME with explicit bounds; NAME_total a cumulative, monotonic sum; anything else a gauge.
// Names stay as they are, so that a collector which writes Prometheus series again gives them the names they
// have here. Points carry the labels that are not the resource's own.
//
// Cumulative points need to say since when they count, and series end and begin again, so this is a value
// with memory: it must see every scrape once, in order. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "otlp/batch_writer.h"
#include "otlp/resource.h"
#include "promql/queryable.h"

namespace incident::otlp {

class MetricEncoder {
 public:
  // One point each `interval`, a multiple of the store's own `scrape` interval; both as milliseconds.
  MetricEncoder(Identity identity, std::int64_t scrape_ms, std::int64_t interval_ms)
      : identity_(std::move(identity)), scrape_ms_(scrape_ms), interval_ms_(interval_ms) {}

  // The samples of (from, to], Unix milliseconds; `from` is where the last call ended, and on the grid of
  // intervals since identity.epoch_ms. Only points from `send_from` on become batches. `last`: nothing comes
  // after, so the newest sample is sent even between two points of the grid.
  void encode(const promql::Queryable& store, std::int64_t from_ms, std::int64_t to_ms,
              std::int64_t send_from_ms, bool last, BatchWriter::Limits limits, std::vector<Batch>& out);

 private:
  struct Life {  // of a series, or of a histogram, since it began or began again
    std::int64_t start_ms = 0;
    std::int64_t last_ms = 0;
    double last = 0;  // sum, or a histogram's count
    bool sent = false;
  };
  struct Family;
  struct Points;

  void encode_family(const promql::Labels& labels, const Family& family, std::int64_t to_ms,
                     std::int64_t send_from_ms, bool last, Points& points);
  bool on_grid(std::int64_t t_ms) const { return (t_ms - identity_.epoch_ms) % interval_ms_ == 0; }

  Identity identity_;
  std::int64_t scrape_ms_, interval_ms_;
  std::map<promql::Labels, Life> lives_;
};

}  // namespace incident::otlp
