#include "promql/ast.h"
#include "promql/function.h"
#include "promql/number.h"
#include "promql/pretty.h"

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

std::string aggregate_head(const Expr& expr) {
  std::string out = to_string(expr.aggregate);
  if (expr.without)
    out += " without (" + joined(expr.grouping) + ") ";
  else if (!expr.grouping.empty())
    out += " by (" + joined(expr.grouping) + ") ";
  return out + "(";
}

std::string aggregate(const Expr& expr) {
  std::string out = aggregate_head(expr);
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

std::string subquery_suffix(const Expr& expr) {
  return "[" + format_duration(expr.range_ms) + ":" +
         (expr.step_ms == 0 ? "" : format_duration(expr.step_ms)) + "]" + time_modifiers(expr);
}

// As Prometheus' prettier: what does not fit into a line is split, each level indented by two spaces. Its
// one oddity, a subquery that fits is not indented, is kept.
constexpr std::size_t kLineLettersMax = 100;

std::string pretty(const Expr& expr, std::size_t level) {
  const std::string line = to_string(expr);
  const std::string indent(2 * level, ' ');
  const bool fits = line.size() <= kLineLettersMax;
  switch (expr.kind) {
    case ExprKind::kUnary: {
      const std::string child = pretty(*expr.args[0], level);
      return indent + (expr.op == BinaryOp::kSub ? "-" : "+") + child.substr(child.find_first_not_of(' '));
    }
    case ExprKind::kSubquery:
      return fits ? line : pretty(*expr.args[0], level) + subquery_suffix(expr);
    case ExprKind::kAggregate: {
      if (fits) break;
      std::string out = indent + aggregate_head(expr) + "\n";
      if (has_parameter(expr.aggregate)) out += pretty(*expr.args[1], level + 1) + ",\n";
      return out + pretty(*expr.args[0], level + 1) + "\n" + indent + ")";
    }
    case ExprKind::kBinary:
      if (fits) break;
      return pretty(*expr.args[0], level + 1) + "\n" + indent + to_string(expr.op) + matching(expr) + "\n" +
             pretty(*expr.args[1], level + 1);
    case ExprKind::kCall: {
      if (fits) break;
      std::string inside;
      for (const ExprPtr& arg : expr.args) inside += (inside.empty() ? "" : ",\n") + pretty(*arg, level + 1);
      return indent + std::string(expr.function->name) + "(\n" + inside + "\n" + indent + ")";
    }
    case ExprKind::kParen:
      if (fits) break;
      return indent + "(\n" + pretty(*expr.args[0], level + 1) + "\n" + indent + ")";
    default:
      break;
  }
  return indent + line;
}

}  // namespace

std::string pretty(const Expr& expr) {
  return pretty(expr, 0);
}

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
      return to_string(*expr.args[0]) + subquery_suffix(expr);
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
