// A small language for tests of LogQL, in the spirit of promqltest: load streams, ask, say what is expected.
//
//   load
//     {app="a"}
//       0s level=info msg=hello        a line at its time
//       10s+5s*3 n=%d                  three lines: at 10s, 15s and 20s, with n=0, n=1 and n=2
//   eval logs from 0s to 1m [limit 2] [forward] {app="a"} |= "n="
//     {app="a"}
//       20s n=2
//   eval instant at 1m QUERY           rows: {labels} value, or one number for a scalar
//   eval range from 0s to 1m step 30s QUERY     rows: {labels} 1 _ 3
//     ordered                          the rows of an instant answer come in this order
//     fail TEXT                        the query fails and its message has TEXT in it
//   clear
//
// An empty line ends what is expected; # begins a comment. Text in double quotes may have Go's escapes.
#pragma once

#include <string_view>

#include "logql/engine.h"
#include "promql/test_file.h"

namespace incident::logql {

using promql::TestReport;

TestReport run_logql_test(std::string_view text, const EngineOptions& options = {});

}  // namespace incident::logql
