// Label filters. A value that is not of the filter's kind is an error of the line, which it keeps; a label
// that is not there passes no comparison.
#include "logql/stage.h"
#include "logql/units.h"
#include "promql/labels.h"

namespace incident::logql {
namespace {

bool compares(Compare compare, double a, double b) {
  switch (compare) {
    case Compare::kEqual:
      return a == b;
    case Compare::kNotEqual:
      return a != b;
    case Compare::kGreater:
      return a > b;
    case Compare::kGreaterEqual:
      return a >= b;
    case Compare::kLess:
      return a < b;
    case Compare::kLessEqual:
      return a <= b;
  }
  return false;
}

std::optional<double> value_of(LabelFilter::Kind kind, std::string_view text) {
  if (kind == LabelFilter::kNumber) return parse_float(text);
  if (kind == LabelFilter::kDuration) {
    const auto ns = parse_go_duration_ns(text);
    return ns ? std::optional(static_cast<double>(*ns)) : std::nullopt;
  }
  const auto bytes = parse_bytes(text);
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

std::string no_value(LabelFilter::Kind kind, std::string_view text) {
  if (kind == LabelFilter::kDuration) return "time: invalid duration " + promql::quote(text);
  return "strconv.ParseFloat: parsing " + promql::quote(text) + ": invalid syntax";
}

}  // namespace

bool apply(const LabelFilter& stage, Line& line) {
  switch (stage.kind) {
    case LabelFilter::kAnd:
      return apply(stage.sides[0], line) && apply(stage.sides[1], line);
    case LabelFilter::kOr:
      return apply(stage.sides[0], line) || apply(stage.sides[1], line);
    case LabelFilter::kString:
      return stage.matcher->matches(line.labels.get(stage.matcher->name));
    default:
      break;
  }
  const std::string_view text = line.labels.get(stage.name);
  if (text.empty()) return false;
  const auto value = value_of(stage.kind, text);
  if (value) return compares(stage.compare, *value, stage.value);
  line.labels.fail(kFilterError, no_value(stage.kind, std::string(text)));
  return true;
}

}  // namespace incident::logql
