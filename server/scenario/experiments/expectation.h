// One line of what an experiment expects, such as
//
//   goodput in capped at 5m..6m > 90% of goodput in capped before
//
//   LINE     MEASURE (< | <= | > | >=) (NUMBER | NUMBER(% | x) of MEASURE)
//   MEASURE  [mean | max | min | last] SERIES [in VARIANT] WINDOW
//          | lines "TEXT" [of SERVICE] [in VARIANT] WINDOW     how many log lines hold TEXT
//   SERIES   a name of series.h or of the file: goodput, p99 of api, waiting of api-db
//   WINDOW   at FROM..TO, or the name of one of the file's windows
//   NUMBER   in the series' unit; 250ms and 2s are times
//
// A name with blanks stands in double quotes. A point of a series looks back 15 s, so a window's first point
// lies that long after its beginning. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "scenario/experiments/series.h"
#include "telemetry/telemetry.h"

namespace incident::scenario {

struct Window {
  Duration from{0}, to{0};
};

struct Measure {
  enum class Over : std::uint8_t { kMean, kMax, kMin, kLast, kLines };
  Over over = Over::kMean;
  NamedSeries series;
  std::string text, service;  // kLines
  std::size_t variant = 0;
  Window window;
};

enum class Compare : std::uint8_t { kLess, kAtMost, kMore, kAtLeast };

struct Expectation {
  std::string text, where;
  Measure left;
  Compare compare = Compare::kLess;
  double factor = 0;             // of `right`, or the number itself
  std::optional<Measure> right;  // none: compared with a number
};

// What an expectation may name.
struct Vocabulary {
  const sim::Model* model = nullptr;
  std::vector<NamedSeries> series;
  std::vector<std::string> variants;
  std::map<std::string, Window> windows;
  Duration length{0};
};

// Errors say what is wrong in the line, without a place.
Result<Expectation> parse_expectation(const std::string& line, const Vocabulary& vocabulary);
Result<Window> parse_window(const std::string& text);
// "p99 of api": a series alone, for charts.
Result<NamedSeries> parse_series(const std::string& text, const Vocabulary& vocabulary);

// NaN: no value in this window.
double value_of(const Measure& measure, const telemetry::Telemetry& telemetry);
bool holds(const Expectation& expectation, double left, double right);
// Values at equal steps over [from, to]; NaN where there is none.
std::vector<double> points_of(const NamedSeries& series, const telemetry::Telemetry& telemetry, SimTime from,
                              SimTime to, Duration step);

}  // namespace incident::scenario
