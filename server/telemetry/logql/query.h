// A LogQL query, read. A log query is a selector with its pipeline. A metric query is a list of range
// aggregations over log lines, and an expression over them: LogQL's algebra of vectors is PromQL's, so that
// expression is a PromQL tree in which each range aggregation stands as a series selector of its own name.
// Built by the parser, then only read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logql/stage.h"
#include "promql/ast.h"

namespace incident::logql {

struct Selector {
  std::vector<Matcher> matchers;
  std::vector<Stage> stages;
};

enum class RangeOp : std::uint8_t {
  kRate,
  kRateCounter,
  kCount,
  kBytesRate,
  kBytes,
  kSum,
  kAvg,
  kMin,
  kMax,
  kStddev,
  kStdvar,
  kQuantile,
  kFirst,
  kLast,
  kAbsent,
};
const char* to_string(RangeOp op);

struct Grouping {
  bool without = false;
  std::vector<std::string> labels;
};

struct Unwrap {
  enum Conversion : std::uint8_t { kNumber, kDuration, kBytes };
  std::string label;
  Conversion conversion = kNumber;
  std::vector<LabelFilter> filters;  // of the lines whose value was read
};

struct RangeAggregation {
  RangeOp op = RangeOp::kCount;
  Selector selector;
  std::optional<Unwrap> unwrap;
  std::int64_t range_ns = 0;
  std::int64_t offset_ns = 0;
  double parameter = 0;  // kQuantile
  std::optional<Grouping> grouping;
};

struct Query {
  std::optional<Selector> log;  // or
  promql::ExprPtr metric;       // in which ranges[i] is the selector of series_name(i)
  std::vector<RangeAggregation> ranges;
  bool sorted = false;  // sort or sort_desc: the order of an instant answer is the query's own
};

// {__name__="logql_0"}
std::string series_name(std::size_t range);

// Errors in Loki's tone, with the place: "parse error at line 1, col 7: syntax error: unexpected ...".
Result<Query> parse_query(std::string_view text);
// A stream selector alone, such as the match[] parameter takes: {service="cart"}.
Result<std::vector<Matcher>> parse_selector(std::string_view text);

}  // namespace incident::logql
