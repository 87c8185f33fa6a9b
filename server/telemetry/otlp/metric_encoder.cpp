#include "otlp/metric_encoder.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "otlp/json_text.h"
#include "promql/json.h"
#include "promql/number.h"

namespace incident::otlp {
namespace {

constexpr std::string_view kBucket = "_bucket", kSum = "_sum", kCount = "_count", kTotal = "_total";
constexpr int kCumulative = 2;
constexpr int kNoRecordedValue = 1;  // flag of a data point: the series ends here

enum class Shape : std::uint8_t { kGauge, kSum, kHistogram };

std::string_view without(std::string_view name, std::string_view ending) {
  return name.substr(0, name.size() - ending.size());
}

// Units only where the name says one: a gauge of "1" would be renamed to a ratio by what reads Prometheus.
std::string_view unit_of(std::string_view name) {
  if (name.ends_with(kTotal)) name = without(name, kTotal);
  if (name.ends_with("_seconds")) return "s";
  if (name.ends_with("_bytes")) return "By";
  return {};
}

std::string opening(Shape shape, std::string_view name) {
  std::string out = R"({"name":)";
  promql::append_json_string(out, name);
  if (const auto unit = unit_of(name); !unit.empty()) {
    out += R"(,"unit":")";
    out += unit;
    out += '"';
  }
  switch (shape) {
    case Shape::kGauge:
      return out + R"(,"gauge":{"dataPoints":[)";
    case Shape::kSum:
      out += R"(,"sum":{"isMonotonic":true,"aggregationTemporality":)";
      break;
    case Shape::kHistogram:
      out += R"(,"histogram":{"aggregationTemporality":)";
  }
  append_integer(out, kCumulative);
  return out + R"(,"dataPoints":[)";
}

}  // namespace

// The series that make up one metric's stream: one, or a histogram's.
struct MetricEncoder::Family {
  Shape shape = Shape::kGauge;
  std::string name;
  const promql::SeriesView* value = nullptr;  // a gauge, a sum; a histogram's count
  const promql::SeriesView* sum = nullptr;
  std::vector<std::pair<double, const promql::SeriesView*>> buckets;  // by bound, +Inf the last
};

// Points in the order in which a request wants them: by resource, then by metric.
struct MetricEncoder::Points {
  using Who = std::tuple<std::string_view, std::string_view, std::string_view>;  // service, version, pod
  struct OfMetric {
    std::string opening;
    std::vector<std::string> items;
  };
  std::map<Who, std::map<std::string_view, OfMetric>> by_resource;
};

namespace {

// The value of one of a histogram's series at a time; they are scraped together.
std::optional<double> value_at(const promql::SeriesView& series, std::int64_t t_ms) {
  const auto found = std::lower_bound(series.samples.begin(), series.samples.end(), t_ms,
                                      [](const promql::Sample& s, std::int64_t t) { return s.t_ms < t; });
  if (found == series.samples.end() || found->t_ms != t_ms || promql::is_stale(found->v)) return std::nullopt;
  return found->v;
}

std::string attributes_json(const promql::Labels& labels) {
  std::string out = R"({"attributes":[)";
  for (const promql::Label& label : labels) {
    if (label.name == promql::kMetricName || label.name == "service" || label.name == "pod" ||
        label.name == "version") {
      continue;
    }
    append_attribute(out, label.name, std::string_view(label.value));
  }
  return out + ']';
}

void append_time(std::string& out, std::string_view name, std::int64_t ms) {
  out += ",\"";
  out += name;
  out += "\":";
  append_int64_text(out, ms * 1'000'000);
}

}  // namespace

