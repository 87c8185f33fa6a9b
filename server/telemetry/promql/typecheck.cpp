#include <algorithm>

#include "promql/function.h"
#include "promql/parser.h"

namespace incident::promql {

namespace {

using Found = std::optional<TypeError>;

Found fault(const Expr& at, std::string message) {
  return TypeError{at.start, std::move(message)};
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// As the API names a result's type.
const char* short_name(ValueType type) {
  return type == ValueType::kMatrix ? "matrix" : type == ValueType::kVector ? "vector" : describe(type);
}

Found expect(const Expr& arg, ValueType wanted, const std::string& context) {
  const ValueType type = value_type(arg);
  if (type == wanted) return std::nullopt;
  return fault(
      arg, std::string("expected type ") + describe(wanted) + " in " + context + ", got " + describe(type));
}

Found check_call(const Expr& expr) {
  const Function& f = *expr.function;
  const std::size_t declared = f.arguments.size();
  const std::size_t given = expr.args.size();
  const std::string in_call = " argument(s) in call to " + quoted(f.name) + ", got " + std::to_string(given);
  if (f.optional == 0 && given != declared)
    return fault(expr, "expected " + std::to_string(declared) + in_call);
  if (f.optional != 0) {
    const std::size_t least = declared - static_cast<std::size_t>(f.optional < 0 ? 1 : f.optional);
    if (given < least) return fault(expr, "expected at least " + std::to_string(least) + in_call);
    if (f.optional > 0 && given > declared)
      return fault(expr, "expected at most " + std::to_string(declared) + in_call);
  }
  for (std::size_t i = 0; i < given; ++i) {
    const ValueType wanted = f.arguments[std::min(i, declared - 1)];
    if (Found found = expect(*expr.args[i], wanted, "call to function " + quoted(f.name))) return found;
  }
  return std::nullopt;
}

Found check_aggregate(const Expr& expr) {
  if (Found found = expect(*expr.args[0], ValueType::kVector, "aggregation expression")) return found;
  if (!has_parameter(expr.aggregate)) return std::nullopt;
  const ValueType wanted =
      expr.aggregate == AggregateOp::kCountValues ? ValueType::kString : ValueType::kScalar;
  return expect(*expr.args[1], wanted, "aggregation parameter");
}

Found check_binary(const Expr& expr, std::size_t operator_at) {
  const Expr& lhs = *expr.args[0];
  const Expr& rhs = *expr.args[1];
  const ValueType left = value_type(lhs);
  const ValueType right = value_type(rhs);
  const Matching& matching = expr.matching;
  const auto at_operator = [&](std::string message) {
    return Found(TypeError{operator_at, std::move(message)});
  };
  if (expr.returns_bool && !is_comparison(expr.op))
    return at_operator("bool modifier can only be used on comparison operators");
  if (is_comparison(expr.op) && !expr.returns_bool && left == ValueType::kScalar &&
      right == ValueType::kScalar)
    return at_operator("comparisons between scalars must use BOOL modifier");
  if (matching.on) {
    for (const std::string& label : matching.labels)
      if (std::find(matching.include.begin(), matching.include.end(), label) != matching.include.end())
        return at_operator("label " + quoted(label) + " must not occur in ON and GROUP clause at once");
  }
  const auto fits = [](ValueType type) { return type == ValueType::kScalar || type == ValueType::kVector; };
  if (!fits(left)) return fault(lhs, "binary expression must contain only scalar and instant vector types");
  if (!fits(right)) return fault(rhs, "binary expression must contain only scalar and instant vector types");
  const bool vectors = left == ValueType::kVector && right == ValueType::kVector;
  if (!vectors && matching.given) {
    if (!matching.labels.empty()) return fault(expr, "vector matching only allowed between instant vectors");
  } else if (is_set_operator(expr.op) && (matching.cardinality == Cardinality::kOneToMany ||
                                          matching.cardinality == Cardinality::kManyToOne)) {
    return fault(expr, "no grouping allowed for " + quoted(to_string(expr.op)) + " operation");
  }
  if (!vectors && is_set_operator(expr.op))
    return fault(expr,
                 "set operator " + quoted(to_string(expr.op)) + " not allowed in binary scalar expression");
  return std::nullopt;
}

Found check_selector(const Expr& expr) {
  // A selector that every series could meet would read the whole storage.
  const bool narrow = std::any_of(expr.matchers.begin(), expr.matchers.end(),
                                  [](const Matcher& matcher) { return !matcher.matches(""); });
  if (!narrow) return fault(expr, "vector selector must contain at least one non-empty matcher");
  if (!expr.text.empty()) {
    for (std::size_t i = 0; i + 1 < expr.matchers.size(); ++i)
      if (expr.matchers[i].name == kMetricName)
        return fault(expr, "metric name must not be set twice: " + quoted(expr.text) + " or " +
                               quoted(expr.matchers[i].value));
  }
  return std::nullopt;
}

}  // namespace

std::optional<TypeError> check_types(const Expr& expr) {
  for (const ExprPtr& arg : expr.args)
    if (Found found = check_types(*arg)) return found;
  switch (expr.kind) {
    case ExprKind::kCall:
      return check_call(expr);
    case ExprKind::kAggregate:
      return check_aggregate(expr);
    case ExprKind::kBinary:
      return check_binary(expr, expr.operator_at);
    case ExprKind::kUnary: {
      const ValueType type = value_type(*expr.args[0]);
      if (type != ValueType::kScalar && type != ValueType::kVector)
        return fault(expr,
                     "unary expression only allowed on expressions of type scalar or instant vector, got " +
                         quoted(describe(type)));
      return std::nullopt;
    }
    case ExprKind::kSubquery:
      if (value_type(*expr.args[0]) != ValueType::kVector)
        return fault(expr, std::string("subquery is only allowed on instant vector, got ") +
                               short_name(value_type(*expr.args[0])) + " instead");
      return std::nullopt;
    case ExprKind::kVector:
      return check_selector(expr);
    default:
      return std::nullopt;
  }
}

}  // namespace incident::promql
