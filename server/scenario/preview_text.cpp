// A preview for the terminal: one row of block characters for each course.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "scenario/preview.h"

namespace incident::scenario {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::array<const char*, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double highest(const PreviewChart& chart) {
  double top = 0;
  for (const auto* values : {&chart.untouched, &chart.reference}) {
    for (const double v : *values) {
      if (std::isfinite(v)) top = std::max(top, v);
    }
  }
  return top > 0 ? top : 1;
}

// The mean of the points that fall into a column.
std::string row(const std::vector<double>& values, double top) {
  std::string out;
  const std::size_t columns = std::min(kColumns, values.size());
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0;
    int count = 0;
    for (std::size_t i = c * values.size() / columns; i < (c + 1) * values.size() / columns; ++i) {
      if (!std::isfinite(values[i])) continue;
      sum += values[i];
      ++count;
    }
    if (count == 0) {
      out += "·";
      continue;
    }
    const double level = std::clamp(sum / count / top, 0.0, 1.0) * (kBlocks.size() - 1);
    out += kBlocks[static_cast<std::size_t>(std::lround(level))];
  }
  return out;
}

std::string clock(Duration at) {
  char text[24];
  const std::int64_t s = std::abs(at.us) / 1'000'000;
  std::snprintf(text, sizeof text, "%c%02d:%02d", at.us < 0 ? '-' : '+', static_cast<int>(s / 60),
                static_cast<int>(s % 60));
  return text;
}

}  // namespace

void write_text(const Preview& preview, std::ostream& out) {
  out << preview.title << "\n";
  for (const PreviewChart& chart : preview.charts) {
    const double top = highest(chart);
    char head[160];
    std::snprintf(head, sizeof head, "\n%s, up to %.4g %s\n", chart.title.c_str(), top, chart.unit.c_str());
    out << head;
    out << "  untouched  |" << row(chart.untouched, top) << "|\n";
    out << "  reference  |" << row(chart.reference, top) << "|\n";
  }
  const auto count = preview.charts.empty() ? 0 : preview.charts.front().untouched.size();
  const Duration to = preview.from + preview.step * static_cast<std::int64_t>(count > 0 ? count - 1 : 0);
  out << "              " << clock(preview.from) << " to " << clock(to) << " since the page\n\n";
  for (const PreviewMark& mark : preview.marks)
    out << "  " << clock(mark.at) << (mark.causal ? " * " : "   ") << mark.text << "\n";
}

}  // namespace incident::scenario
