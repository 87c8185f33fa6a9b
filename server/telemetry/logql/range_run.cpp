#include <algorithm>
#include <cmath>
#include <limits>

#include "logql/log_run.h"
#include "logql/units.h"
#include "promql/quantile.h"

namespace incident::logql {
namespace {

struct Sample {
  std::int64_t t_ns = 0;
  double v = 0;
};
using Samples = std::vector<Sample>;

std::int64_t clamped(std::int64_t a, std::int64_t minus) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(a, minus, &out)) return out;
  return minus > 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

[[noreturn]] void pipeline_error(const Labels& labels) {
  const std::string error(labels.get(kErrorLabel));
  throw QueryFault{
      QueryErrorType::kBadRequest,
      "pipeline error: '" + error + "' for series: '" + labels.to_string() +
          "'.\nUse a label filter to intentionally skip this error. (e.g | __error__!=\"" + error +
          "\").\nTo skip all potential errors you can match empty errors.(e.g __error__=\"\")\n"
          "The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__=\"\" "
          ")\n"};
}

// The value that unwrap reads; nothing when the line has none, which is no error.
std::optional<double> unwrapped(const Unwrap& unwrap, Line& line) {
  const std::string text(line.labels.get(unwrap.label));
  if (text.empty()) return std::nullopt;
  std::optional<double> value;
  std::string details = "strconv.ParseFloat: parsing " + promql::quote(text) + ": invalid syntax";
  switch (unwrap.conversion) {
    case Unwrap::kNumber:
      value = parse_float(text);
      break;
    case Unwrap::kDuration:
      if (const auto ns = parse_go_duration_ns(text)) value = static_cast<double>(*ns) / 1e9;
      details = "time: invalid duration " + promql::quote(text);
      break;
    case Unwrap::kBytes:
      if (const auto bytes = parse_bytes(text)) value = static_cast<double>(*bytes);
      break;
  }
  if (!value) {
    line.labels.set(kErrorLabel, kSampleError);
    line.labels.set(kErrorDetails, details);
  }
  for (const LabelFilter& filter : unwrap.filters) {
    if (!apply(filter, line)) return std::nullopt;
  }
  return value.value_or(0);
}

// The labels of a sample's series. An error stays visible whatever the grouping is.
Labels series_labels(const RangeAggregation& range, const LineLabels& line) {
  if (line.failed()) return line.labels();
  std::vector<Label> out;
  const bool by = range.op == RangeOp::kAbsent || (range.grouping && !range.grouping->without);
  line.each([&](const std::string& name, const std::string& value) {
    if (!by && range.unwrap && name == range.unwrap->label) return;
    bool named = false;
    if (range.grouping) {
      const auto& labels = range.grouping->labels;
      named = std::find(labels.begin(), labels.end(), name) != labels.end();
    }
    if (named == by) out.push_back({name, value});
  });
  return Labels::from(std::move(out));
}

double sum(std::span<const Sample> samples) {
  double out = 0;
  for (const Sample& s : samples) out += s.v;
  return out;
}

double mean(std::span<const Sample> samples) {
  double out = 0, count = 0;
  for (const Sample& s : samples) {
    ++count;
    if (std::isinf(out)) {
      if (std::isinf(s.v) && (out > 0) == (s.v > 0)) continue;  // the same infinity stays
      if (std::isfinite(s.v)) continue;                         // and no number moves it
    }
    out += s.v / count - out / count;
  }
  return out;
}

double variance(std::span<const Sample> samples) {
  double squares = 0, count = 0, middle = 0;
  for (const Sample& s : samples) {
    ++count;
    const double delta = s.v - middle;
    middle += delta / count;
    squares += delta * (s.v - middle);
  }
  return squares / count;
}

// What a counter went up by: where it falls, it began again at zero.
double increase(std::span<const Sample> samples) {
  if (samples.size() < 2) return 0;
  double out = samples.back().v - samples.front().v, last = 0;
  for (const Sample& s : samples) {
    if (s.v < last) out += last;
    last = s.v;
  }
  return out;
}

double value_of(const RangeAggregation& range, std::span<const Sample> samples) {
  const double seconds = static_cast<double>(range.range_ns) / 1e9;
  const auto by_value = [](const Sample& a, const Sample& b) {
    return std::isnan(a.v) ? !std::isnan(b.v) : a.v < b.v;  // a NaN is least, so that any number wins over it
  };
  switch (range.op) {
    case RangeOp::kRate:
      return (range.unwrap ? sum(samples) : static_cast<double>(samples.size())) / seconds;
    case RangeOp::kRateCounter:
      return increase(samples) / seconds;
    case RangeOp::kCount:
      return static_cast<double>(samples.size());
    case RangeOp::kBytesRate:
      return sum(samples) / seconds;
    case RangeOp::kBytes:
    case RangeOp::kSum:
      return sum(samples);
    case RangeOp::kAvg:
      return mean(samples);
    case RangeOp::kMin:
      return std::min_element(samples.begin(), samples.end(),
                              [](const Sample& a, const Sample& b) {
                                return std::isnan(b.v) ? !std::isnan(a.v) : a.v < b.v;
                              })
          ->v;
    case RangeOp::kMax:
      return std::max_element(samples.begin(), samples.end(), by_value)->v;
    case RangeOp::kStddev:
      return std::sqrt(variance(samples));
    case RangeOp::kStdvar:
      return variance(samples);
    case RangeOp::kQuantile: {
      std::vector<double> values;
      for (const Sample& s : samples) values.push_back(s.v);
      return promql::quantile(range.parameter, values);
    }
    case RangeOp::kFirst:
      return samples.front().v;
    case RangeOp::kLast:
      return samples.back().v;
    case RangeOp::kAbsent:
      return 1;
  }
  return 0;
}

bool only_counts(const RangeAggregation& range) {
  return !range.unwrap &&
         (range.op == RangeOp::kCount || range.op == RangeOp::kRate || range.op == RangeOp::kAbsent);
}

// Series of samples, from all lines that some step's window may hold.
struct Collected {
  explicit Collected(const Meter& meter) : table(meter) {}
  StreamTable table;
  std::vector<Samples> samples;
};

void collect(const Source& source, const RangeAggregation& range, const Steps& steps, Meter& meter,
             Collected& out) {
  constexpr std::int64_t kMs = 1'000'000;
  const std::int64_t first = clamped(clamped(steps.at(0) * kMs, range.offset_ns), range.range_ns);
  const std::int64_t last = clamped(steps.at(steps.count - 1) * kMs, range.offset_ns);
  const bool lines = !only_counts(range) || reads_lines(range.selector.stages);
  const bool counts_bytes = range.op == RangeOp::kBytes || range.op == RangeOp::kBytesRate;
  const bool plain = !range.unwrap && !range.grouping && range.op != RangeOp::kAbsent;
  Line line;
  const Scan scan{range.selector.matchers, clamped(first, -1), clamped(last, -1), false, lines};
  source.read(scan, [&](const LabelsPtr& stream, std::int64_t t_ns, std::string_view text) {
    meter.line(text.size());
    line.t_ns = t_ns;
    line.text = text;
    line.labels.reset(stream);
    if (!apply(range.selector.stages, line)) return true;
    double value = counts_bytes ? static_cast<double>(line.text.size()) : 1;
    if (range.unwrap) {
      const auto read = unwrapped(*range.unwrap, line);
      if (!read) return true;
      value = *read;
    }
    const std::size_t number =
        plain ? out.table.number_of(line.labels) : out.table.number_of(series_labels(range, line.labels));
    if (number == out.samples.size()) out.samples.emplace_back();
    out.samples[number].push_back({t_ns, value});
    meter.samples(1);
    return true;
  });
  const auto by_time = [](const Sample& a, const Sample& b) { return a.t_ns < b.t_ns; };
  for (Samples& samples : out.samples) {
    if (!std::is_sorted(samples.begin(), samples.end(), by_time))
      std::stable_sort(samples.begin(), samples.end(), by_time);
  }
}

// Calls take(step, samples of its window) for each step; a window is open at its old end.
template <class Take>
void slide(const RangeAggregation& range, const Steps& steps, const Samples& samples, Take take) {
  std::size_t begin = 0, end = 0;
  for (std::size_t i = 0; i < steps.count; ++i) {
    const std::int64_t to = clamped(steps.at(i) * 1'000'000, range.offset_ns);
    const std::int64_t from = clamped(to, range.range_ns);
    while (end < samples.size() && samples[end].t_ns <= to) ++end;
    while (begin < end && samples[begin].t_ns <= from) ++begin;
    take(i, std::span<const Sample>(samples.data() + begin, end - begin));
  }
}

std::vector<promql::SeriesView> absent(const RangeAggregation& range, const Steps& steps,
                                       const Collected& found) {
  std::vector<bool> present(steps.count);
  for (std::size_t n = 0; n < found.samples.size(); ++n) {
    slide(range, steps, found.samples[n], [&](std::size_t i, std::span<const Sample> window) {
      if (window.empty()) return;
      if (found.table.labels(n)->has(kErrorLabel)) pipeline_error(*found.table.labels(n));
      present[i] = true;
    });
  }
  // What would have been there: the labels that are asked for by one '=' each.
  Labels labels;
  for (const Matcher& matcher : range.selector.matchers) {
    const auto same = std::count_if(range.selector.matchers.begin(), range.selector.matchers.end(),
                                    [&](const Matcher& other) { return other.name == matcher.name; });
    if (matcher.op == Matcher::kEqual && same == 1) labels.set(matcher.name, matcher.value);
  }
  promql::SeriesView view{std::make_shared<const Labels>(std::move(labels)), {}};
  for (std::size_t i = 0; i < steps.count; ++i) {
    if (!present[i]) view.samples.push_back({steps.at(i), 1});
  }
  return {view};
}

}  // namespace

std::vector<promql::SeriesView> run_range(const Source& source, const RangeAggregation& range,
                                          const Steps& steps, Meter& meter) {
  Collected found(meter);
  collect(source, range, steps, meter, found);
  if (range.op == RangeOp::kAbsent) return absent(range, steps, found);
  std::vector<promql::SeriesView> out;
  for (std::size_t n = 0; n < found.samples.size(); ++n) {
    promql::SeriesView view{found.table.labels(n), {}};
    const bool failed = view.labels->has(kErrorLabel);
    slide(range, steps, found.samples[n], [&](std::size_t i, std::span<const Sample> window) {
      if (window.empty()) return;
      if (failed) pipeline_error(*view.labels);
      meter.work(1 + (range.op == RangeOp::kCount ? 0 : window.size()));
      view.samples.push_back({steps.at(i), value_of(range, window)});
    });
    meter.samples(view.samples.size());
    if (!view.samples.empty()) out.push_back(std::move(view));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return *a.labels < *b.labels; });
  return out;
}

}  // namespace incident::logql
