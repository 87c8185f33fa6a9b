#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "promql/choose.h"
#include "promql/evaluator.h"
#include "promql/number.h"
#include "promql/quantile.h"
#include "promql/summation.h"

namespace incident::promql {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Whether the answer's labels are those of the rows, and not only of their groups.
bool keeps_rows(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk ||
         op == AggregateOp::kLimitRatio || op == AggregateOp::kCountValues;
}

// Which labels of a row count for its group. Nothing is copied: a row's label set is as good as another's
// when the labels that count are the same.
class Grouping {
 public:
  Grouping(const Expr& expr, bool nameless)
      : names_(expr.grouping), without_(expr.without), nameless_(nameless) {}

  bool counts(const Label& label) const {
    const bool named = contains(names_, label.name);
    if (without_) return !named && label.name != kMetricName;
    return named && !(nameless_ && label.name == kMetricName);
  }
  std::uint64_t hash(const Labels& labels) const {
    std::uint64_t hash = 0;
    for (const Label& label : labels) {
      if (!counts(label)) continue;
      hash = (hash ^ std::hash<std::string>()(label.name)) * 0x9e3779b97f4a7c15;
      hash = (hash ^ (hash >> 32) ^ std::hash<std::string>()(label.value)) * 0xff51afd7ed558ccd;
    }
    return hash ^ (hash >> 29);
  }
  // `group` has nothing but labels that count.
  bool same(const Labels& labels, const Labels& group) const {
    auto in_group = group.begin();
    for (const Label& label : labels) {
      if (!counts(label)) continue;
      if (in_group == group.end() || *in_group != label) return false;
      ++in_group;
    }
    return in_group == group.end();
  }
  Labels of(const Labels& labels) const {
    std::vector<Label> kept;
    for (const Label& label : labels)
      if (counts(label)) kept.push_back(label);
    return Labels::from(std::move(kept));
  }

