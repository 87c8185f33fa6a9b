#include "promql/function.h"
#include "promql/grammar.h"
#include "promql/labels.h"
#include "promql/number.h"

namespace incident::promql {

using K = TokenKind;

namespace {

std::optional<Operator> binary_operator(K kind) {
  switch (kind) {
    case K::kOr:
      return Operator{BinaryOp::kOr, 1};
    case K::kAnd:
      return Operator{BinaryOp::kAnd, 2};
    case K::kUnless:
      return Operator{BinaryOp::kUnless, 2};
    case K::kEqualEqual:
      return Operator{BinaryOp::kEqual, 3};
    case K::kNotEqual:
      return Operator{BinaryOp::kNotEqual, 3};
    case K::kLess:
      return Operator{BinaryOp::kLess, 3};
    case K::kLessEqual:
      return Operator{BinaryOp::kLessEqual, 3};
    case K::kGreater:
      return Operator{BinaryOp::kGreater, 3};
    case K::kGreaterEqual:
      return Operator{BinaryOp::kGreaterEqual, 3};
    case K::kAdd:
      return Operator{BinaryOp::kAdd, 4};
    case K::kSub:
      return Operator{BinaryOp::kSub, 4};
    case K::kMul:
      return Operator{BinaryOp::kMul, 5};
    case K::kDiv:
      return Operator{BinaryOp::kDiv, 5};
    case K::kMod:
      return Operator{BinaryOp::kMod, 5};
    case K::kAtan2:
      return Operator{BinaryOp::kAtan2, 5};
    case K::kPow:
      return Operator{BinaryOp::kPow, 6};
    default:
      return std::nullopt;
  }
}
constexpr int kUnaryPrecedence = 5;  // -1 ^ 2 is -(1 ^ 2)
constexpr int kPowerPrecedence = 6;

}  // namespace

ExprPtr Parser::whole_query() {
  if (at().kind == K::kEnd) fail(0, "no expression found in input");
  ExprPtr expr = expression(0);
  if (at().kind != K::kEnd) unexpected();
  return expr;
}

ExprPtr Parser::whole_selector() {
  ExprPtr expr = selector();
  if (at().kind != K::kEnd) unexpected();
  return expr;
}

ExprPtr Parser::expression(int min_precedence) {
  const Deeper deeper(*this);
  ExprPtr lhs = unary();
  while (true) {
    const auto op = binary_operator(at().kind);
    if (!op || op->precedence < min_precedence) return lhs;
    lhs = binary(std::move(lhs), *op);
  }
}

ExprPtr Parser::binary(ExprPtr lhs, Operator op) {
  ExprPtr expr = make(ExprKind::kBinary, lhs->start);
  expr->operator_at = take().start;
  expr->op = op.op;
  if (is_set_operator(op.op)) expr->matching.cardinality = Cardinality::kManyToMany;
  if (take_if(K::kBool)) expr->returns_bool = true;
  if (at().kind == K::kOn || at().kind == K::kIgnoring) {
    expr->matching.given = true;
    expr->matching.on = take().kind == K::kOn;
    expr->matching.labels = grouping_labels();
    if (at().kind == K::kGroupLeft || at().kind == K::kGroupRight) {
      expr->matching.cardinality =
          take().kind == K::kGroupLeft ? Cardinality::kManyToOne : Cardinality::kOneToMany;
      if (at().kind == K::kLeftParen) expr->matching.include = grouping_labels();
    }
  }
  // Power binds to the right, all others to the left.
  ExprPtr rhs = expression(op.precedence == kPowerPrecedence ? kPowerPrecedence : op.precedence + 1);
  expr->end = rhs->end;
  adopt(*expr, std::move(lhs));
  adopt(*expr, std::move(rhs));
  return expr;
}

ExprPtr Parser::unary() {
  if (at().kind != K::kAdd && at().kind != K::kSub) return postfix(primary());
  const Token sign = take();
  ExprPtr inner = expression(kUnaryPrecedence + 1);
  if (inner->kind == ExprKind::kNumber) {
    if (sign.kind == K::kSub) inner->number = -inner->number;
    inner->start = sign.start;
    return inner;
  }
  ExprPtr expr = make(ExprKind::kUnary, sign.start);
  expr->op = sign.kind == K::kSub ? BinaryOp::kSub : BinaryOp::kAdd;
  expr->end = inner->end;
  adopt(*expr, std::move(inner));
  return expr;
}

ExprPtr Parser::primary() {
  const Token& token = at();
  switch (token.kind) {
    case K::kNumber:
    case K::kDuration:
      return number();
    case K::kString: {
      ExprPtr expr = make(ExprKind::kString, token.start);
      expr->text = string_value(take());
      expr->end = last_end_;
      return expr;
    }
    case K::kLeftParen: {
      ExprPtr expr = make(ExprKind::kParen, take().start);
      adopt(*expr, expression(0));
      if (!take_if(K::kRightParen)) unexpected();
      expr->end = last_end_;
      return expr;
    }
    case K::kAggregator:
      if (at(1).kind == K::kLeftParen || at(1).kind == K::kBy || at(1).kind == K::kWithout)
        return aggregate();
      return selector();
    case K::kIdentifier:
      if (at(1).kind == K::kLeftParen) return call();
      return selector();
    default:
      if (token.kind == K::kLeftBrace || names_a_metric(token.kind)) return selector();
      unexpected();
  }
}

ExprPtr Parser::number() {
  const Token token = take();
  ExprPtr expr = make(ExprKind::kNumber, token.start);
  expr->end = last_end_;
  if (token.kind == K::kDuration) {
    expr->number = static_cast<double>(duration_value(token)) / 1000;
    expr->is_duration = true;
  } else {
    expr->number = number_value(token);
  }
  return expr;
}

double Parser::number_value(const Token& token) {
  const auto value = parse_number(token.text);
  if (value) return *value;
  const bool overflow = token.text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                        token.text.back() >= '0' && token.text.back() <= '9';
  fail(token.start, "error parsing number: strconv.ParseFloat: parsing " + quote(token.text) +
                        (overflow ? ": value out of range" : ": invalid syntax"));
}

std::vector<std::string> Parser::grouping_labels() {
  if (!take_if(K::kLeftParen)) unexpected("grouping opts", "\"(\"");
  std::vector<std::string> labels;
  while (!take_if(K::kRightParen)) {
    if (at().kind == K::kString) {
      labels.push_back(string_value(take()));
    } else {
      if (!is_label_name(at().text) || at().kind == K::kNumber) unexpected("grouping opts", "label");
      labels.emplace_back(take().text);
    }
    if (take_if(K::kComma)) continue;
    if (at().kind != K::kRightParen) unexpected("grouping opts", "\",\" or \")\"");
  }
  return labels;
}

std::vector<ExprPtr> Parser::call_arguments() {
  std::vector<ExprPtr> args;
  take();  // the left parenthesis
  if (take_if(K::kRightParen)) return args;
  while (true) {
    args.push_back(expression(0));
    if (take_if(K::kRightParen)) return args;
    if (at().kind != K::kComma) unexpected();
    const std::size_t comma = take().start;
    if (at().kind == K::kRightParen) fail(comma, "trailing commas not allowed in function call args");
  }
}

ExprPtr Parser::call() {
  const Token name = take();
  ExprPtr expr = make(ExprKind::kCall, name.start);
  expr->function = find_function(name.text);
  for (ExprPtr& arg : call_arguments()) adopt(*expr, std::move(arg));
  expr->end = last_end_;
  if (expr->function == nullptr) fail(name.start, "unknown function with name " + quote(name.text));
  return expr;
}

void Parser::aggregate_modifier(Expr& expr) {
  expr.without = take().kind == K::kWithout;
  expr.grouping = grouping_labels();
}

ExprPtr Parser::aggregate() {
  const Token name = take();
  ExprPtr expr = make(ExprKind::kAggregate, name.start);
  std::string lower(name.text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (int op = 0; op <= static_cast<int>(AggregateOp::kLimitRatio); ++op)
    if (lower == to_string(static_cast<AggregateOp>(op))) expr->aggregate = static_cast<AggregateOp>(op);
  const auto is_modifier = [this] { return at().kind == K::kBy || at().kind == K::kWithout; };
  const bool modified = is_modifier();
  if (modified) aggregate_modifier(*expr);
  if (at().kind != K::kLeftParen) unexpected("aggregation");
  std::vector<ExprPtr> args = call_arguments();
  if (!modified && is_modifier()) aggregate_modifier(*expr);
  expr->end = last_end_;
  if (args.empty()) fail(name.start, "no arguments for aggregate expression provided");
  const std::size_t wanted = has_parameter(expr->aggregate) ? 2 : 1;
  if (args.size() != wanted)
    fail(name.start, "wrong number of arguments for aggregate expression provided, expected " +
                         std::to_string(wanted) + ", got " + std::to_string(args.size()));
  if (wanted == 2) std::swap(args[0], args[1]);
  for (ExprPtr& arg : args) adopt(*expr, std::move(arg));
  return expr;
}

}  // namespace incident::promql
