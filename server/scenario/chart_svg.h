// Charts over one time axis as one SVG picture, a chart below the other; changes are vertical lines and a
// list below. Pure; any thread.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/time.h"

namespace incident::scenario {

// Values at equal steps; NaN where there is none.
struct SvgLine {
  std::string name;  // for the legend; empty: none
  std::vector<double> values;
};

struct SvgChart {
  std::string title, unit;
  std::vector<SvgLine> lines;  // the same order in every chart: a line's place gives its colour
};

struct SvgMark {
  Duration at{0};
  std::string text;
  bool strong = false;  // drawn through the charts
};

struct SvgPage {
  std::string title;
  Duration from{0}, step{0};  // of the charts' values
  std::vector<SvgChart> charts;
  std::vector<SvgMark> marks;
};

void write_svg(const SvgPage& page, std::ostream& out);

}  // namespace incident::scenario
