#include "promql/ast.h"

#include <algorithm>

#include "promql/function.h"

namespace incident::promql {

const char* describe(ValueType type) {
  switch (type) {
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kString:
      return "string";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kNone:
      break;
  }
  return "none";
}

const char* to_string(BinaryOp op) {
  static constexpr const char* kNames[] = {
      "+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "and", "or", "unless"};
  return kNames[static_cast<std::size_t>(op)];
}

const char* to_string(AggregateOp op) {
  static constexpr const char* kNames[] = {"sum",          "avg",      "count",  "min",        "max",
                                           "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                           "count_values", "quantile", "limitk", "limit_ratio"};
  return kNames[static_cast<std::size_t>(op)];
}

ValueType value_type(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return ValueType::kScalar;
    case ExprKind::kString:
      return ValueType::kString;
    case ExprKind::kVector:
    case ExprKind::kAggregate:
      return ValueType::kVector;
    case ExprKind::kMatrix:
    case ExprKind::kSubquery:
      return ValueType::kMatrix;
    case ExprKind::kCall:
      return expr.function == nullptr ? ValueType::kNone : expr.function->result;
    case ExprKind::kBinary:
      return value_type(*expr.args[0]) == ValueType::kScalar &&
                     value_type(*expr.args[1]) == ValueType::kScalar
                 ? ValueType::kScalar
                 : ValueType::kVector;
    case ExprKind::kUnary:
    case ExprKind::kParen:
      return value_type(*expr.args[0]);
  }
  return ValueType::kNone;
}

const Expr& unwrap(const Expr& expr) {
  const Expr* e = &expr;
  while (e->kind == ExprKind::kParen) e = e->args[0].get();
  return *e;
}

bool is_step_invariant(const Expr& expr) {
  if (expr.kind == ExprKind::kVector) return expr.at != AtAnchor::kNone;
  if (expr.kind == ExprKind::kSubquery) return expr.at != AtAnchor::kNone;
  if (expr.kind == ExprKind::kCall && expr.function != nullptr) {
    const Function& f = *expr.function;
    // These look at the time of the step even when what they are given does not change.
    if (f.kind == FunctionKind::kDate && expr.args.empty()) return false;
    if (f.kind == FunctionKind::kOverall && (f.id == kTime || f.id == kTimestamp)) return false;
    if (f.kind == FunctionKind::kRange && f.id == kPredictLinear) return false;
  }
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return is_step_invariant(*arg); });
}

}  // namespace incident::promql
