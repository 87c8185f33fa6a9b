// All of an arena's telemetry, in order and each thing once, cut into export requests. Nothing is held but
// the cut under way: the stores keep what was not sent yet, and cursors say where to go on. What a store gave
// up before its turn came is counted as missed.
//
// Pure: the caller brings a consistent picture for each cut, of the same arena, never older than the last.
// One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "otlp/batch_writer.h"
#include "otlp/limits.h"
#include "otlp/metric_encoder.h"
#include "otlp/resource.h"
#include "telemetry/telemetry.h"

namespace incident::otlp {

struct StreamOptions {
  Identity identity;
  SimTime from{0};                         // what is older stays here
  Duration metric_interval = seconds(15);  // rounded up to whole scrapes
  std::array<bool, kSignals> signals{true, true, true};
  BatchWriter::Limits batch{limits::kItemsPerBatch, limits::kBytesPerBatch};
};

class Stream {
 public:
  explicit Stream(StreamOptions options) : options_(std::move(options)) {}

  // The next batches of what the picture holds beyond the last cut; empty: that is all for now. `last`: the
  // arena has ended, so what stands between two points of the grid is sent too.
  std::vector<Batch> cut(const telemetry::Telemetry& picture, bool last);
  // Lines and spans' traces that were given up by their store before they could be cut.
  std::array<std::uint64_t, kSignals> missed() const { return missed_; }
  const StreamOptions& options() const { return options_; }

 private:
  void cut_metrics(const telemetry::Telemetry& picture, bool last, std::vector<Batch>& out);
  void cut_logs(const telemetry::Telemetry& picture, std::vector<Batch>& out);
  void cut_traces(const telemetry::Telemetry& picture, std::vector<Batch>& out);

  StreamOptions options_;
  std::optional<MetricEncoder> metrics_;
  std::int64_t metrics_to_ms_ = 0;  // since simulated time zero
  bool logs_begun_ = false, traces_begun_ = false;
  std::uint64_t next_line_ = 0, next_trace_ = 0;
  std::array<std::uint64_t, kSignals> missed_{};
};

}  // namespace incident::otlp
