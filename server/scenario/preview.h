// An incident at a glance, without a match: charts of what customers and people on call would see, when
// nobody acts and when the reference solution is carried out. For authors: it tells the answer.
//
// One pass of the simulation with telemetry for each course; seconds of CPU. Pure; any thread.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/incident.h"

namespace incident::scenario {

// Points are at equal steps; NaN where there is no value.
struct PreviewChart {
  std::string title, unit;  // unit: percent | req/s | s
  std::vector<double> untouched, reference;
};

// Something that happened, or that the reference did.
struct PreviewMark {
  Duration at;  // since the page
  std::string text;
  bool causal = false;
};

struct Preview {
  std::string title;
  Duration from, step;  // of the charts' points, since the page
  std::vector<PreviewChart> charts;
  std::vector<PreviewMark> marks;  // by time; the page itself is at 0
};

// Errors: as warm_up.
Result<Preview> preview(const Incident& incident, std::uint64_t seed);
void write_text(const Preview& preview, std::ostream& out);
void write_svg(const Preview& preview, std::ostream& out);

}  // namespace incident::scenario
