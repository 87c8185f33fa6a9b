#include "promql/evaluator.h"
#include "promql/operators.h"

namespace incident::promql {

Frame Evaluator::vector(const Expr& expr, const StepRange& steps) {
  Frame frame = vector_nameless(expr, steps);
  settle_names(frame);
  return frame;
}

Frame Evaluator::vector_nameless(const Expr& expr, const StepRange& steps) {
  if (steps.count > 1 && is_step_invariant(expr)) {
    const Frame once = vector(expr, {steps.start_ms, steps.step_ms, 1});
    Frame out(steps.count, budget_);
    for (std::size_t i = 0; i < once.size(); ++i) {
      double* row = out.add(once.labels_ptr(i));
      std::fill(row, row + steps.count, once.row(i)[0]);
    }
    return out;
  }
  switch (expr.kind) {
    case ExprKind::kParen:
      return vector_nameless(*expr.args[0], steps);
    case ExprKind::kVector:
      return selector(expr, steps, Shown::kValue);
    case ExprKind::kAggregate:
      return aggregate(expr, steps);
    case ExprKind::kCall:
      return call(expr, steps);
    case ExprKind::kBinary:
      return binary(expr, steps);
    case ExprKind::kUnary: {
      Frame frame = vector_nameless(*expr.args[0], steps);
      if (expr.op == BinaryOp::kAdd) return frame;
      for (std::size_t row = 0; row < frame.size(); ++row) {
        double* values = frame.row(row);
        for (std::size_t i = 0; i < steps.count; ++i)
          if (has_value(values[i])) values[i] = -values[i];
      }
      drop_names(frame, Joining::kStrict, budget_);
      return frame;
    }
    default:
      break;
  }
  fault("unexpected expression: " + to_string(expr));
}

std::vector<double> Evaluator::scalar(const Expr& expr, const StepRange& steps) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return std::vector<double>(steps.count, expr.number);
    case ExprKind::kParen:
      return scalar(*expr.args[0], steps);
    case ExprKind::kUnary: {
      auto values = scalar(*expr.args[0], steps);
      if (expr.op == BinaryOp::kSub)
        for (double& v : values) v = -v;
      return values;
    }
    case ExprKind::kBinary: {
      auto values = scalar(*expr.args[0], steps);
      const auto right = scalar(*expr.args[1], steps);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const Outcome outcome = apply(expr.op, values[i], right[i]);
        values[i] = is_comparison(expr.op) ? (outcome.kept ? 1 : 0) : outcome.value;
      }
      return values;
    }
    case ExprKind::kCall: {
      std::vector<double> values(steps.count, quiet_nan());
      if (expr.function->id == kPi) {
        std::fill(values.begin(), values.end(), 3.14159265358979323846);
      } else if (expr.function->id == kTime) {
        for (std::size_t i = 0; i < steps.count; ++i) values[i] = static_cast<double>(steps.at(i)) / 1000;
      } else {  // scalar(): the one element, or NaN when there is none or more than one
        const Frame frame = vector(*expr.args[0], steps);
        std::vector<int> found(steps.count, 0);
        for (std::size_t row = 0; row < frame.size(); ++row)
          for (std::size_t i = 0; i < steps.count; ++i) {
            const double v = frame.row(row)[i];
            if (has_value(v)) values[i] = ++found[i] == 1 ? v : quiet_nan();
          }
      }
      return values;
    }
    default:
      break;
  }
  fault("unexpected expression: " + to_string(expr));
}

Frame Evaluator::binary(const Expr& expr, const StepRange& steps) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  const bool left_is_scalar = value_type(left) == ValueType::kScalar;
  if (left_is_scalar || value_type(right) == ValueType::kScalar) {
    const auto number = scalar(left_is_scalar ? left : right, steps);
    return vector_scalar(expr, vector_nameless(left_is_scalar ? right : left, steps), number, left_is_scalar);
  }
  Frame lhs = vector(left, steps);
  Frame rhs = vector(right, steps);
  budget_.work((lhs.size() + rhs.size()) * steps.count);
  if (is_set_operator(expr.op)) return set_operation(expr, std::move(lhs), std::move(rhs));
  return vector_vector(expr, lhs, rhs);
}

Frame Evaluator::vector_scalar(const Expr& expr, Frame frame, const std::vector<double>& scalar,
                               bool scalar_is_left) {
  const std::size_t steps = frame.steps();
  for (std::size_t row = 0; row < frame.size(); ++row) {
    double* values = frame.row(row);
    for (std::size_t i = 0; i < steps; ++i) {
      const double v = values[i];
      if (!has_value(v)) continue;
      const Outcome outcome = scalar_is_left ? apply(expr.op, scalar[i], v) : apply(expr.op, v, scalar[i]);
      if (expr.returns_bool)
        values[i] = outcome.kept ? 1 : 0;
      else if (is_comparison(expr.op))
        values[i] = outcome.kept ? v : no_value();
      else
        values[i] = outcome.value;
    }
    budget_.work(steps);
  }
  if (drops_name(expr.op) || expr.returns_bool) drop_names(frame, Joining::kByStep, budget_);
  return frame;
}

}  // namespace incident::promql
