// The newest sample of each series as text (exposition format 0.0.4), for a Prometheus that federates a match
// and for anything that scrapes.
#include <algorithm>
#include <charconv>

#include "api/doors/prometheus_call.h"
#include "telemetry/metric_info.h"

namespace incident::api::prometheus {
namespace {

constexpr std::string_view kInstance = "instance";

struct Row {
  std::string_view family;  // sorted by: a family stands in one piece
  promql::LabelsPtr labels;
  promql::Sample sample;
};

void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && in_quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_head(std::string& out, std::string_view family) {
  const auto info = telemetry::metric_info(family);
  if (info) {
    out.append("# HELP ").append(family).append(" ");
    append_escaped(out, info->help, false);
    out += '\n';
  }
  out.append("# TYPE ").append(family).append(" ");
  out.append(info ? telemetry::to_string(info->kind) : "untyped").append("\n");
}

// An empty `instance` as in Prometheus' own federation: with honor_labels nothing else is put there.
void append_row(std::string& out, const Row& row) {
  out += row.labels->metric_name();
  out += '{';
  bool first = true;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!first) out += ',';
    first = false;
    out.append(name).append("=\"");
    append_escaped(out, value, true);
    out += '"';
  };
  bool placed = row.labels->has(kInstance);
  for (const auto& label : *row.labels) {
    if (label.name == promql::kMetricName) continue;
    if (!placed && kInstance < label.name) {
      add(kInstance, "");
      placed = true;
    }
    add(label.name, label.value);
  }
  if (!placed) add(kInstance, "");
  out += "} " + value_text(row.sample.v) + " " + std::to_string(row.sample.t_ms) + "\n";
}

bool less(const Row& a, const Row& b) {
  if (a.family != b.family) return a.family < b.family;
  return *a.labels < *b.labels;
}

net::Response written(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end(), less);
  rows.erase(std::unique(rows.begin(), rows.end(),
                         [](const Row& a, const Row& b) { return *a.labels == *b.labels; }),
             rows.end());
  std::string out;
  std::string_view family;
  for (const Row& row : rows) {
    if (row.family != family) append_head(out, row.family);
    family = row.family;
    append_row(out, row);
  }
  net::Response response = net::text_response(200, std::move(out));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

std::vector<Row> at_last_scrape(const Call& call, std::span<const Matchers> selectors) {
  const std::int64_t at = call.view().unix_ms(call.telemetry().metrics().last_scrape());
  std::vector<Row> rows;
  for (const Matchers& matchers : selectors) {
    for (auto& series : call.metrics().select(matchers, at, at)) {
      if (promql::is_stale(series.samples.back().v)) continue;
      const std::string_view name = series.labels->metric_name();
      const auto info = telemetry::metric_info(name);
      rows.push_back({info ? info->family : name, series.labels, series.samples.back()});
    }
  }
  return rows;
}

}  // namespace

net::Response federate(const Call& call) {
  const auto selectors = call.selectors();
  if (!selectors) return net::text_response(400, selectors.error().message + "\n");
  return written(at_last_scrape(call, *selectors));
}

net::Response exposition(const Call& call) {
  const std::vector<Matchers> everything(1);
  return written(at_last_scrape(call, everything));
}

}  // namespace incident::api::prometheus
