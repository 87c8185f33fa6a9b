// The grammar of PromQL by recursive descent. Inside the parser only; parser.h is the door. Throws
// SyntaxError.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/ast.h"
#include "promql/limits.h"
#include "promql/token.h"

namespace incident::promql {

// At a byte offset of the query.
struct SyntaxError {
  std::size_t at;
  std::string message;
};

struct Operator {
  BinaryOp op;
  int precedence;  // larger binds tighter
};

class Parser {
  using K = TokenKind;

 public:
  explicit Parser(std::string_view query) : tokens_(tokenize(query)) {}

  ExprPtr whole_query();
  ExprPtr whole_selector();

 private:
  const Token& at(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  Token take() {
    const Token token = at();
    if (next_ + 1 < tokens_.size()) ++next_;
    last_end_ = token.start + token.text.size();
    return token;
  }
  bool take_if(K kind) {
    if (at().kind != kind) return false;
    take();
    return true;
  }

  [[noreturn]] static void fail(std::size_t at, std::string message) {
    throw SyntaxError{at, std::move(message)};
  }
  [[noreturn]] void unexpected(std::string_view context = {}, std::string_view expected = {}) const {
    if (at().kind == K::kError) fail(at().start, at().message);
    std::string message = "unexpected " + describe(at());
    if (!context.empty()) message += " in " + std::string(context);
    if (!expected.empty()) message += ", expected " + std::string(expected);
    fail(at().start, std::move(message));
  }

  ExprPtr make(ExprKind kind, std::size_t start) const {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->start = start;
    return expr;
  }

  // Chains of operators nest as well as parentheses do, and whoever walks the tree later recurses.
  void adopt(Expr& parent, ExprPtr child) const {
    parent.depth = std::max(parent.depth, child->depth + 1);
    if (parent.depth > limits::kExpressionDepthMax) fail(parent.start, too_deep());
    parent.args.push_back(std::move(child));
  }
  static std::string too_deep() {
    return "expression is nested more than " + std::to_string(limits::kExpressionDepthMax) + " levels deep";
  }

  struct Deeper {  // counts the nesting, so that a hostile query cannot use up the stack
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > limits::kExpressionDepthMax) fail(parser.at().start, too_deep());
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };

  // grammar_expression.cpp
  ExprPtr expression(int min_precedence);
  ExprPtr binary(ExprPtr lhs, Operator op);
  ExprPtr unary();
  ExprPtr primary();
  ExprPtr number();
  static double number_value(const Token& token);
  std::vector<std::string> grouping_labels();
  std::vector<ExprPtr> call_arguments();
  ExprPtr call();
  void aggregate_modifier(Expr& expr);
  ExprPtr aggregate();

  // grammar_selector.cpp
  static std::int64_t duration_value(const Token& token);
  std::int64_t positive_duration(std::string_view context, std::string_view expected);
  static std::string string_value(const Token& token);
  ExprPtr selector();
  void matchers(Expr& expr);
  void matcher(Expr& expr, std::string name, std::size_t start);
  ExprPtr postfix(ExprPtr expr);
  ExprPtr range(ExprPtr inner);
  static Expr& modified(Expr& expr, std::string_view modifier);
  void offset(Expr& expr);
  void pin(Expr& expr);

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t last_end_ = 0;
  int depth_ = 0;
};

// Whether a word that is a keyword elsewhere may name a metric.
bool names_a_metric(TokenKind kind);

}  // namespace incident::promql
