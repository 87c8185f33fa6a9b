#include "promql/frame.h"

#include <unordered_map>

namespace incident::promql {

namespace {

struct PointedHash {
  std::size_t operator()(const Labels* labels) const { return static_cast<std::size_t>(labels->hash()); }
};
struct PointedEqual {
  bool operator()(const Labels* a, const Labels* b) const { return *a == *b; }
};

}  // namespace

void Frame::reserve(std::size_t rows) {
  if (rows <= capacity_) return;
  capacity_ = std::max(rows, capacity_ * 2);
  std::unique_ptr<double[]> larger(
      new double[capacity_ * steps_]);  // not filled: each row is when it is added
  std::copy(points_.get(), points_.get() + labels_.size() * steps_, larger.get());
  points_ = std::move(larger);
}

double* Frame::append(LabelsPtr labels) {
  hold_.take(steps_);
  reserve(labels_.size() + 1);
  labels_.push_back(std::move(labels));
  return row(labels_.size() - 1);
}

void Frame::open_places(std::size_t rows) {
  hold_.take(rows * steps_);
  reserve(rows);
  labels_.resize(rows);
}

void Frame::close_places() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] == nullptr) continue;
    if (kept != i) {
      std::copy(row(i), row(i) + steps_, row(kept));
      labels_[kept] = std::move(labels_[i]);
    }
    ++kept;
  }
  hold_.give((labels_.size() - kept) * steps_);
  labels_.resize(kept);
}

void join_same_labels(Frame& frame, Joining joining, Budget& budget) {
  if (frame.size() < 2) return;
  std::unordered_map<const Labels*, std::size_t, PointedHash, PointedEqual> first;
  first.reserve(frame.size());
  std::vector<std::size_t> target(frame.size());
  bool repeated = false;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    target[i] = first.emplace(&frame.labels(i), i).first->second;
    repeated |= target[i] != i;
  }
  if (!repeated) return;
  const auto used = [&frame](std::size_t row) {
    return std::any_of(frame.row(row), frame.row(row) + frame.steps(), has_value);
  };
  if (joining == Joining::kStrict) {
    for (std::size_t i = 0; i < frame.size(); ++i)
      if (target[i] != i && used(i) && used(target[i])) fault(kSameLabelset);
  }
  Frame joined(frame.steps(), budget);
  std::vector<std::size_t> place(frame.size());
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const double* from = frame.row(i);
    if (target[i] == i) {
      place[i] = joined.size();
      std::copy(from, from + frame.steps(), joined.add(frame.labels_ptr(i)));
      continue;
    }
    double* to = joined.row(place[target[i]]);
    for (std::size_t s = 0; s < frame.steps(); ++s) {
      if (!has_value(from[s])) continue;
      if (has_value(to[s])) fault(kSameLabelset);
      to[s] = from[s];
    }
  }
  frame = std::move(joined);
}

void drop_names(Frame& frame, Joining joining, Budget& budget) {
  if (frame.empty() || frame.nameless()) return;
  // Rows differ by their labels. As long as they all have the same name they differ without it too.
  const std::string_view name = frame.labels(0).metric_name();
  bool same = true;
  for (std::size_t i = 1; i < frame.size() && same; ++i) same = frame.labels(i).metric_name() == name;
  frame.set_nameless(true);
  if (same) return;
  settle_names(frame);
  join_same_labels(frame, joining, budget);
}

void settle_names(Frame& frame) {
  if (!frame.nameless()) return;
  frame.set_nameless(false);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (!frame.labels(i).has(kMetricName)) continue;
    auto labels = std::make_shared<Labels>(frame.labels(i));
    labels->erase(kMetricName);
    frame.set_labels(i, std::move(labels));
  }
}

}  // namespace incident::promql
