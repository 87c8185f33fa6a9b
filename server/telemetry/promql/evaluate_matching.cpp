// Vector matching: which series of one side meet which of the other, found once for all steps.
#include <algorithm>
#include <unordered_map>

#include "promql/evaluator.h"
#include "promql/operators.h"

namespace incident::promql {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Labels matched_labels(const Labels& labels, const Matching& matching) {
  std::vector<Label> kept;
  for (const Label& label : labels) {
    const bool named = contains(matching.labels, label.name);
    if (matching.on ? named : !named && label.name != kMetricName) kept.push_back(label);
  }
  return Labels::from(std::move(kept));
}

// The rows of both sides that have the same matching labels.
struct Group {
  std::vector<std::size_t> left;
  std::vector<std::size_t> right;
};

struct Groups {
  std::vector<Group> groups;
  std::vector<std::size_t> of_left;
  std::vector<std::size_t> of_right;
};

Groups find_groups(const Frame& lhs, const Frame& rhs, const Matching& matching) {
  Groups out;
  std::unordered_map<Labels, std::size_t, LabelsHash> index;
  const auto group_of = [&](const Labels& labels) {
    const auto [it, added] = index.emplace(matched_labels(labels, matching), out.groups.size());
    if (added) out.groups.emplace_back();
    return it->second;
  };
  for (std::size_t i = 0; i < lhs.size(); ++i) {
    out.of_left.push_back(group_of(lhs.labels(i)));
    out.groups[out.of_left.back()].left.push_back(i);
  }
  for (std::size_t i = 0; i < rhs.size(); ++i) {
    out.of_right.push_back(group_of(rhs.labels(i)));
    out.groups[out.of_right.back()].right.push_back(i);
  }
  return out;
}

// Per step, whether any of the rows has a value.
std::vector<char> any_value(const Frame& frame, const std::vector<std::size_t>& rows) {
  std::vector<char> any(frame.steps(), 0);
  for (const std::size_t row : rows)
    for (std::size_t i = 0; i < frame.steps(); ++i) any[i] |= static_cast<char>(has_value(frame.row(row)[i]));
  return any;
}

bool side_is_empty_at(const Frame& frame, std::size_t step) {
  for (std::size_t row = 0; row < frame.size(); ++row)
    if (has_value(frame.row(row)[step])) return false;
  return true;
}

// Vector matching of arithmetic and comparisons. "Many" is the side that may have several series a group; in
// a one-to-one match it is the left.
class VectorMatch {
 public:
  VectorMatch(const Expr& expr, const Frame& lhs, const Frame& rhs, Budget& budget)
      : expr_(expr),
        matching_(expr.matching),
        swapped_(expr.matching.cardinality == Cardinality::kOneToMany),
        many_(swapped_ ? rhs : lhs),
        one_(swapped_ ? lhs : rhs),
        budget_(budget),
        out_(lhs.steps(), budget) {}

  Frame run() {
    const Groups found = find_groups(many_, one_, matching_);
    for (const Group& group : found.groups) {
      if (group.right.size() > 1) check_one_side(group);
      if (group.left.empty() || group.right.empty()) continue;
      const bool plain = group.right.size() == 1 &&
                         (group.left.size() == 1 || matching_.cardinality != Cardinality::kOneToOne);
      if (plain)
        for (const std::size_t row : group.left) whole_row(row, group.right[0]);
      else
        by_step(group);
      groups_of_rows_.resize(out_.size(), groups_seen_);
      ++groups_seen_;
      budget_.work((group.left.size() + group.right.size()) * out_.steps());
    }
    join();
    return std::move(out_);
  }

 private:
  bool combine(double many, double one, double& value) const {
    const Outcome outcome = swapped_ ? apply(expr_.op, one, many) : apply(expr_.op, many, one);
    if (expr_.returns_bool) {
      value = outcome.kept ? 1 : 0;
      return true;
    }
    value = outcome.value;
    return outcome.kept;
  }

  LabelsPtr result_labels(const Labels& many, const Labels& one) const {
    if (matching_.cardinality == Cardinality::kOneToOne && matching_.on) {
      auto labels = std::make_shared<Labels>(matched_labels(many, matching_));
      if (drops_name(expr_.op) || expr_.returns_bool) labels->erase(kMetricName);
      return labels;
    }
    auto labels = std::make_shared<Labels>(many);
    if (drops_name(expr_.op) || expr_.returns_bool) labels->erase(kMetricName);
    if (matching_.cardinality == Cardinality::kOneToOne)
      for (const std::string& name : matching_.labels) labels->erase(name);
    for (const std::string& name : matching_.include) labels->set(name, one.get(name));
    return labels;
  }

  void check_one_side(const Group& group) const {
    for (std::size_t i = 0; i < out_.steps(); ++i) {
      const std::size_t* first = nullptr;
      for (const std::size_t& row : group.right) {
        if (!has_value(one_.row(row)[i])) continue;
        if (first == nullptr) {
          first = &row;
          continue;
        }
        if (side_is_empty_at(many_, i)) break;
        const Labels& labels = one_.labels(row);
        fault("found duplicate series for the match group " + matched_labels(labels, matching_).to_string() +
              " on the " + (swapped_ ? "left" : "right") + " hand-side of the operation: [" +
              labels.to_string_with_name() + ", " + one_.labels(*first).to_string_with_name() +
              "];many-to-many matching not allowed: matching labels must be unique on one side");
      }
    }
  }

