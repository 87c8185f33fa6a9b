// An instant vector at every step of a query at once: one row a series, one column a step. Evaluating whole
// rows means that a series is selected, matched and labelled once for a query, not once for a step.
// A place without a value holds the stale marker, which no selector lets through and no arithmetic yields.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "promql/budget.h"
#include "promql/queryable.h"

namespace incident::promql {

struct StepRange {
  std::int64_t start_ms = 0;
  std::int64_t step_ms = 1;
  std::size_t count = 1;

  std::int64_t at(std::size_t i) const { return start_ms + step_ms * static_cast<std::int64_t>(i); }
  std::int64_t end_ms() const { return at(count == 0 ? 0 : count - 1); }
};

inline double no_value() {
  return stale_marker();
}
inline bool has_value(double v) {
  return !is_stale(v);
}

class Frame {
 public:
  Frame(std::size_t steps, Budget& budget) : steps_(steps), hold_(budget) {}
  Frame(Frame&&) noexcept = default;
  Frame& operator=(Frame&&) noexcept = default;

  std::size_t steps() const { return steps_; }
  std::size_t size() const { return labels_.size(); }
  bool empty() const { return labels_.empty(); }
  const Labels& labels(std::size_t row) const { return *labels_[row]; }
  const LabelsPtr& labels_ptr(std::size_t row) const { return labels_[row]; }
  void set_labels(std::size_t row, LabelsPtr labels) { labels_[row] = std::move(labels); }
  double* row(std::size_t i) { return points_.get() + i * steps_; }
  const double* row(std::size_t i) const { return points_.get() + i * steps_; }

  // A new row without values. Moves the others: pointers from row() do not outlive this.
  double* add(LabelsPtr labels) {
    double* values = append(std::move(labels));
    std::fill(values, values + steps_, no_value());
    return values;
  }
  // A copy of `values`, unless there is none in it.
  void add_if_any(LabelsPtr labels, std::span<const double> values) {
    if (std::any_of(values.begin(), values.end(), has_value))
      std::copy(values.begin(), values.end(), append(std::move(labels)));
  }

  // Places for rows that are filled in any order. What row() shows is nobody's until it is written, and a row
  // that is not given labels is gone after close_places().
  void open_places(std::size_t rows);
  void close_places();

  // Whether rows are to be read as if their labels had no metric name, which no row needs a copy for. Only
  // those who ask for a nameless frame get one (Evaluator::vector_nameless).
  bool nameless() const { return nameless_; }
  void set_nameless(bool nameless) { nameless_ = nameless; }

 private:
  double* append(LabelsPtr labels);
  void reserve(std::size_t rows);

  std::size_t steps_;
  Hold hold_;
  bool nameless_ = false;
  std::size_t capacity_ = 0;  // rows
  std::vector<LabelsPtr> labels_;
  std::unique_ptr<double[]> points_;
};

// Rows that have come to have the same labels become one series. Two values of it at one step are an error;
// kStrict makes an error of any two rows that have a value at all, as Prometheus does after some functions.
enum class Joining { kByStep, kStrict };
void join_same_labels(Frame& frame, Joining joining, Budget& budget);
// All rows without their metric name, joined. The frame may be nameless after that.
void drop_names(Frame& frame, Joining joining, Budget& budget);
// The rows' own labels without their names, where the frame was nameless.
void settle_names(Frame& frame);

inline constexpr const char* kSameLabelset = "vector cannot contain metrics with the same labelset";

}  // namespace incident::promql
