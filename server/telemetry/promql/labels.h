// A series' identity: its label names and values, sorted by name, no name twice, no empty value. The metric's
// name is the label "__name__". Plain value; a const Labels may be read from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace incident::promql {

inline constexpr std::string_view kMetricName = "__name__";
inline constexpr std::string_view kBucketLabel = "le";

struct Label {
  std::string name;
  std::string value;

  auto operator<=>(const Label&) const = default;
  bool operator==(const Label&) const = default;
};

class Labels {
 public:
  Labels() = default;
  Labels(std::initializer_list<Label> labels);
  // Sorts; of two labels with one name the later stays; labels with an empty value are left out.
  static Labels from(std::vector<Label> labels);

  // The value of a label, empty when it is not there (PromQL makes no difference between the two).
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // Setting an empty value erases.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  std::string_view metric_name() const { return get(kMetricName); }

  std::size_t size() const { return labels_.size(); }
  bool empty() const { return labels_.empty(); }
  auto begin() const { return labels_.begin(); }
  auto end() const { return labels_.end(); }

  auto operator<=>(const Labels&) const = default;
  bool operator==(const Labels&) const = default;

  // XXH3 over the names and values; the same on every machine.
  std::uint64_t hash() const;
  // As Prometheus writes it: name{a="b", c="d"}, {} when there is nothing.
  std::string to_string() const;
  // The same with the name among the labels, as Prometheus' engine writes it in errors: {__name__="name",
  // a="b"}.
  std::string to_string_with_name() const;

 private:
  const Label* find(std::string_view name) const;

  std::vector<Label> labels_;  // sorted by name
};

using LabelsPtr = std::shared_ptr<const Labels>;

struct LabelsHash {
  std::size_t operator()(const Labels& labels) const { return static_cast<std::size_t>(labels.hash()); }
};

// A metric's name: letters, digits, '_' and ':', no digit first. A label's name: the same without ':'.
bool is_metric_name(std::string_view text);
bool is_label_name(std::string_view text);
// Text in double quotes with Go's escapes (strconv.Quote), as Prometheus prints label values.
std::string quote(std::string_view text);

}  // namespace incident::promql
