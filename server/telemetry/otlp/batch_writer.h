// Puts items into export requests, each within the limits of items and bytes, opening and closing the levels
// of OTLP's messages (resource, scope, metric) as they change. Items of one resource and group that come one
// after the other share their header, so the caller sorts. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace incident::otlp {

enum class Signal : std::uint8_t { kMetrics, kLogs, kTraces };
inline constexpr int kSignals = 3;
const char* to_string(Signal signal);  // metrics, logs, traces: the last part of the path as well

struct Batch {
  Signal signal = Signal::kMetrics;
  std::string body;       // one Export...ServiceRequest as JSON
  std::size_t items = 0;  // data points, lines or spans
};

class BatchWriter {
 public:
  struct Limits {
    std::size_t items, bytes;
  };
  // Finished batches are appended to `out`, which must outlive the writer.
  BatchWriter(Signal signal, Limits limits, std::vector<Batch>& out)
      : signal_(signal), limits_(limits), out_(out) {}

  // `resource` is its JSON. `group` is what stands around the items of one metric, its opening (such as
  // {"name":"up","gauge":{"dataPoints":[) and its closing; both empty for lines and spans.
  void add(std::string_view resource, std::string_view opening, std::string_view closing,
           std::string_view item);
  // The batch that is not full yet, if any.
  void finish();

 private:
  void close_group();
  void close_resource();

  Signal signal_;
  Limits limits_;
  std::vector<Batch>& out_;
  std::string body_, resource_, opening_, closing_;
  std::size_t items_ = 0;
  bool in_resource_ = false, in_group_ = false;
};

}  // namespace incident::otlp
