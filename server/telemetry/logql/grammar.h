// The grammar of LogQL by recursive descent. Inside the parser only; query.h is the door. Throws SyntaxError.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logql/limits.h"
#include "logql/query.h"
#include "logql/token.h"

namespace incident::logql {

// At a byte offset of the query, or nowhere in particular.
struct SyntaxError {
  std::optional<std::size_t> at;
  std::string message;
};

class Parser {
  using K = TokenKind;

 public:
  explicit Parser(std::string_view text) : tokens_(tokenize(text)) {}

  Query whole_query();
  std::vector<Matcher> whole_selector();

 private:
  const Token& at(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  Token take() {
    Token token = at();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  bool take_if(K kind) {
    if (at().kind != kind) return false;
    take();
    return true;
  }
  // Keywords, in any case.
  bool at_word(std::string_view word, std::size_t ahead = 0) const;
  bool take_word(std::string_view word) {
    if (!at_word(word)) return false;
    take();
    return true;
  }
  Token expect(K kind, std::string_view expected) {
    if (at().kind != kind) unexpected(expected);
    return take();
  }

  [[noreturn]] static void fail(std::size_t at, std::string message) {
    throw SyntaxError{at, std::move(message)};
  }
  // "syntax error: unexpected X, expecting Y"
  [[noreturn]] void unexpected(std::string_view expected = {}) const;
  // The value of what the query's text gives, or its error at that place.
  template <class T>
  static T valid(Result<T> result, std::size_t at) {
    if (!result) fail(at, result.error().message);
    return std::move(*result);
  }

  struct Deeper {  // counts the nesting, so that a hostile query cannot use up the stack
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > limits::kDepthMax) fail(parser.at().start, too_deep());
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };
  static std::string too_deep() {
    return "the query is nested more than " + std::to_string(limits::kDepthMax) + " levels deep";
  }

  // grammar_log.cpp: selectors and what lines pass through
  std::vector<Matcher> selector();
  Matcher matcher();
  Selector log_query();
  bool at_stage() const;
  void stage(std::vector<Stage>& out);
  LineFilter line_filter();
  Stage piped_stage();
  std::vector<std::pair<Token, std::string>> extraction_list();
  LabelFormat label_format();
  PickLabels pick_labels(bool keep);

  // grammar_filter.cpp: label filters
  LabelFilter label_filter();
  LabelFilter and_filter();
  LabelFilter one_filter();
  [[noreturn]] static void refuse_ip(std::size_t at);

  // grammar_range.cpp: range aggregations
  void log_range(RangeAggregation& out);
  void log_range_parts(RangeAggregation& out);
  Unwrap unwrap();
  promql::ExprPtr range_aggregation(RangeOp op);
  static void check(const RangeAggregation& range, const Token& name);

  // grammar_metric.cpp: everything above range aggregations
  promql::ExprPtr expression(int min_precedence);
  promql::ExprPtr binary(promql::ExprPtr lhs, promql::BinaryOp op, int precedence);
  promql::ExprPtr primary();
  promql::ExprPtr literal(bool negative);
  promql::ExprPtr vector_aggregation(promql::AggregateOp op);
  promql::ExprPtr sort(const Token& name);
  promql::ExprPtr vector_call();
  promql::ExprPtr label_replace();
  std::optional<Grouping> grouping();
  std::vector<std::string> label_list();
  void reduce_at_source(const promql::Expr& argument, const std::optional<Grouping>& grouping);
  static promql::ExprPtr make(promql::ExprKind kind, std::size_t start);
  static void adopt(promql::Expr& parent, promql::ExprPtr child);

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
  std::vector<RangeAggregation> ranges_;
  bool sorted_ = false;
};

}  // namespace incident::logql
