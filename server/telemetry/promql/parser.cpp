#include "promql/parser.h"

#include "promql/grammar.h"
#include "promql/limits.h"

namespace incident::promql {

namespace {

Error located(std::string_view query, std::size_t at, const std::string& message) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < at && i < query.size(); ++i) {
    if (query[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  std::string place = std::to_string(line) + ":" + std::to_string(column);
  return invalid(place + ": parse error: " + message, place);
}

template <class Parse>
Result<ExprPtr> guarded(std::string_view query, Parse parse) {
  if (query.size() > limits::kExpressionLengthMax)
    return Error{ErrorCode::kResourceExhausted,
                 "query is longer than " + std::to_string(limits::kExpressionLengthMax) + " bytes"};
  try {
    Parser parser(query);
    ExprPtr expr = parse(parser);
    if (auto found = check_types(*expr)) return located(query, found->at, found->message);
    return expr;
  } catch (const SyntaxError& error) {
    return located(query, error.at, error.message);
  }
}

}  // namespace

Result<ExprPtr> parse_expr(std::string_view query) {
  return guarded(query, [](Parser& parser) { return parser.whole_query(); });
}

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  auto expr = guarded(text, [](Parser& parser) { return parser.whole_selector(); });
  if (!expr) return expr.error();
  return std::move((*expr)->matchers);
}

Result<Labels> parse_labels(std::string_view text) {
  if (text == "{}") return Labels{};
  auto matchers = parse_selector(text);
  if (!matchers) return matchers.error();
  std::vector<Label> labels;
  for (Matcher& matcher : *matchers) {
    if (matcher.op != Matcher::kEqual)
      return invalid("a series is named with '=' only: " + matcher.to_string());
    labels.push_back({std::move(matcher.name), std::move(matcher.value)});
  }
  return Labels::from(std::move(labels));
}

}  // namespace incident::promql
