#include <array>
#include <optional>

#include "logql/grammar.h"
#include "promql/function.h"
#include "promql/number.h"

namespace incident::logql {

using K = TokenKind;
using promql::AggregateOp;
using promql::BinaryOp;
using promql::ExprKind;
using promql::ExprPtr;

namespace {

struct RangeName {
  std::string_view name;
  RangeOp op;
};
constexpr std::array<RangeName, 15> kRangeNames{{{"rate", RangeOp::kRate},
                                                 {"rate_counter", RangeOp::kRateCounter},
                                                 {"count_over_time", RangeOp::kCount},
                                                 {"bytes_rate", RangeOp::kBytesRate},
                                                 {"bytes_over_time", RangeOp::kBytes},
                                                 {"sum_over_time", RangeOp::kSum},
                                                 {"avg_over_time", RangeOp::kAvg},
                                                 {"min_over_time", RangeOp::kMin},
                                                 {"max_over_time", RangeOp::kMax},
                                                 {"stddev_over_time", RangeOp::kStddev},
                                                 {"stdvar_over_time", RangeOp::kStdvar},
                                                 {"quantile_over_time", RangeOp::kQuantile},
                                                 {"first_over_time", RangeOp::kFirst},
                                                 {"last_over_time", RangeOp::kLast},
                                                 {"absent_over_time", RangeOp::kAbsent}}};

struct VectorName {
  std::string_view name;
  AggregateOp op;
};
constexpr std::array<VectorName, 9> kVectorNames{{{"sum", AggregateOp::kSum},
                                                  {"avg", AggregateOp::kAvg},
                                                  {"min", AggregateOp::kMin},
                                                  {"max", AggregateOp::kMax},
                                                  {"count", AggregateOp::kCount},
                                                  {"stddev", AggregateOp::kStddev},
                                                  {"stdvar", AggregateOp::kStdvar},
                                                  {"topk", AggregateOp::kTopk},
                                                  {"bottomk", AggregateOp::kBottomk}}};

struct Operator {
  BinaryOp op;
  int precedence;  // larger binds tighter
};
constexpr int kPowerPrecedence = 6;

std::optional<Operator> operator_of(K kind) {
  switch (kind) {
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
    case K::kPow:
      return Operator{BinaryOp::kPow, kPowerPrecedence};
    default:
      return std::nullopt;
  }
}

bool is_scalar(const promql::Expr& expr) {
  return promql::value_type(expr) == promql::ValueType::kScalar;
}

}  // namespace

const char* to_string(RangeOp op) {
  for (const RangeName& range : kRangeNames) {
    if (range.op == op) return range.name.data();
  }
  return "";
}

ExprPtr Parser::make(ExprKind kind, std::size_t start) {
  auto expr = std::make_unique<promql::Expr>();
  expr->kind = kind;
  expr->start = start;
  expr->end = start;
  return expr;
}

// Chains of operators nest as well as parentheses do, and whoever walks the tree later recurses.
void Parser::adopt(promql::Expr& parent, ExprPtr child) {
  parent.depth = std::max(parent.depth, child->depth + 1);
  if (parent.depth > limits::kDepthMax) fail(parent.start, too_deep());
  parent.args.push_back(std::move(child));
}

ExprPtr Parser::expression(int min_precedence) {
  const Deeper deeper(*this);
  ExprPtr lhs = primary();
  while (true) {
    std::optional<Operator> op = operator_of(at().kind);
    if (at_word("or")) op = Operator{BinaryOp::kOr, 1};
    if (at_word("and")) op = Operator{BinaryOp::kAnd, 2};
    if (at_word("unless")) op = Operator{BinaryOp::kUnless, 2};
    if (!op || op->precedence < min_precedence) return lhs;
    lhs = binary(std::move(lhs), op->op, op->precedence);
  }
}

ExprPtr Parser::binary(ExprPtr lhs, BinaryOp op, int precedence) {
  ExprPtr expr = make(ExprKind::kBinary, lhs->start);
  expr->operator_at = take().start;
  expr->op = op;
  const bool set = promql::is_set_operator(op);
  if (set) expr->matching.cardinality = promql::Cardinality::kManyToMany;
  expr->returns_bool = take_word("bool");
  if (at_word("on") || at_word("ignoring")) {
    expr->matching.given = true;
    expr->matching.on = at_word("on");
    take();
    expr->matching.labels = label_list();
    if (at_word("group_left") || at_word("group_right")) {
      expr->matching.cardinality =
          at_word("group_left") ? promql::Cardinality::kManyToOne : promql::Cardinality::kOneToMany;
      take();
      if (at().kind == K::kLeftParen) expr->matching.include = label_list();
    }
  }
  // Power binds to the right, all others to the left.
  ExprPtr rhs = expression(precedence == kPowerPrecedence ? precedence : precedence + 1);
  const auto refuse = [&](const promql::Expr& side, const char* which) {
    if (set && is_scalar(side))
      fail(side.start, std::string("unexpected literal for ") + which +
                           " side of logical/set binary operation (" + promql::to_string(op) + ")");
  };
  refuse(*lhs, "left");
  refuse(*rhs, "right");
  if (promql::is_comparison(op) && is_scalar(*lhs) && is_scalar(*rhs)) expr->returns_bool = true;
  adopt(*expr, std::move(lhs));
  adopt(*expr, std::move(rhs));
  return expr;
}

ExprPtr Parser::literal(bool negative) {
  const Token number = expect(K::kNumber, "NUMBER");
  ExprPtr expr = make(ExprKind::kNumber, number.start);
  expr->number = negative ? -number.number : number.number;
  return expr;
}

ExprPtr Parser::primary() {
  if (take_if(K::kSub)) return literal(true);
  if (take_if(K::kAdd) || at().kind == K::kNumber) return literal(false);
  if (take_if(K::kLeftParen)) {
    ExprPtr inner = expression(0);
    expect(K::kRightParen, ")");
    return inner;
  }
  if (at().kind == K::kLeftBrace)
    fail(at().start,
         "syntax error: unexpected {: lines are no numbers to compute with; count them by "
         "count_over_time({...}[5m]) or rate({...}[5m])");
  for (const RangeName& range : kRangeNames) {
    if (at_word(range.name)) return range_aggregation(range.op);
  }
  for (const VectorName& vector : kVectorNames) {
    if (at_word(vector.name)) return vector_aggregation(vector.op);
  }
  if (at_word("sort") || at_word("sort_desc")) return sort(take());
  if (at_word("vector")) return vector_call();
  if (at_word("label_replace")) return label_replace();
  if (at().kind == K::kIdentifier && at(1).kind == K::kLeftParen)
    fail(at().start, "syntax error: unexpected IDENTIFIER: there is no function \"" + std::string(at().text) +
                         "\"; range aggregations are rate, count_over_time, sum_over_time and their like, "
                         "vector aggregations sum, avg, min, max, count, topk and their like");
  unexpected("{, a range aggregation such as rate, a vector aggregation such as sum, or NUMBER");
}

std::vector<std::string> Parser::label_list() {
  expect(K::kLeftParen, "(");
  std::vector<std::string> labels;
  while (at().kind != K::kRightParen) {
    if (!labels.empty()) {
      if (!take_if(K::kComma)) unexpected(") or ,");
    }
    labels.emplace_back(expect(K::kIdentifier, "IDENTIFIER").text);
  }
  take();
  return labels;
}

std::optional<Grouping> Parser::grouping() {
  if (!at_word("by") && !at_word("without")) return std::nullopt;
  Grouping out;
  out.without = at_word("without");
  take();
  out.labels = label_list();
  return out;
}

ExprPtr Parser::vector_aggregation(AggregateOp op) {
  const Token name = take();
  ExprPtr expr = make(ExprKind::kAggregate, name.start);
  expr->aggregate = op;
  auto group = grouping();
  expect(K::kLeftParen, "(");
  const bool wants = promql::has_parameter(op);
  ExprPtr parameter;
  const bool negative = at().kind == K::kSub && at(1).kind == K::kNumber && at(2).kind == K::kComma;
  if (negative || (at().kind == K::kNumber && at(1).kind == K::kComma)) {
    if (negative) take();
    const Token number = at();
    if (!wants)
      fail(number.start, "unsupported parameter for operation " + std::string(name.text) + "(" +
                             std::string(number.text) + ",");
    parameter = literal(negative);
    if (!(parameter->number >= 1))
      fail(number.start, "invalid parameter (must be greater than 0) " + std::string(name.text) + "(" +
                             promql::format_literal(parameter->number));
    take();
  } else if (wants) {
    fail(name.start, "parameter required for operation " + std::string(name.text));
  }
  ExprPtr argument = expression(0);
  expect(K::kRightParen, ")");
  if (!group) group = grouping();
  if (op == AggregateOp::kSum) reduce_at_source(*argument, group);
  if (group) {
    expr->grouping = group->labels;
    expr->without = group->without;
  }
  adopt(*expr, std::move(argument));
  if (parameter) adopt(*expr, std::move(parameter));
  return expr;
}

// A sum of counts is counted by its groups from the start: labels that each line has a value of its own for
// never make series. Only where the sum of parts is the whole.
void Parser::reduce_at_source(const promql::Expr& argument, const std::optional<Grouping>& grouping) {
  if (argument.kind != ExprKind::kVector) return;
  RangeAggregation& range = ranges_[static_cast<std::size_t>(argument.number)];
  switch (range.op) {
    case RangeOp::kCount:
    case RangeOp::kRate:
    case RangeOp::kBytes:
    case RangeOp::kBytesRate:
    case RangeOp::kSum:
      range.grouping = grouping ? *grouping : Grouping{};
      break;
    default:
      break;
  }
}

ExprPtr Parser::sort(const Token& name) {
  ExprPtr expr = make(ExprKind::kCall, name.start);
  expr->function = promql::find_function(name.text.size() == 4 ? "sort" : "sort_desc");
  if (at_word("by") || at_word("without")) fail(at().start, "sort and sort_desc doesn't allow grouping by");
  expect(K::kLeftParen, "(");
  adopt(*expr, expression(0));
  expect(K::kRightParen, ")");
  if (at_word("by") || at_word("without")) fail(at().start, "sort and sort_desc doesn't allow grouping by");
  sorted_ = true;
  return expr;
}

ExprPtr Parser::vector_call() {
  ExprPtr expr = make(ExprKind::kCall, take().start);
  expr->function = promql::find_function("vector");
  expect(K::kLeftParen, "(");
  const bool negative = take_if(K::kSub);
  adopt(*expr, literal(negative));
  expect(K::kRightParen, ")");
  return expr;
}

ExprPtr Parser::label_replace() {
  ExprPtr expr = make(ExprKind::kCall, take().start);
  expr->function = promql::find_function("label_replace");
  expect(K::kLeftParen, "(");
  adopt(*expr, expression(0));
  for (int i = 0; i < 4; ++i) {
    expect(K::kComma, ",");
    Token text = expect(K::kString, "STRING");
    ExprPtr argument = make(ExprKind::kString, text.start);
    argument->text = std::move(text.value);
    adopt(*expr, std::move(argument));
  }
  expect(K::kRightParen, ")");
  return expr;
}

}  // namespace incident::logql
