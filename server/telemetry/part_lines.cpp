#include "telemetry/part_lines.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/part_names.h"

namespace incident::telemetry {
namespace {

using sim::PartEvent;
using sim::PartKind;

// Add a row for each new event that nobody else writes about.
constexpr std::span<const PartLine> kLines;

std::string fixed(double value, int digits) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

}  // namespace

std::span<const PartLine> part_lines() {
  return kLines;
}

const PartLine* find_part_line(PartEvent event) {
  const auto found =
      std::find_if(kLines.begin(), kLines.end(), [&](const PartLine& line) { return line.event == event; });
  return found == kLines.end() ? nullptr : &*found;
}

std::string part_words(const Names& names, const PodName& pod, const PartLine& line, std::uint32_t other,
                       std::int64_t value) {
  std::string text;
  std::string_view rest = line.words;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    const std::string_view key = rest.substr(open + 1, close - open - 1);
    text += rest.substr(0, open);
    rest.remove_prefix(close + 1);
    if (key == "pod") {
      text += pod.name;
    } else if (key == "service") {
      text += names.service(pod.service).name;
    } else if (key == "other") {
      text += sim::part_name(names.model(), line.other, other);
    } else if (key == "seconds") {
      text += fixed(static_cast<double>(value) / 1e6, 1);
    } else if (key == "ms") {
      text += std::to_string((value + 500) / 1000);
    } else if (key == "mib") {
      text += std::to_string(value >> 20);
    } else {
      text += std::to_string(value);
    }
  }
  text += rest;
  return text;
}

}  // namespace incident::telemetry
