// The promqltest language, Prometheus' own way to write down queries and what they answer: load, clear, and
// eval with the rows that are expected. Reads a whole file and runs it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/engine.h"

namespace incident::promql {

struct TestFailure {
  std::size_t line = 0;  // of the command, from 1
  std::string message;   // what was expected and what came
};

struct TestReport {
  std::size_t evaluations = 0;
  std::vector<TestFailure> failures;  // a line that cannot be read is one too, and ends the run

  bool passed() const { return failures.empty(); }
};

TestReport run_promql_test(std::string_view text, const EngineOptions& options = {});

}  // namespace incident::promql
