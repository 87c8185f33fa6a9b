// Labels of series that have ended for good, packed: names and values are numbers in one table of texts. A
// pod that left has a hundred series which are seldom asked for; packed they take a fifth of the memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/labels.h"

namespace incident::telemetry {

class LabelTable {
 public:
  std::uint32_t pack(const promql::Labels& labels);  // where they are now
  promql::LabelsPtr unpack(std::uint32_t at) const;
  std::size_t memory_bytes() const;

 private:
  using Text = std::shared_ptr<const std::string>;

  std::uint32_t number_of(std::string_view text);

  std::vector<std::uint32_t> words_;  // for each: how many labels, then name and value of each
  std::vector<Text> texts_;
  std::map<std::string_view, std::uint32_t> numbers_;  // keys are views of texts_
};

}  // namespace incident::telemetry