void MetricEncoder::encode_family(const promql::Labels& labels, const Family& family, std::int64_t to_ms,
                                  std::int64_t send_from_ms, bool last, Points& points) {
  Points::OfMetric* metric = nullptr;
  std::string attributes;
  const auto item = [&](const Life& life, std::int64_t t_ms) {
    if (metric == nullptr) {
      metric =
          &points.by_resource[{labels.get("service"), labels.get("version"), labels.get("pod")}][family.name];
      metric->opening = opening(family.shape, family.name);
      attributes = attributes_json(labels);
    }
    std::string out = attributes;
    if (family.shape != Shape::kGauge) append_time(out, "startTimeUnixNano", life.start_ms);
    append_time(out, "timeUnixNano", t_ms);
    return out;
  };
  // A histogram of which a part is missing at that moment is none; ours are scraped whole.
  const auto add_point = [&](Life& life, const promql::Sample& sample) {
    std::string out;
    if (family.shape == Shape::kHistogram) {
      const auto sum = value_at(*family.sum, sample.t_ms);
      std::string counts, bounds;
      double below = 0;
      for (const auto& [bound, series] : family.buckets) {
        const auto at = value_at(*series, sample.t_ms);
        if (!at) return;
        if (!counts.empty()) counts += ',';
        append_int64_text(counts, static_cast<std::int64_t>(*at - below));
        below = *at;
        if (bound == std::numeric_limits<double>::infinity()) continue;
        if (!bounds.empty()) bounds += ',';
        append_double(bounds, bound);
      }
      if (!sum) return;
      out = item(life, sample.t_ms);
      out += R"(,"count":)";
      append_int64_text(out, static_cast<std::int64_t>(sample.v));
      out += R"(,"sum":)";
      append_double(out, *sum);
      out += R"(,"bucketCounts":[)" + counts + R"(],"explicitBounds":[)" + bounds + "]}";
    } else {
      out = item(life, sample.t_ms);
      out += R"(,"asDouble":)";
      append_double(out, sample.v);
      out += '}';
    }
    metric->items.push_back(std::move(out));
    life.sent = true;
  };

  auto known = lives_.find(labels);
  std::optional<promql::Sample> unsent;
  for (const promql::Sample& sample : family.value->samples) {
    if (promql::is_stale(sample.v)) {
      if (known == lives_.end()) continue;
      if (unsent && unsent->t_ms >= send_from_ms) add_point(known->second, *unsent);
      if (known->second.sent) {
        std::string out = item(known->second, sample.t_ms);
        out += R"(,"flags":)";
        append_integer(out, kNoRecordedValue);
        metric->items.push_back(out + '}');
      }
      unsent.reset();
      lives_.erase(known);
      known = lives_.end();
      continue;
    }
    if (known == lives_.end()) {
      known = lives_.emplace(labels, Life{sample.t_ms - scrape_ms_, 0, 0, false}).first;
    } else if (family.shape != Shape::kGauge && sample.v < known->second.last) {
      known->second.start_ms = known->second.last_ms;  // it began anew between these two scrapes
    }
    known->second.last_ms = sample.t_ms;
    known->second.last = sample.v;
    if (sample.t_ms < send_from_ms) continue;
    if (on_grid(sample.t_ms) || (last && sample.t_ms == to_ms)) {
      add_point(known->second, sample);
      unsent.reset();
    } else {
      unsent = sample;
    }
  }
}

void MetricEncoder::encode(const promql::Queryable& store, std::int64_t from_ms, std::int64_t to_ms,
                           std::int64_t send_from_ms, bool last, BatchWriter::Limits limits,
                           std::vector<Batch>& out) {
  const std::vector<promql::SeriesView> views = store.select({}, from_ms + 1, to_ms);
  std::set<std::string_view> histograms;
  for (const auto& view : views) {
    const std::string_view name = view.labels->metric_name();
    if (name.ends_with(kBucket) && view.labels->has(promql::kBucketLabel))
      histograms.insert(without(name, kBucket));
  }
  std::map<promql::Labels, Family> families;
  for (const auto& view : views) {
    const std::string_view name = view.labels->metric_name();
    const auto part_of = [&](std::string_view ending) {
      return name.ends_with(ending) && histograms.count(without(name, ending)) > 0;
    };
    promql::Labels labels = *view.labels;
    if (part_of(kBucket)) {
      const auto bound = promql::parse_number(labels.get(promql::kBucketLabel));
      labels.erase(promql::kBucketLabel);
      labels.set(promql::kMetricName, without(name, kBucket));
      if (bound) families[std::move(labels)].buckets.emplace_back(*bound, &view);
    } else if (part_of(kSum)) {
      labels.set(promql::kMetricName, without(name, kSum));
      families[std::move(labels)].sum = &view;
    } else if (part_of(kCount)) {
      labels.set(promql::kMetricName, without(name, kCount));
      families[std::move(labels)].value = &view;
    } else {
      Family& family = families[std::move(labels)];
      family.shape = name.ends_with(kTotal) ? Shape::kSum : Shape::kGauge;
      family.value = &view;
    }
  }
  Points points;
  for (auto& [labels, family] : families) {
    if (!family.buckets.empty()) family.shape = Shape::kHistogram;
    if (family.value == nullptr || (family.shape == Shape::kHistogram && family.sum == nullptr)) continue;
    family.name = std::string(labels.metric_name());
    std::sort(family.buckets.begin(), family.buckets.end());
    encode_family(labels, family, to_ms, send_from_ms, last, points);
  }
  BatchWriter writer(Signal::kMetrics, limits, out);
  for (const auto& [who, metrics] : points.by_resource) {
    const auto& [service, version, pod] = who;
    const std::string resource = resource_json(identity_, service, version, pod);
    for (const auto& [name, metric] : metrics) {
      for (const std::string& item : metric.items) writer.add(resource, metric.opening, "]}}", item);
    }
  }
  writer.finish();
}

}  // namespace incident::otlp
