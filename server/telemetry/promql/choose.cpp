#include "promql/choose.h"

#include <algorithm>
#include <cmath>

#include "promql/number.h"

namespace incident::promql {

namespace {

struct Candidate {
  double value;
  std::size_t row;
};

// The k best so far, the worst of them on top. This is Go's container/heap and not std's: which of equal
// values stays depends on the heap's moves, and dashboards should show the same series as Prometheus does.
class BestHeap {
 public:
  explicit BestHeap(bool top) : top_(top) {}

  void clear() { items_.clear(); }
  std::size_t size() const { return items_.size(); }

  void push(Candidate c) {
    items_.push_back(c);
    for (std::size_t j = items_.size() - 1; j > 0;) {
      const std::size_t parent = (j - 1) / 2;
      if (!worse(j, parent)) break;
      std::swap(items_[j], items_[parent]);
      j = parent;
    }
  }

  void offer(Candidate c) {
    const double worst = items_.front().value;
    const bool better = top_ ? worst < c.value : worst > c.value;
    if (!better && !(std::isnan(worst) && !std::isnan(c.value))) return;
    pop();
    push(c);
  }

  std::vector<Candidate> best_first() {
    std::stable_sort(items_.begin(), items_.end(), [this](const Candidate& a, const Candidate& b) {
      if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
      return top_ ? a.value > b.value : a.value < b.value;
    });
    return items_;
  }

 private:
  void pop() {
    std::swap(items_.front(), items_.back());
    items_.pop_back();
    for (std::size_t i = 0; 2 * i + 1 < items_.size();) {
      std::size_t child = 2 * i + 1;
      if (child + 1 < items_.size() && worse(child + 1, child)) ++child;
      if (!worse(child, i)) break;
      std::swap(items_[i], items_[child]);
      i = child;
    }
  }

  bool worse(std::size_t a, std::size_t b) const {
    if (std::isnan(items_[a].value)) return true;
    return top_ ? items_[a].value < items_[b].value : items_[a].value > items_[b].value;
  }

  bool top_;
  std::vector<Candidate> items_;
};

// How many elements k asks for, as Prometheus reads a float.
std::size_t element_count(double k) {
  if (std::isnan(k) || k >= 9223372036854775807.0 || k <= -9223372036854775808.0)
    fault("Scalar value " + format_literal(k) + " overflows int64");
  return k < 1 ? 0 : static_cast<std::size_t>(k);
}

}  // namespace

Frame choose(AggregateOp op, const Frame& frame, const std::vector<RowGroup>& groups,
             const std::vector<double>& k, Budget& budget) {
  const std::size_t steps = frame.steps();
  std::vector<std::vector<double>> kept(steps > 1 ? frame.size() : 0);
  Frame out(steps, budget);
  BestHeap heap(op != AggregateOp::kBottomk);
  for (const RowGroup& group : groups) {
    for (std::size_t i = 0; i < steps; ++i) {
      const std::size_t wanted = element_count(k[i]);
      heap.clear();
      if (wanted == 0) continue;
      for (const std::size_t row : group.rows) {
        const double v = frame.row(row)[i];
        if (!has_value(v)) continue;
        if (heap.size() < wanted)
          heap.push({v, row});
        else if (op != AggregateOp::kLimitk)
          heap.offer({v, row});
      }
      for (const Candidate& c : heap.best_first()) {
        if (steps == 1) {
          *out.add(frame.labels_ptr(c.row)) = c.value;
          continue;
        }
        if (kept[c.row].empty()) kept[c.row].assign(steps, no_value());
        kept[c.row][i] = c.value;
      }
    }
    budget.work(group.rows.size() * steps);
  }
  for (std::size_t row = 0; row < kept.size(); ++row)
    if (!kept[row].empty()) out.add_if_any(frame.labels_ptr(row), kept[row]);
  return out;
}

}  // namespace incident::promql
