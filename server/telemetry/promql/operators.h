// What the binary operators do to two numbers.
#pragma once

#include <cmath>

#include "promql/ast.h"

namespace incident::promql {

struct Outcome {
  double value = 0;
  bool kept = true;  // a comparison that is false drops its element
};

inline Outcome apply(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return {a + b};
    case BinaryOp::kSub:
      return {a - b};
    case BinaryOp::kMul:
      return {a * b};
    case BinaryOp::kDiv:
      return {a / b};
    case BinaryOp::kMod:
      return {std::fmod(a, b)};
    case BinaryOp::kPow:
      return {std::pow(a, b)};
    case BinaryOp::kAtan2:
      return {std::atan2(a, b)};
    case BinaryOp::kEqual:
      return {a, a == b};
    case BinaryOp::kNotEqual:
      return {a, a != b};
    case BinaryOp::kLess:
      return {a, a < b};
    case BinaryOp::kLessEqual:
      return {a, a <= b};
    case BinaryOp::kGreater:
      return {a, a > b};
    case BinaryOp::kGreaterEqual:
      return {a, a >= b};
    default:
      return {0, false};
  }
}

// Arithmetic makes a new quantity, so the result has no metric name; a filter keeps it.
inline bool drops_name(BinaryOp op) {
  return !is_comparison(op) && !is_set_operator(op);
}

}  // namespace incident::promql
