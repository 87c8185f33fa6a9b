#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "promql/evaluator.h"
#include "promql/number.h"
#include "promql/quantile.h"
#include "promql/summation.h"

namespace incident::promql {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Labels group_labels(const Expr& expr, const Labels& labels) {
  std::vector<Label> kept;
  for (const Label& label : labels) {
    const bool named = contains(expr.grouping, label.name);
    if (expr.without ? !named && label.name != kMetricName : named) kept.push_back(label);
  }
  return Labels::from(std::move(kept));
}

struct Group {
  LabelsPtr labels;
  std::vector<std::size_t> rows;
};

std::vector<Group> find_groups(const Expr& expr, const Frame& frame) {
  std::vector<Group> groups;
  std::unordered_map<Labels, std::size_t, LabelsHash> index;
  for (std::size_t row = 0; row < frame.size(); ++row) {
    Labels labels = group_labels(expr, frame.labels(row));
    const auto [it, added] = index.emplace(labels, groups.size());
    if (added) groups.push_back({std::make_shared<Labels>(std::move(labels)), {}});
    groups[it->second].rows.push_back(row);
  }
  return groups;
}

// One running value a step; State has add(v) and value().
template <class State>
void accumulate(const Frame& frame, const Group& group, std::vector<double>& out) {
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

void summarize(AggregateOp op, const Frame& frame, const Group& group, std::vector<double>& out) {
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

Frame quantiles(const Frame& frame, const std::vector<Group>& groups, const std::vector<double>& q,
                Budget& budget) {
  Frame out(frame.steps(), budget);
  std::vector<double> values;
  for (const Group& group : groups) {
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

// How many elements k asks for, as Prometheus reads a float.
std::size_t element_count(double k) {
  if (std::isnan(k) || k >= 9223372036854775807.0 || k <= -9223372036854775808.0)
    fault("Scalar value " + format_literal(k) + " overflows int64");
  return k < 1 ? 0 : static_cast<std::size_t>(k);
}

// topk, bottomk and limitk: the rows of each group that stay, step by step, best first.
class Chooser {
 public:
  Chooser(const Expr& expr, const Frame& frame, Budget& budget)
      : op_(expr.aggregate), frame_(frame), budget_(budget) {}

  Frame run(const std::vector<Group>& groups, const std::vector<double>& k) {
    const std::size_t steps = frame_.steps();
    std::vector<std::vector<double>> kept(steps > 1 ? frame_.size() : 0);
    Frame out(steps, budget_);
    for (const Group& group : groups) {
      for (std::size_t i = 0; i < steps; ++i) {
        choose(group, i, element_count(k[i]));
        for (const std::size_t row : chosen_) {
          if (steps == 1) {  // an instant answer comes in the order of the values
            *out.add(frame_.labels_ptr(row)) = frame_.row(row)[0];
            continue;
          }
          if (kept[row].empty()) kept[row].assign(steps, no_value());
          kept[row][i] = frame_.row(row)[i];
        }
      }
      budget_.work(group.rows.size() * steps);
    }
    for (std::size_t row = 0; row < kept.size(); ++row)
      if (!kept[row].empty()) out.add_if_any(frame_.labels_ptr(row), kept[row]);
    return out;
  }

 private:
  void choose(const Group& group, std::size_t step, std::size_t k) {
    chosen_.clear();
    if (k == 0) return;
    for (const std::size_t row : group.rows)
      if (has_value(frame_.row(row)[step])) chosen_.push_back(row);
    if (op_ != AggregateOp::kLimitk) {
      const bool top = op_ == AggregateOp::kTopk;
      // NaN is worst both ways; of equals the first stays.
      const auto better = [&](std::size_t a, std::size_t b) {
        const double x = frame_.row(a)[step];
        const double y = frame_.row(b)[step];
        if (std::isnan(x) || std::isnan(y)) return std::isnan(x) == std::isnan(y) ? a < b : std::isnan(y);
        if (x != y) return top ? x > y : x < y;
        return a < b;
      };
      const auto middle = chosen_.begin() + static_cast<std::ptrdiff_t>(std::min(k, chosen_.size()));
      std::partial_sort(chosen_.begin(), middle, chosen_.end(), better);
    }
    if (chosen_.size() > k) chosen_.resize(k);
  }

  AggregateOp op_;
  const Frame& frame_;
  Budget& budget_;
  std::vector<std::size_t> chosen_;
};

Frame count_values(const Expr& expr, const Frame& frame, Budget& budget) {
  const std::string& label = unwrap(*expr.args[1]).text;
  if (!is_label_name(label)) fault("invalid label name " + quote(label));
  Expr grouping;  // the same grouping, and by the new label too
  grouping.without = expr.without;
  grouping.grouping = expr.grouping;
  if (!expr.without) grouping.grouping.push_back(label);
  std::map<Labels, std::vector<double>> counts;
  for (std::size_t row = 0; row < frame.size(); ++row) {
    Labels labels = frame.labels(row);
    std::unordered_map<std::uint64_t, std::vector<double>*> known;  // by the value's bits
    for (std::size_t i = 0; i < frame.steps(); ++i) {
      const double v = frame.row(row)[i];
      if (!has_value(v)) continue;
      std::vector<double>*& target = known[std::bit_cast<std::uint64_t>(v)];
      if (target == nullptr) {
        labels.set(label, format_fixed(v));
        target = &counts[group_labels(grouping, labels)];
        if (target->empty()) target->assign(frame.steps(), no_value());
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
  const Frame frame = vector(*expr.args[0], steps);
  if (expr.aggregate == AggregateOp::kCountValues) return count_values(expr, frame, budget_);
  std::vector<double> parameter;
  if (has_parameter(expr.aggregate)) parameter = scalar(*expr.args[1], steps);
  if (expr.aggregate == AggregateOp::kLimitRatio) return limit_ratio(frame, parameter, budget_);

  const std::vector<Group> groups = find_groups(expr, frame);
  switch (expr.aggregate) {
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
      return Chooser(expr, frame, budget_).run(groups, parameter);
    case AggregateOp::kQuantile:
      return quantiles(frame, groups, parameter, budget_);
    default:
      break;
  }
  Frame out(steps.count, budget_);
  std::vector<double> values(steps.count);
  for (const Group& group : groups) {
    summarize(expr.aggregate, frame, group, values);
    budget_.work(group.rows.size() * steps.count);
    out.add_if_any(group.labels, values);
  }
  return out;
}

}  // namespace incident::promql
