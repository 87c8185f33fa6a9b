// What a promqltest file says, read but not run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/series_notation.h"

namespace incident::promql {

// What an eval expects besides rows.
struct Expectations {
  bool fails = false;
  bool ordered = false;
  std::vector<std::string> messages;  // exact
  std::vector<std::string> patterns;
  // expect range vector from START to END step STEP: where the samples of a range vector's answer lie
  std::optional<std::int64_t> samples_from_ms;
  std::int64_t samples_step_ms = 0;
};

struct TestCommand {
  enum Kind { kLoad, kClear, kEval };

  Kind kind = kClear;
  std::size_t line = 0;            // from 1
  std::int64_t interval_ms = 0;    // of a load
  std::vector<SeriesLine> series;  // loaded, or expected as rows

  std::string query;
  bool is_range = false;
  std::int64_t start_ms = 0;  // or the time of an instant query
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;
  Expectations expect;
  std::optional<double> scalar;
  std::optional<std::string> text;
};

struct TestScript {
  std::vector<TestCommand> commands;
  std::optional<Error> error;  // the first line that cannot be read
  std::size_t error_line = 0;
};

TestScript read_test_script(std::string_view text);

}  // namespace incident::promql