  void whole_row(std::size_t many_row, std::size_t one_row) {
    const double* many = many_.row(many_row);
    const double* one = one_.row(one_row);
    scratch_.assign(out_.steps(), no_value());
    for (std::size_t i = 0; i < out_.steps(); ++i) {
      double value = 0;
      if (has_value(many[i]) && has_value(one[i]) && combine(many[i], one[i], value)) scratch_[i] = value;
    }
    if (std::any_of(scratch_.begin(), scratch_.end(), has_value))
      out_.add_if_any(result_labels(many_.labels(many_row), one_.labels(one_row)), scratch_);
  }

  void by_step(const Group& group) {
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    Hold hold(budget_);
    hold.take(group.left.size() * group.right.size());
    std::vector<std::size_t> rows(group.left.size() * group.right.size(), kNone);
    for (std::size_t i = 0; i < out_.steps(); ++i) {
      std::size_t right = kNone;
      for (std::size_t r = 0; r < group.right.size(); ++r)
        if (has_value(one_.row(group.right[r])[i])) right = r;
      if (right == kNone) continue;
      bool matched = false;
      for (std::size_t l = 0; l < group.left.size(); ++l) {
        const double many = many_.row(group.left[l])[i];
        double value = 0;
        if (!has_value(many) || !combine(many, one_.row(group.right[right])[i], value)) continue;
        if (matched && matching_.cardinality == Cardinality::kOneToOne)
          fault(
              "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
        matched = true;
        std::size_t& row = rows[l * group.right.size() + right];
        if (row == kNone) {
          row = out_.size();
          out_.add(result_labels(many_.labels(group.left[l]), one_.labels(group.right[right])));
        }
        out_.row(row)[i] = value;
      }
    }
  }

  // Results that have the same labels. Within one group the cause is known, and so is the cure.
  void join() {
    if (matching_.cardinality != Cardinality::kOneToOne) {
      std::unordered_map<Labels, std::vector<std::size_t>, LabelsHash> rows;
      for (std::size_t i = 0; i < out_.size(); ++i) {
        std::vector<std::size_t>& same = rows[out_.labels(i)];
        for (const std::size_t other : same)
          if (groups_of_rows_[other] == groups_of_rows_[i] && overlap(other, i))
            fault("multiple matches for labels: grouping labels must ensure unique matches");
        same.push_back(i);
      }
    }
    join_same_labels(out_, Joining::kByStep, budget_);
  }

  bool overlap(std::size_t a, std::size_t b) const {
    for (std::size_t i = 0; i < out_.steps(); ++i)
      if (has_value(out_.row(a)[i]) && has_value(out_.row(b)[i])) return true;
    return false;
  }

  const Expr& expr_;
  const Matching& matching_;
  bool swapped_;
  const Frame& many_;
  const Frame& one_;
  Budget& budget_;
  Frame out_;
  std::vector<double> scratch_;
  std::vector<std::size_t> groups_of_rows_;
  std::size_t groups_seen_ = 0;
};

}  // namespace

Frame Evaluator::vector_vector(const Expr& expr, const Frame& lhs, const Frame& rhs) {
  return VectorMatch(expr, lhs, rhs, budget_).run();
}

Frame Evaluator::set_operation(const Expr& expr, Frame lhs, Frame rhs) {
  const std::size_t steps = lhs.steps();
  const Groups found = find_groups(lhs, rhs, expr.matching);
  const bool keeps_right = expr.op == BinaryOp::kOr;
  // Where the other side of each group has a value.
  std::vector<std::vector<char>> other(found.groups.size());
  for (std::size_t g = 0; g < found.groups.size(); ++g)
    other[g] = keeps_right ? any_value(lhs, found.groups[g].left) : any_value(rhs, found.groups[g].right);

  const auto mask = [&](Frame& frame, std::size_t row, const std::vector<char>& seen, bool wanted) {
    double* values = frame.row(row);
    for (std::size_t i = 0; i < steps; ++i)
      if ((seen[i] != 0) != wanted) values[i] = no_value();
  };
  Frame out(steps, budget_);
  for (std::size_t row = 0; row < lhs.size(); ++row) {
    if (!keeps_right) mask(lhs, row, other[found.of_left[row]], expr.op == BinaryOp::kAnd);
    out.add_if_any(lhs.labels_ptr(row), {lhs.row(row), steps});
  }
  if (!keeps_right) return out;
  for (std::size_t row = 0; row < rhs.size(); ++row) {
    mask(rhs, row, other[found.of_right[row]], false);
    out.add_if_any(rhs.labels_ptr(row), {rhs.row(row), steps});
  }
  join_same_labels(out, Joining::kByStep, budget_);
  return out;
}

}  // namespace incident::promql
