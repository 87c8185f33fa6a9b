// What the metrics of this house are: kind, unit and a sentence of help, as an exporter states them. Static;
// any thread. Recorded series and ALERTS have none, as in Prometheus.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace incident::telemetry {

enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram };
const char* to_string(MetricKind kind);  // counter, gauge, histogram

struct MetricInfo {
  std::string_view family;  // the metric's name; a histogram's without _bucket, _sum, _count
  MetricKind kind = MetricKind::kGauge;
  std::string_view unit;  // seconds, or empty
  std::string_view help;
};

// Of a series' name, histograms' _bucket, _sum and _count included.
std::optional<MetricInfo> metric_info(std::string_view name);

}  // namespace incident::telemetry
