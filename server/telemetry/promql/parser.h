// Reads PromQL. Errors are in Prometheus' own words, with the place: "1:7: parse error: unexpected ...".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"

namespace incident::promql {

// A whole query, type-checked.
Result<ExprPtr> parse_expr(std::string_view query);
// A series selector alone, such as the match[] parameter takes: name{label="value"}.
Result<std::vector<Matcher>> parse_selector(std::string_view text);
// A series' name and labels as an exposition or a test writes them: name{label="value"}.
Result<Labels> parse_labels(std::string_view text);
// The value of a string literal with its quotes on.
Result<std::string> unquote(std::string_view literal);

// What a type check found, at a byte offset of the query.
struct TypeError {
  std::size_t at = 0;
  std::string message;
};
std::optional<TypeError> check_types(const Expr& expr);

}  // namespace incident::promql
