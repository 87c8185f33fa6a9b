#include "promql/ast.h"
#include "promql/function.h"
#include "promql/number.h"

namespace incident::promql {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    out += is_label_name(name) ? name : quote(name);
  }
  return out;
}

std::string time_modifiers(const Expr& expr) {
  std::string out;
  if (expr.at == AtAnchor::kStart) out += " @ start()";
  if (expr.at == AtAnchor::kEnd) out += " @ end()";
  if (expr.at == AtAnchor::kTime) {
    const std::int64_t ms = expr.at_ms < 0 ? -expr.at_ms : expr.at_ms;
    std::string fraction = std::to_string(ms % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    out += (expr.at_ms < 0 ? " @ -" : " @ ") + std::to_string(ms / 1000) + "." + fraction;
  }
  if (expr.offset_ms != 0) out += " offset " + format_duration(expr.offset_ms);
  return out;
}

std::string selector(const Expr& expr) {
  std::string out = expr.text;
  std::string inside;
  for (const Matcher& matcher : expr.matchers) {
    if (!expr.text.empty() && matcher.name == kMetricName && matcher.op == Matcher::kEqual) continue;
    if (!inside.empty()) inside += ",";
    inside += matcher.to_string();
  }
  if (!inside.empty() || out.empty()) out += "{" + inside + "}";
  return out;
}

std::string arguments(const Expr& expr) {
  std::string out;
  for (const ExprPtr& arg : expr.args) {
    if (!out.empty()) out += ", ";
    out += to_string(*arg);
  }
  return out;
}

std::string aggregate(const Expr& expr) {
  std::string out = to_string(expr.aggregate);
  if (expr.without)
    out += " without (" + joined(expr.grouping) + ") ";
  else if (!expr.grouping.empty())
    out += " by (" + joined(expr.grouping) + ") ";
  out += "(";
  if (has_parameter(expr.aggregate)) out += to_string(*expr.args[1]) + ", ";
  return out + to_string(*expr.args[0]) + ")";
}

std::string matching(const Expr& expr) {
  std::string out = expr.returns_bool ? " bool" : "";
  const Matching& m = expr.matching;
  if (m.on || !m.labels.empty()) out += (m.on ? " on (" : " ignoring (") + joined(m.labels) + ")";
  if (m.cardinality == Cardinality::kManyToOne) out += " group_left (" + joined(m.include) + ")";
  if (m.cardinality == Cardinality::kOneToMany) out += " group_right (" + joined(m.include) + ")";
  return out;
}

}  // namespace

std::string to_string(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return expr.is_duration ? format_duration(static_cast<std::int64_t>(expr.number * 1000))
                              : format_literal(expr.number);
    case ExprKind::kString:
      return quote(expr.text);
    case ExprKind::kVector:
      return selector(expr) + time_modifiers(expr);
    case ExprKind::kMatrix:
      return selector(*expr.args[0]) + "[" + format_duration(expr.range_ms) + "]" +
             time_modifiers(*expr.args[0]);
    case ExprKind::kSubquery:
      return to_string(*expr.args[0]) + "[" + format_duration(expr.range_ms) + ":" +
             (expr.step_ms == 0 ? "" : format_duration(expr.step_ms)) + "]" + time_modifiers(expr);
    case ExprKind::kCall:
      return std::string(expr.function->name) + "(" + arguments(expr) + ")";
    case ExprKind::kAggregate:
      return aggregate(expr);
    case ExprKind::kBinary:
      return to_string(*expr.args[0]) + " " + to_string(expr.op) + matching(expr) + " " +
             to_string(*expr.args[1]);
    case ExprKind::kUnary:
      return (expr.op == BinaryOp::kSub ? "-" : "+") + to_string(*expr.args[0]);
    case ExprKind::kParen:
      return "(" + to_string(*expr.args[0]) + ")";
  }
  return {};
}

}  // namespace incident::promql
