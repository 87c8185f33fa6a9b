#include "telemetry/label_table.h"

namespace incident::telemetry {

std::uint32_t LabelTable::number_of(std::string_view text) {
  if (const auto it = numbers_.find(text); it != numbers_.end()) return it->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(std::make_shared<const std::string>(text));
  numbers_.emplace(*texts_.back(), number);
  return number;
}

std::uint32_t LabelTable::pack(const promql::Labels& labels) {
  const auto at = static_cast<std::uint32_t>(words_.size());
  words_.push_back(static_cast<std::uint32_t>(labels.size()));
  for (const promql::Label& label : labels) {
    words_.push_back(number_of(label.name));
    words_.push_back(number_of(label.value));
  }
  return at;
}

promql::LabelsPtr LabelTable::unpack(std::uint32_t at) const {
  std::vector<promql::Label> labels;
  const std::uint32_t count = words_[at];
  labels.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    labels.push_back({*texts_[words_[at + 1 + 2 * i]], *texts_[words_[at + 2 + 2 * i]]});
  }
  return std::make_shared<const promql::Labels>(promql::Labels::from(std::move(labels)));
}

std::size_t LabelTable::memory_bytes() const {
  std::size_t bytes = words_.capacity() * sizeof(std::uint32_t) + texts_.capacity() * sizeof(Text);
  for (const Text& text : texts_)
    bytes += 16 + sizeof(std::string) + (text->size() > 15 ? text->size() + 1 : 0) + 64;
  return bytes;
}

}  // namespace incident::telemetry
