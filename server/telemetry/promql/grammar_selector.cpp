#include <cmath>

#include "promql/grammar.h"
#include "promql/labels.h"
#include "promql/number.h"
#include "promql/parser.h"

namespace incident::promql {

using K = TokenKind;

bool names_a_metric(K kind) {
  switch (kind) {
    case K::kIdentifier:
    case K::kMetricIdentifier:
    case K::kAggregator:
    case K::kBy:
    case K::kWithout:
    case K::kOffset:
    case K::kAnd:
    case K::kOr:
    case K::kUnless:
    case K::kStart:
    case K::kFinish:
      return true;
    default:
      return false;
  }
}

std::int64_t Parser::duration_value(const Token& token) {
  const auto ms = parse_duration_ms(token.text);
  if (!ms) fail(token.start, "not a valid duration string: " + quote(token.text));
  return *ms;
}

// A range, offset or step: a duration, or (as Prometheus 3 allows) a plain number of seconds.
std::int64_t Parser::positive_duration(std::string_view context, std::string_view expected) {
  if (at().kind != K::kDuration && at().kind != K::kNumber) unexpected(context, expected);
  const Token token = take();
  std::int64_t ms = 0;
  if (token.kind == K::kDuration) {
    ms = duration_value(token);
  } else {
    const double seconds = number_value(token);
    if (!(std::abs(seconds) < 9.2e9)) fail(token.start, "duration out of range");
    ms = std::llround(seconds * 1000);
  }
  if (ms <= 0) fail(token.start, "duration must be greater than 0");
  return ms;
}

std::string Parser::string_value(const Token& token) {
  auto value = unquote(token.text);
  if (!value) fail(token.start, value.error().message);
  return std::move(*value);
}

ExprPtr Parser::selector() {
  ExprPtr expr = make(ExprKind::kVector, at().start);
  if (names_a_metric(at().kind)) expr->text = std::string(take().text);
  if (at().kind == K::kLeftBrace) {
    matchers(*expr);
  } else if (expr->text.empty()) {
    unexpected();
  }
  if (!expr->text.empty()) expr->matchers.push_back(Matcher::equal(std::string(kMetricName), expr->text));
  expr->end = last_end_;
  return expr;
}

void Parser::matchers(Expr& expr) {
  take();  // the left brace
  while (!take_if(K::kRightBrace)) {
    if (at().kind != K::kIdentifier && at().kind != K::kString)
      unexpected("label matching", "identifier or \"}\"");
    const Token name_token = take();
    std::string name =
        name_token.kind == K::kString ? string_value(name_token) : std::string(name_token.text);
    if (name_token.kind == K::kString && (at().kind == K::kComma || at().kind == K::kRightBrace)) {
      if (!expr.text.empty())
        fail(expr.start, "metric name must not be set twice: " + quote(expr.text) + " or " + quote(name));
      expr.text = std::move(name);  // {"name"}, as Prometheus 3 writes names of any letters
    } else {
      matcher(expr, std::move(name), name_token.start);
    }
    if (take_if(K::kComma)) continue;
    if (at().kind != K::kRightBrace) unexpected("label matching", "\",\" or \"}\"");
  }
}

void Parser::matcher(Expr& expr, std::string name, std::size_t start) {
  Matcher::Op op = Matcher::kEqual;
  switch (at().kind) {
    case K::kAssign:
      break;
    case K::kNotEqual:
      op = Matcher::kNotEqual;
      break;
    case K::kMatch:
      op = Matcher::kRegex;
      break;
    case K::kNotMatch:
      op = Matcher::kNotRegex;
      break;
    default:
      unexpected("label matching", "label matching operator");
  }
  take();
  if (at().kind != K::kString) unexpected("label matching", "string");
  const Token value = take();
  auto made = Matcher::make(op, std::move(name), string_value(value));
  if (!made) fail(start, made.error().message);
  expr.matchers.push_back(std::move(*made));
}

ExprPtr Parser::postfix(ExprPtr expr) {
  while (true) {
    if (at().kind == K::kLeftBracket)
      expr = range(std::move(expr));
    else if (at().kind == K::kOffset)
      offset(*expr);
    else if (at().kind == K::kAt)
      pin(*expr);
    else
      return expr;
  }
}

ExprPtr Parser::range(ExprPtr inner) {
  const Deeper deeper(*this);
  const std::size_t bracket = take().start;
  const std::int64_t range_ms = positive_duration("subquery selector", "duration");
  ExprPtr expr = make(ExprKind::kMatrix, inner->start);
  expr->range_ms = range_ms;
  if (take_if(K::kColon)) {
    expr->kind = ExprKind::kSubquery;
    if (at().kind != K::kRightBracket)
      expr->step_ms = positive_duration("subquery selector", "duration or \"]\"");
    if (!take_if(K::kRightBracket)) unexpected("subquery selector", "\"]\"");
  } else {
    if (!take_if(K::kRightBracket)) unexpected("subquery or range", "\":\" or \"]\"");
    if (inner->kind != ExprKind::kVector) fail(bracket, "ranges only allowed for vector selectors");
    if (inner->offset_given) fail(bracket, "no offset modifiers allowed before range");
    if (inner->at != AtAnchor::kNone) fail(bracket, "no @ modifiers allowed before range");
  }
  expr->end = last_end_;
  adopt(*expr, std::move(inner));
  return expr;
}

// Where offset and @ of this expression belong: a range selector's are its selector's.
Expr& Parser::modified(Expr& expr, std::string_view modifier) {
  if (expr.kind == ExprKind::kVector || expr.kind == ExprKind::kSubquery) return expr;
  if (expr.kind == ExprKind::kMatrix) return *expr.args[0];
  fail(expr.start,
       std::string(modifier) +
           " modifier must be preceded by an instant vector selector or range vector selector or a "
           "subquery");
}

void Parser::offset(Expr& expr) {
  take();
  const bool negative = at().kind == K::kSub;
  if (negative || at().kind == K::kAdd) take();
  if (at().kind != K::kDuration && at().kind != K::kNumber) unexpected("offset", "duration");
  const Token token = take();
  std::int64_t ms = 0;
  if (token.kind == K::kDuration) {
    ms = duration_value(token);
  } else {
    const double seconds = number_value(token);
    if (!(std::abs(seconds) < 9.2e9)) fail(token.start, "duration out of range");
    ms = std::llround(seconds * 1000);
  }
  Expr& target = modified(expr, "offset");
  if (target.offset_given && target.offset_ms != 0) fail(expr.start, "offset may not be set multiple times");
  target.offset_given = true;
  target.offset_ms = negative ? -ms : ms;
  expr.end = last_end_;
}

void Parser::pin(Expr& expr) {
  take();
  AtAnchor anchor = AtAnchor::kTime;
  double seconds = 0;
  if (at().kind == K::kStart || at().kind == K::kFinish) {
    anchor = take().kind == K::kStart ? AtAnchor::kStart : AtAnchor::kEnd;
    if (!take_if(K::kLeftParen) || !take_if(K::kRightParen)) unexpected("@", "timestamp");
  } else {
    const bool negative = at().kind == K::kSub;
    if (negative || at().kind == K::kAdd) take();
    if (at().kind != K::kNumber && at().kind != K::kDuration) unexpected("@", "timestamp");
    const Token token = take();
    seconds =
        token.kind == K::kNumber ? number_value(token) : static_cast<double>(duration_value(token)) / 1000;
    if (negative) seconds = -seconds;
  }
  Expr& target = modified(expr, "@");
  if (target.at != AtAnchor::kNone) fail(expr.start, "@ <timestamp> may not be set multiple times");
  if (!(std::abs(seconds) * 1000 < static_cast<double>(limits::kTimeMaxMs)))
    fail(expr.start, "timestamp out of bounds for @ modifier: " + format_fixed(seconds));
  target.at = anchor;
  target.at_ms = std::llround(seconds * 1000);
  expr.end = last_end_;
}

}  // namespace incident::promql
