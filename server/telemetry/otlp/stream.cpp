#include "otlp/stream.h"

#include <algorithm>

#include "otlp/log_encoder.h"
#include "otlp/span_encoder.h"

namespace incident::otlp {

std::vector<Batch> Stream::cut(const telemetry::Telemetry& picture, bool last) {
  std::vector<Batch> out;
  const auto wanted = [&](Signal signal) { return options_.signals[static_cast<std::size_t>(signal)]; };
  if (wanted(Signal::kMetrics)) cut_metrics(picture, last, out);
  if (wanted(Signal::kLogs)) cut_logs(picture, out);
  if (wanted(Signal::kTraces)) cut_traces(picture, out);
  return out;
}

void Stream::cut_metrics(const telemetry::Telemetry& picture, bool last, std::vector<Batch>& out) {
  const telemetry::MetricStore& store = picture.metrics();
  const std::int64_t scrape = store.interval().milliseconds();
  const std::int64_t wanted = options_.metric_interval.milliseconds();
  const std::int64_t interval = std::max<std::int64_t>(1, (wanted + scrape - 1) / scrape) * scrape;
  if (!metrics_) metrics_.emplace(options_.identity, scrape, interval);
  const std::int64_t window =
      std::max<std::int64_t>(1, limits::kMetricWindow.milliseconds() / interval) * interval;
  const std::int64_t epoch = options_.identity.epoch_ms;
  const std::int64_t send_from = options_.from.milliseconds();
  const std::int64_t newest = store.last_scrape().milliseconds();
  const telemetry::MetricView view(store, epoch);
  // What is not sent is read all the same, for the start of what counts.
  while (out.empty()) {
    std::int64_t to = std::min(metrics_to_ms_ + window, newest / interval * interval);
    const bool rest = last && to <= metrics_to_ms_ && newest > metrics_to_ms_;
    if (rest) to = newest;
    if (to <= metrics_to_ms_) return;
    metrics_->encode(view, epoch + metrics_to_ms_, epoch + to, epoch + send_from, rest, options_.batch, out);
    metrics_to_ms_ = to;
  }
}

void Stream::cut_logs(const telemetry::Telemetry& picture, std::vector<Batch>& out) {
  const telemetry::LogStore& store = picture.logs();
  if (!logs_begun_) {
    logs_begun_ = true;
    next_line_ = store.end_number();
    store.scan_from(store.first_number(), [&](std::uint64_t number, const telemetry::LogRecord& record) {
      if (record.at < options_.from) return true;
      next_line_ = number;
      return false;
    });
  }
  if (store.first_number() > next_line_)
    missed_[static_cast<std::size_t>(Signal::kLogs)] += store.first_number() - next_line_;
  next_line_ = encode_logs(store, options_.identity, next_line_, limits::kLinesPerCut, options_.batch, out);
}

void Stream::cut_traces(const telemetry::Telemetry& picture, std::vector<Batch>& out) {
  const telemetry::TraceStore& store = picture.traces();
  if (!traces_begun_) {
    traces_begun_ = true;
    next_trace_ = store.end_number();
    store.scan_from(store.first_number(), [&](std::uint64_t number, const telemetry::Trace& trace) {
      if (trace.summary.start < options_.from) return true;
      next_trace_ = number;
      return false;
    });
  }
  if (store.first_number() > next_trace_)
    missed_[static_cast<std::size_t>(Signal::kTraces)] += store.first_number() - next_trace_;
  next_trace_ =
      encode_traces(store, options_.identity, next_trace_, limits::kTracesPerCut, options_.batch, out);
}

}  // namespace incident::otlp
