#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "promql/evaluator.h"
#include "promql/number.h"
#include "promql/quantile.h"

namespace incident::promql {

namespace {

// Numbers inside text count as numbers: node2 before node10.
bool natural_less(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
      continue;
    }
    const auto run = [&digit](std::string_view text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t from = at;
      while (at < text.size() && digit(text[at])) ++at;
      return text.substr(from, at - from);
    };
    const std::string_view x = run(a, i);
    const std::string_view y = run(b, j);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  return a.size() - i < b.size() - j;
}

}  // namespace

Frame Evaluator::call(const Expr& expr, const StepRange& steps) {
  switch (expr.function->kind) {
    case FunctionKind::kElement:
    case FunctionKind::kDate:
      return element(expr, steps);
    case FunctionKind::kRange:
      return range_function(expr, steps);
    case FunctionKind::kOverall:
      return overall(expr, steps);
    case FunctionKind::kUnsupported:
      break;
  }
  fault("native histograms are not supported, and " + std::string(expr.function->name) +
        "() works on nothing else");
}

Frame Evaluator::overall(const Expr& expr, const StepRange& steps) {
  switch (expr.function->id) {
    case kVectorOf: {
      const auto values = scalar(*expr.args[0], steps);
      Frame out(steps.count, budget_);
      std::copy(values.begin(), values.end(), out.add(std::make_shared<Labels>()));
      return out;
    }
    case kTimestamp: {
      const Expr& argument = unwrap(*expr.args[0]);
      Frame frame = argument.kind == ExprKind::kVector ? selector(argument, steps, Shown::kTimestamp)
                                                       : vector(argument, steps);
      if (argument.kind != ExprKind::kVector)
        for (std::size_t row = 0; row < frame.size(); ++row)
          for (std::size_t i = 0; i < steps.count; ++i)
            if (has_value(frame.row(row)[i])) frame.row(row)[i] = static_cast<double>(steps.at(i)) / 1000;
      drop_names(frame, Joining::kByStep, budget_);
      return frame;
    }
    case kAbsent: {
      const Frame frame = vector(*expr.args[0], steps);
      std::vector<double> absent(steps.count, 1);
      for (std::size_t row = 0; row < frame.size(); ++row)
        for (std::size_t i = 0; i < steps.count; ++i)
          if (has_value(frame.row(row)[i])) absent[i] = no_value();
      Frame out(steps.count, budget_);
      out.add_if_any(std::make_shared<Labels>(labels_asked_for(*expr.args[0])), absent);
      return out;
    }
    case kLabelReplace:
      return label_replace(expr, steps);
    case kLabelJoin:
      return label_join(expr, steps);
    case kHistogramQuantile:
      return histogram_quantile(expr, steps);
    default:
      return sort_rows(expr, steps);
  }
}

// The order of a range query's answer is by labels anyway, so only an instant answer is sorted.
Frame Evaluator::sort_rows(const Expr& expr, const StepRange& steps) {
  Frame frame = vector(*expr.args[0], steps);
  if (steps.count != 1) return frame;
  const int id = expr.function->id;
  const bool descending = id == kSortDesc || id == kSortByLabelDesc;
  std::vector<std::size_t> order(frame.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (id == kSort || id == kSortDesc) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double x = frame.row(a)[0];
      const double y = frame.row(b)[0];
      if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);  // NaN last both ways
      return descending ? x > y : x < y;
    });
  } else {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (descending) std::swap(a, b);
      for (std::size_t i = 1; i < expr.args.size(); ++i) {
        const std::string& name = unwrap(*expr.args[i]).text;
        const std::string_view x = frame.labels(a).get(name);
        const std::string_view y = frame.labels(b).get(name);
        if (x != y) return natural_less(x, y);
      }
      return frame.labels(a) < frame.labels(b);
    });
  }
  Frame out(1, budget_);
  for (const std::size_t row : order)
    if (has_value(frame.row(row)[0])) *out.add(frame.labels_ptr(row)) = frame.row(row)[0];
  return out;
}

Frame Evaluator::histogram_quantile(const Expr& expr, const StepRange& steps) {
  const auto q = scalar(*expr.args[0], steps);
  const Frame frame = vector(*expr.args[1], steps);
  struct Histogram {
    LabelsPtr labels;
    std::vector<std::pair<double, std::size_t>> bounds;  // upper bound and row
  };
  std::vector<Histogram> histograms;
  std::unordered_map<Labels, std::size_t, LabelsHash> index;
  for (std::size_t row = 0; row < frame.size(); ++row) {
    const auto bound = parse_number(frame.labels(row).get(kBucketLabel));
    if (!bound) continue;  // no bucket of a histogram
    Labels labels = frame.labels(row);
    labels.erase(kBucketLabel);
    const auto [it, added] = index.emplace(labels, histograms.size());
    if (added) {
      labels.erase(kMetricName);
      histograms.push_back({std::make_shared<Labels>(std::move(labels)), {}});
    }
    histograms[it->second].bounds.emplace_back(*bound, row);
  }

  Frame out(steps.count, budget_);
  std::vector<double> values(steps.count);
  std::vector<Bucket> buckets;
  for (const Histogram& histogram : histograms) {
    for (std::size_t i = 0; i < steps.count; ++i) {
      buckets.clear();
      for (const auto& [bound, row] : histogram.bounds)
        if (has_value(frame.row(row)[i])) buckets.push_back({bound, frame.row(row)[i]});
      values[i] = buckets.empty() ? no_value() : bucket_quantile(q[i], buckets);
    }
    budget_.work(histogram.bounds.size() * steps.count);
    out.add_if_any(histogram.labels, values);
  }
  join_same_labels(out, Joining::kByStep, budget_);
  return out;
}

}  // namespace incident::promql
