// The syntax tree of a query. A plain tree of one node type: which fields count is said by the kind. Built by
// the parser, type-checked, then only read; a checked tree may be evaluated from several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promql/matcher.h"

namespace incident::promql {

struct Function;
struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class ValueType : std::uint8_t { kNone, kScalar, kString, kVector, kMatrix };
// "scalar", "string", "instant vector", "range vector": as error messages name it.
const char* describe(ValueType type);

enum class ExprKind : std::uint8_t {
  kNumber,
  kString,
  kVector,  // an instant vector selector
  kMatrix,  // a range vector selector; args[0] is the selector
  kSubquery,
  kCall,
  kAggregate,  // args[0] is what is aggregated, args[1] the parameter of topk and its like
  kBinary,
  kUnary,
  kParen,
};

enum class BinaryOp : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kUnless,
};
const char* to_string(BinaryOp op);
inline bool is_comparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual;
}
inline bool is_set_operator(BinaryOp op) {
  return op >= BinaryOp::kAnd;
}

enum class AggregateOp : std::uint8_t {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
};
const char* to_string(AggregateOp op);
inline bool has_parameter(AggregateOp op) {
  return op >= AggregateOp::kTopk;
}

enum class Cardinality : std::uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

// How the series of two vectors find each other.
struct Matching {
  Cardinality cardinality = Cardinality::kOneToOne;
  bool given = false;                // on or ignoring was written
  bool on = false;                   // else ignoring
  std::vector<std::string> labels;   // of on or ignoring
  std::vector<std::string> include;  // of group_left or group_right
};

enum class AtAnchor : std::uint8_t { kNone, kTime, kStart, kEnd };

struct Expr {
  ExprKind kind = ExprKind::kNumber;
  std::size_t start = 0;  // byte offsets in the query text
  std::size_t end = 0;
  std::vector<ExprPtr> args;
  int depth = 1;  // of the tree from here down

  double number = 0;
  bool is_duration = false;  // the number was written as a duration
  std::string text;          // string literal, or the metric's name in a selector

  std::vector<Matcher> matchers;  // the name's matcher is the last
  std::int64_t offset_ms = 0;     // selectors and subqueries
  bool offset_given = false;
  AtAnchor at = AtAnchor::kNone;
  std::int64_t at_ms = 0;
  std::int64_t range_ms = 0;  // matrix and subquery
  std::int64_t step_ms = 0;   // subquery; 0 is the default step

  const Function* function = nullptr;
  AggregateOp aggregate = AggregateOp::kSum;
  std::vector<std::string> grouping;
  bool without = false;

  BinaryOp op = BinaryOp::kAdd;  // binary; kAdd or kSub in a unary expression
  std::size_t operator_at = 0;
  bool returns_bool = false;
  Matching matching;
};

ValueType value_type(const Expr& expr);
// The expression inside any parentheses.
const Expr& unwrap(const Expr& expr);
// Whether the answer is the same at every step of a range query (all selectors are pinned with @).
bool is_step_invariant(const Expr& expr);
// The query as PromQL text, in Prometheus' own form.
std::string to_string(const Expr& expr);

}  // namespace incident::promql