 private:
  const std::vector<std::string>& names_;
  bool without_;
  bool nameless_;
};

// In the order in which the groups are met.
std::vector<RowGroup> find_groups(const Expr& expr, const Frame& frame) {
  const Grouping grouping(expr, frame.nameless());
  std::vector<RowGroup> groups;
  std::unordered_multimap<std::uint64_t, std::size_t> index;
  for (std::size_t row = 0; row < frame.size(); ++row) {
    const Labels& labels = frame.labels(row);
    const std::uint64_t hash = grouping.hash(labels);
    auto [at, end] = index.equal_range(hash);
    while (at != end && !grouping.same(labels, *groups[at->second].labels)) ++at;
    if (at == end) {
      at = index.emplace(hash, groups.size());
      groups.push_back({std::make_shared<Labels>(grouping.of(labels)), {}});
    }
    groups[at->second].rows.push_back(row);
  }
  return groups;
}

// One running value a step; State has add(v) and value().
template <class State>
void accumulate(const Frame& frame, const RowGroup& group, std::vector<double>& out) {
  std::vector<State> states(frame.steps());
  std::vector<char> any(frame.steps(), 0);
  for (const std::size_t row : group.rows) {
    const double* values = frame.row(row);
    for (std::size_t i = 0; i < frame.steps(); ++i) {
      if (!has_value(values[i])) continue;
      any[i] = 1;
      states[i].add(values[i]);
    }
  }
  for (std::size_t i = 0; i < frame.steps(); ++i) out[i] = any[i] != 0 ? states[i].value() : no_value();
}

struct Count {
  double n = 0;
  void add(double) { n += 1; }
  double value() const { return n; }
};
struct One {
  void add(double) {}
  double value() const { return 1; }
};
struct Least {
  double v = quiet_nan();
  void add(double x) {
    if (v > x || std::isnan(v)) v = x;
  }
  double value() const { return v; }
};
struct Greatest {
  double v = quiet_nan();
  void add(double x) {
    if (v < x || std::isnan(v)) v = x;
  }
  double value() const { return v; }
};
struct Variance : Spread {
  double value() const { return variance(); }
};
struct Deviation : Spread {
  double value() const { return deviation(); }
};

void summarize(AggregateOp op, const Frame& frame, const RowGroup& group, std::vector<double>& out) {
  switch (op) {
    case AggregateOp::kSum:
      return accumulate<KahanSum>(frame, group, out);
    case AggregateOp::kAvg:
      return accumulate<Mean>(frame, group, out);
    case AggregateOp::kCount:
      return accumulate<Count>(frame, group, out);
    case AggregateOp::kMin:
      return accumulate<Least>(frame, group, out);
    case AggregateOp::kMax:
      return accumulate<Greatest>(frame, group, out);
    case AggregateOp::kGroup:
      return accumulate<One>(frame, group, out);
    case AggregateOp::kStddev:
      return accumulate<Deviation>(frame, group, out);
    default:
      return accumulate<Variance>(frame, group, out);
  }
}

Frame quantiles(const Frame& frame, const std::vector<RowGroup>& groups, const std::vector<double>& q,
                Budget& budget) {
  Frame out(frame.steps(), budget);
  std::vector<double> values;
  for (const RowGroup& group : groups) {
    std::vector<double> result(frame.steps(), no_value());
    for (std::size_t i = 0; i < frame.steps(); ++i) {
      values.clear();
      for (const std::size_t row : group.rows)
        if (has_value(frame.row(row)[i])) values.push_back(frame.row(row)[i]);
      if (!values.empty()) result[i] = quantile(q[i], values);
    }
    budget.work(group.rows.size() * frame.steps());
    out.add_if_any(group.labels, result);
  }
  return out;
}

Frame count_values(const Expr& expr, const Frame& frame, Budget& budget) {
  const std::string& label = unwrap(*expr.args[1]).text;
  if (!is_label_name(label)) fault("invalid label name " + quote(label));
  Expr grouping;  // the same grouping, and by the new label too
  grouping.without = expr.without;
  grouping.grouping = expr.grouping;
  if (!expr.without) grouping.grouping.push_back(label);
  std::map<Labels, std::vector<double>> counts;
  Hold hold(budget);  // there may be as many values as samples
  for (std::size_t row = 0; row < frame.size(); ++row) {
    Labels labels = frame.labels(row);
    std::unordered_map<std::uint64_t, std::vector<double>*> known;  // by the value's bits
    for (std::size_t i = 0; i < frame.steps(); ++i) {
      const double v = frame.row(row)[i];
      if (!has_value(v)) continue;
      std::vector<double>*& target = known[std::bit_cast<std::uint64_t>(v)];
      if (target == nullptr) {
        labels.set(label, format_fixed(v));
        target = &counts[Grouping(grouping, false).of(labels)];
        if (target->empty()) {
          hold.take(frame.steps());
          target->assign(frame.steps(), no_value());
        }
      }
      double& count = (*target)[i];
      count = has_value(count) ? count + 1 : 1;
    }
    budget.work(frame.steps());
  }
  Frame out(frame.steps(), budget);
  for (const auto& [labels, values] : counts) out.add_if_any(std::make_shared<Labels>(labels), values);
  return out;
}

// A steady sample of the series: which ones stay is decided by their labels' hash alone.
Frame limit_ratio(const Frame& frame, const std::vector<double>& ratio, Budget& budget) {
  Frame out(frame.steps(), budget);
  std::vector<double> values(frame.steps());
  for (std::size_t row = 0; row < frame.size(); ++row) {
    const double place = static_cast<double>(frame.labels(row).hash() >> 11) * 0x1.0p-53;
    for (std::size_t i = 0; i < frame.steps(); ++i) {
      if (std::isnan(ratio[i])) fault("Ratio value is NaN");
      const double r = std::clamp(ratio[i], -1.0, 1.0);
      values[i] = (r >= 0 ? place < r : place >= 1 + r) ? frame.row(row)[i] : no_value();
    }
    out.add_if_any(frame.labels_ptr(row), values);
  }
  return out;
}

}  // namespace

Frame Evaluator::aggregate(const Expr& expr, const StepRange& steps) {
  Frame frame = vector_nameless(*expr.args[0], steps);
  if (keeps_rows(expr.aggregate)) settle_names(frame);
  if (expr.aggregate == AggregateOp::kCountValues) return count_values(expr, frame, budget_);
  std::vector<double> parameter;
  if (has_parameter(expr.aggregate)) parameter = scalar(*expr.args[1], steps);
  if (expr.aggregate == AggregateOp::kLimitRatio) return limit_ratio(frame, parameter, budget_);

  const std::vector<RowGroup> groups = find_groups(expr, frame);
  switch (expr.aggregate) {
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
      return choose(expr.aggregate, frame, groups, parameter, budget_);
    case AggregateOp::kQuantile:
      return quantiles(frame, groups, parameter, budget_);
    default:
      break;
  }
  Frame out(steps.count, budget_);
  std::vector<double> values(steps.count);
  for (const RowGroup& group : groups) {
    summarize(expr.aggregate, frame, group, values);
    budget_.work(group.rows.size() * steps.count);
    out.add_if_any(group.labels, values);
  }
  return out;
}

}  // namespace incident::promql
