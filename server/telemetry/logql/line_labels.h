// The labels of one line on its way through a pipeline: those of its stream, and what stages add, change and
// take away. Used again for line after line; one thread only.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <vector>

#include "logql/limits.h"
#include "logql/source.h"

namespace incident::logql {

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetails = "__error_details__";
inline constexpr std::string_view kExtracted = "_extracted";

inline constexpr std::string_view kJsonError = "JSONParserErr";
inline constexpr std::string_view kLogfmtError = "LogfmtParserErr";
inline constexpr std::string_view kSampleError = "SampleExtractionErr";
inline constexpr std::string_view kFilterError = "LabelFilterErr";
inline constexpr std::string_view kTemplateError = "TemplateFormatErr";

class LineLabels {
 public:
  // Begins a line of this stream.
  void reset(const LabelsPtr& stream) {
    stream_ = &stream;
    changed_.clear();
  }

  // Empty when there is none.
  std::string_view get(std::string_view name) const {
    for (const Label& label : changed_) {
      if (label.name == name) return label.value;
    }
    return (*stream_)->get(name);
  }
  bool has(std::string_view name) const { return !get(name).empty(); }
  // An empty value takes the label away.
  void set(std::string_view name, std::string_view value) {
    for (Label& label : changed_) {
      if (label.name != name) continue;
      label.value = value;
      return;
    }
    if (value.empty() && !(*stream_)->has(name)) return;
    changed_.push_back({std::string(name), std::string(value)});
  }
  void erase(std::string_view name) { set(name, {}); }
  // What a parser found: never instead of a stream's own label, and no more than kLabelsMax of them.
  void extract(std::string_view name, std::string_view value) {
    if (changed_.size() >= limits::kLabelsMax) return;
    if ((*stream_)->has(name)) return set(std::string(name) + std::string(kExtracted), value);
    set(name, value);
  }

  // The first error of a line is the one that it keeps.
  bool failed() const { return has(kErrorLabel); }
  void fail(std::string_view error, std::string_view details) {
    if (failed()) return;
    set(kErrorLabel, error);
    set(kErrorDetails, details);
  }

  // Calls take(name, value) for each label, in no order.
  template <class Take>
  void each(Take take) const {
    for (const Label& label : **stream_) {
      if (find(label.name) == nullptr) take(label.name, label.value);
    }
    for (const Label& label : changed_) {
      if (!label.value.empty()) take(label.name, label.value);
    }
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    each([&](const std::string& name, const std::string&) { out.push_back(name); });
    return out;
  }
  bool unchanged() const { return changed_.empty(); }
  const LabelsPtr& stream() const { return *stream_; }
  Labels labels() const {
    std::vector<Label> out;
    each([&](const std::string& name, const std::string& value) { out.push_back({name, value}); });
    return Labels::from(std::move(out));
  }

 private:
  const Label* find(std::string_view name) const {
    for (const Label& label : changed_) {
      if (label.name == name) return &label;
    }
    return nullptr;
  }

  const LabelsPtr* stream_ = nullptr;
  std::vector<Label> changed_;  // an empty value: taken away
};

// A name of letters, digits and '_' out of any text: "user-agent" becomes "user_agent". One that begins a
// label's name does not begin with a digit.
std::string label_name_from(std::string_view text, bool begins = true);

}  // namespace incident::logql
