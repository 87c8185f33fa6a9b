#include "promql/parser.h"

#include "logql/grammar.h"

namespace incident::logql {
namespace {

// "parse error at line 1, col 7: ..."
Error located(std::string_view text, const SyntaxError& error) {
  if (!error.at) return invalid("parse error : " + error.message, "query");
  const std::string_view before = text.substr(0, std::min(*error.at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t begin = before.rfind('\n');
  const std::size_t column = begin == std::string_view::npos ? before.size() + 1 : before.size() - begin;
  return invalid("parse error at line " + std::to_string(line) + ", col " + std::to_string(column) + ": " +
                     error.message,
                 "query");
}

std::optional<Error> too_long(std::string_view text) {
  if (text.size() <= limits::kQueryLengthMax) return std::nullopt;
  return Error{ErrorCode::kResourceExhausted,
               "parse error : the query has " + std::to_string(text.size()) + " bytes, at most " +
                   std::to_string(limits::kQueryLengthMax) + " are allowed",
               "query"};
}

}  // namespace

Result<Query> parse_query(std::string_view text) {
  if (const auto error = too_long(text)) return *error;
  try {
    return Parser(text).whole_query();
  } catch (const SyntaxError& error) {
    return located(text, error);
  }
}

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  if (const auto error = too_long(text)) return *error;
  try {
    return Parser(text).whole_selector();
  } catch (const SyntaxError& error) {
    return located(text, error);
  }
}

std::string series_name(std::size_t range) {
  return "logql_" + std::to_string(range);
}

bool Parser::at_word(std::string_view word, std::size_t ahead) const {
  const Token& token = at(ahead);
  if (token.kind != K::kIdentifier || token.text.size() != word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = token.text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != word[i]) return false;
  }
  return true;
}

void Parser::unexpected(std::string_view expected) const {
  if (at().kind == K::kError) fail(at().start, at().value);
  std::string message = "syntax error: unexpected " + describe(at());
  if (!expected.empty()) message += ", expecting " + std::string(expected);
  fail(at().start, std::move(message));
}

Query Parser::whole_query() {
  Query query;
  std::size_t parentheses = 0;
  while (at(parentheses).kind == K::kLeftParen && parentheses < tokens_.size()) ++parentheses;
  if (at(parentheses).kind == K::kLeftBrace) {
    query.log = log_query();
    if (at().kind != K::kEnd) {
      if (at().kind == K::kRange)
        fail(
            at().start,
            "syntax error: unexpected RANGE: a range of lines is counted or summed up by a function, such as "
            "count_over_time({...}[5m])");
      unexpected("a stage that begins with |, or the end of the query");
    }
    return query;
  }
  query.metric = expression(0);
  if (at().kind != K::kEnd) unexpected("an operator or the end of the query");
  if (const auto error = promql::check_types(*query.metric)) fail(error->at, error->message);
  query.ranges = std::move(ranges_);
  query.sorted = sorted_;
  return query;
}

std::vector<Matcher> Parser::whole_selector() {
  auto matchers = selector();
  if (at().kind != K::kEnd) unexpected("the end of the selector");
  return matchers;
}

}  // namespace incident::logql
