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
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (!frame.labels(i).has(kMetricName)) continue;
    auto labels = std::make_shared<Labels>(frame.labels(i));
    labels->erase(kMetricName);
    frame.set_labels(i, std::move(labels));
  }
  join_same_labels(frame, joining, budget);
}

}  // namespace incident::promql
