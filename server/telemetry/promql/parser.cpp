#include "promql/parser.h"

#include <algorithm>
#include <cmath>

#include "promql/function.h"
#include "promql/limits.h"
#include "promql/number.h"
#include "promql/token.h"

namespace incident::promql {

namespace {

using K = TokenKind;

// Thrown inside the parser only; the doors below turn it into a Result.
struct SyntaxError {
  std::size_t at;
  std::string message;
};

struct Operator {
  BinaryOp op;
  int precedence;  // larger binds tighter
};

std::optional<Operator> binary_operator(K kind) {
  switch (kind) {
    case K::kOr:
      return Operator{BinaryOp::kOr, 1};
    case K::kAnd:
      return Operator{BinaryOp::kAnd, 2};
    case K::kUnless:
      return Operator{BinaryOp::kUnless, 2};
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
    case K::kAtan2:
      return Operator{BinaryOp::kAtan2, 5};
    case K::kPow:
      return Operator{BinaryOp::kPow, 6};
    default:
      return std::nullopt;
  }
}
constexpr int kUnaryPrecedence = 5;  // -1 ^ 2 is -(1 ^ 2)
constexpr int kPowerPrecedence = 6;

bool names_a_metric(K kind) {
  switch (kind) {
    case K::kIdentifier:
    case K::kMetricIdentifier:
    case K::kAggregator:
    case K::kBy:
    case K::kWithout:
    case K::kOffset:
    case K::kAnd:
    case K::kOr:
    case K::kUnless:
    case K::kStart:
    case K::kFinish:
      return true;
    default:
      return false;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view query) : query_(query), tokens_(tokenize(query)) {}

  ExprPtr whole_query() {
    if (at().kind == K::kEnd) fail(0, "no expression found in input");
    ExprPtr expr = expression(0);
    if (at().kind != K::kEnd) unexpected();
    return expr;
  }

  ExprPtr whole_selector() {
    ExprPtr expr = selector();
    if (at().kind != K::kEnd) unexpected();
    return expr;
  }

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

  ExprPtr expression(int min_precedence) {
    const Deeper deeper(*this);
    ExprPtr lhs = unary();
    while (true) {
      const auto op = binary_operator(at().kind);
      if (!op || op->precedence < min_precedence) return lhs;
      lhs = binary(std::move(lhs), *op);
    }
  }

  ExprPtr binary(ExprPtr lhs, Operator op) {
    ExprPtr expr = make(ExprKind::kBinary, lhs->start);
    expr->operator_at = take().start;
    expr->op = op.op;
    if (is_set_operator(op.op)) expr->matching.cardinality = Cardinality::kManyToMany;
    if (take_if(K::kBool)) expr->returns_bool = true;
    if (at().kind == K::kOn || at().kind == K::kIgnoring) {
      expr->matching.given = true;
      expr->matching.on = take().kind == K::kOn;
      expr->matching.labels = grouping_labels();
      if (at().kind == K::kGroupLeft || at().kind == K::kGroupRight) {
        expr->matching.cardinality =
            take().kind == K::kGroupLeft ? Cardinality::kManyToOne : Cardinality::kOneToMany;
        if (at().kind == K::kLeftParen) expr->matching.include = grouping_labels();
      }
    }
    // Power binds to the right, all others to the left.
    ExprPtr rhs = expression(op.precedence == kPowerPrecedence ? kPowerPrecedence : op.precedence + 1);
    expr->end = rhs->end;
    adopt(*expr, std::move(lhs));
    adopt(*expr, std::move(rhs));
    return expr;
  }

  ExprPtr unary() {
    if (at().kind != K::kAdd && at().kind != K::kSub) return postfix(primary());
    const Token sign = take();
    ExprPtr inner = expression(kUnaryPrecedence + 1);
    if (inner->kind == ExprKind::kNumber) {
      if (sign.kind == K::kSub) inner->number = -inner->number;
      inner->start = sign.start;
      return inner;
    }
    ExprPtr expr = make(ExprKind::kUnary, sign.start);
    expr->op = sign.kind == K::kSub ? BinaryOp::kSub : BinaryOp::kAdd;
    expr->end = inner->end;
    adopt(*expr, std::move(inner));
    return expr;
  }

  ExprPtr primary() {
    const Token& token = at();
    switch (token.kind) {
      case K::kNumber:
      case K::kDuration:
        return number();
      case K::kString: {
        ExprPtr expr = make(ExprKind::kString, token.start);
        expr->text = string_value(take());
        expr->end = last_end_;
        return expr;
      }
      case K::kLeftParen: {
        ExprPtr expr = make(ExprKind::kParen, take().start);
        adopt(*expr, expression(0));
        if (!take_if(K::kRightParen)) unexpected();
        expr->end = last_end_;
        return expr;
      }
      case K::kAggregator:
        if (at(1).kind == K::kLeftParen || at(1).kind == K::kBy || at(1).kind == K::kWithout)
          return aggregate();
        return selector();
      case K::kIdentifier:
        if (at(1).kind == K::kLeftParen) return call();
        return selector();
      default:
        if (token.kind == K::kLeftBrace || names_a_metric(token.kind)) return selector();
        unexpected();
    }
  }

  ExprPtr number() {
    const Token token = take();
    ExprPtr expr = make(ExprKind::kNumber, token.start);
    expr->end = last_end_;
    if (token.kind == K::kDuration) {
      expr->number = static_cast<double>(duration_value(token)) / 1000;
      expr->is_duration = true;
    } else {
      expr->number = number_value(token);
    }
    return expr;
  }

  static double number_value(const Token& token) {
    const auto value = parse_number(token.text);
    if (value) return *value;
    const bool overflow = token.text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                          token.text.back() >= '0' && token.text.back() <= '9';
    fail(token.start, "error parsing number: strconv.ParseFloat: parsing " + quote(token.text) +
                          (overflow ? ": value out of range" : ": invalid syntax"));
  }

  static std::int64_t duration_value(const Token& token) {
    const auto ms = parse_duration_ms(token.text);
    if (!ms) fail(token.start, "not a valid duration string: " + quote(token.text));
    return *ms;
  }

  // A range, offset or step: a duration, or (as Prometheus 3 allows) a plain number of seconds.
  std::int64_t positive_duration(std::string_view context, std::string_view expected) {
    if (at().kind != K::kDuration && at().kind != K::kNumber) unexpected(context, expected);
    const Token token = take();
    std::int64_t ms = 0;
    if (token.kind == K::kDuration) {
      ms = duration_value(token);
    } else {
      const double seconds = number_value(token);
      if (!(std::abs(seconds) < 9.2e9)) fail(token.start, "duration out of range");
      ms = std::llround(seconds * 1000);
    }
    if (ms <= 0) fail(token.start, "duration must be greater than 0");
    return ms;
  }

  static std::string string_value(const Token& token) {
    auto value = unquote(token.text);
    if (!value) fail(token.start, value.error().message);
    return std::move(*value);
  }

  std::vector<std::string> grouping_labels() {
    if (!take_if(K::kLeftParen)) unexpected("grouping opts", "\"(\"");
    std::vector<std::string> labels;
    while (!take_if(K::kRightParen)) {
      if (at().kind == K::kString) {
        labels.push_back(string_value(take()));
      } else {
        if (!is_label_name(at().text) || at().kind == K::kNumber) unexpected("grouping opts", "label");
        labels.emplace_back(take().text);
      }
      if (take_if(K::kComma)) continue;
      if (at().kind != K::kRightParen) unexpected("grouping opts", "\",\" or \")\"");
    }
    return labels;
  }

  std::vector<ExprPtr> call_arguments() {
    std::vector<ExprPtr> args;
    take();  // the left parenthesis
    if (take_if(K::kRightParen)) return args;
    while (true) {
      args.push_back(expression(0));
      if (take_if(K::kRightParen)) return args;
      if (at().kind != K::kComma) unexpected();
      const std::size_t comma = take().start;
      if (at().kind == K::kRightParen) fail(comma, "trailing commas not allowed in function call args");
    }
  }

  ExprPtr call() {
    const Token name = take();
    ExprPtr expr = make(ExprKind::kCall, name.start);
    expr->function = find_function(name.text);
    for (ExprPtr& arg : call_arguments()) adopt(*expr, std::move(arg));
    expr->end = last_end_;
    if (expr->function == nullptr) fail(name.start, "unknown function with name " + quote(name.text));
    return expr;
  }

  void aggregate_modifier(Expr& expr) {
    expr.without = take().kind == K::kWithout;
    expr.grouping = grouping_labels();
  }

  ExprPtr aggregate() {
    const Token name = take();
    ExprPtr expr = make(ExprKind::kAggregate, name.start);
    std::string lower(name.text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (int op = 0; op <= static_cast<int>(AggregateOp::kLimitRatio); ++op)
      if (lower == to_string(static_cast<AggregateOp>(op))) expr->aggregate = static_cast<AggregateOp>(op);
    const auto is_modifier = [this] { return at().kind == K::kBy || at().kind == K::kWithout; };
    const bool modified = is_modifier();
    if (modified) aggregate_modifier(*expr);
    if (at().kind != K::kLeftParen) unexpected("aggregation");
    std::vector<ExprPtr> args = call_arguments();
    if (!modified && is_modifier()) aggregate_modifier(*expr);
    expr->end = last_end_;
    if (args.empty()) fail(name.start, "no arguments for aggregate expression provided");
    const std::size_t wanted = has_parameter(expr->aggregate) ? 2 : 1;
    if (args.size() != wanted)
      fail(name.start, "wrong number of arguments for aggregate expression provided, expected " +
                           std::to_string(wanted) + ", got " + std::to_string(args.size()));
    if (wanted == 2) std::swap(args[0], args[1]);
    for (ExprPtr& arg : args) adopt(*expr, std::move(arg));
    return expr;
  }

  ExprPtr selector() {
    ExprPtr expr = make(ExprKind::kVector, at().start);
    if (names_a_metric(at().kind)) expr->text = std::string(take().text);
    if (at().kind == K::kLeftBrace) {
      matchers(*expr);
    } else if (expr->text.empty()) {
      unexpected();
    }
    if (!expr->text.empty()) expr->matchers.push_back(Matcher::equal(std::string(kMetricName), expr->text));
    expr->end = last_end_;
    return expr;
  }

  void matchers(Expr& expr) {
    take();  // the left brace
    while (!take_if(K::kRightBrace)) {
      if (at().kind != K::kIdentifier && at().kind != K::kString)
        unexpected("label matching", "identifier or \"}\"");
      const Token name_token = take();
      std::string name =
          name_token.kind == K::kString ? string_value(name_token) : std::string(name_token.text);
      if (name_token.kind == K::kString && (at().kind == K::kComma || at().kind == K::kRightBrace)) {
        if (!expr.text.empty())
          fail(expr.start, "metric name must not be set twice: " + quote(expr.text) + " or " + quote(name));
        expr.text = std::move(name);  // {"name"}, as Prometheus 3 writes names of any letters
      } else {
        matcher(expr, std::move(name), name_token.start);
      }
      if (take_if(K::kComma)) continue;
      if (at().kind != K::kRightBrace) unexpected("label matching", "\",\" or \"}\"");
    }
  }

  void matcher(Expr& expr, std::string name, std::size_t start) {
    Matcher::Op op = Matcher::kEqual;
    switch (at().kind) {
      case K::kAssign:
        break;
      case K::kNotEqual:
        op = Matcher::kNotEqual;
        break;
      case K::kMatch:
        op = Matcher::kRegex;
        break;
      case K::kNotMatch:
        op = Matcher::kNotRegex;
        break;
      default:
        unexpected("label matching", "label matching operator");
    }
    take();
    if (at().kind != K::kString) unexpected("label matching", "string");
    const Token value = take();
    auto made = Matcher::make(op, std::move(name), string_value(value));
    if (!made) fail(start, made.error().message);
    expr.matchers.push_back(std::move(*made));
  }

  ExprPtr postfix(ExprPtr expr) {
    while (true) {
      if (at().kind == K::kLeftBracket)
        expr = range(std::move(expr));
      else if (at().kind == K::kOffset)
        offset(*expr);
      else if (at().kind == K::kAt)
        pin(*expr);
      else
        return expr;
    }
  }

  ExprPtr range(ExprPtr inner) {
    const Deeper deeper(*this);
    const std::size_t bracket = take().start;
    const std::int64_t range_ms = positive_duration("subquery selector", "duration");
    ExprPtr expr = make(ExprKind::kMatrix, inner->start);
    expr->range_ms = range_ms;
    if (take_if(K::kColon)) {
      expr->kind = ExprKind::kSubquery;
      if (at().kind != K::kRightBracket)
        expr->step_ms = positive_duration("subquery selector", "duration or \"]\"");
      if (!take_if(K::kRightBracket)) unexpected("subquery selector", "\"]\"");
    } else {
      if (!take_if(K::kRightBracket)) unexpected("subquery or range", "\":\" or \"]\"");
      if (inner->kind != ExprKind::kVector) fail(bracket, "ranges only allowed for vector selectors");
      if (inner->offset_given) fail(bracket, "no offset modifiers allowed before range");
      if (inner->at != AtAnchor::kNone) fail(bracket, "no @ modifiers allowed before range");
    }
    expr->end = last_end_;
    adopt(*expr, std::move(inner));
    return expr;
  }

  // Where offset and @ of this expression belong: a range selector's are its selector's.
  static Expr& modified(Expr& expr, std::string_view modifier) {
    if (expr.kind == ExprKind::kVector || expr.kind == ExprKind::kSubquery) return expr;
    if (expr.kind == ExprKind::kMatrix) return *expr.args[0];
    fail(expr.start,
         std::string(modifier) +
             " modifier must be preceded by an instant vector selector or range vector selector or a "
             "subquery");
  }

  void offset(Expr& expr) {
    take();
    const bool negative = at().kind == K::kSub;
    if (negative || at().kind == K::kAdd) take();
    if (at().kind != K::kDuration && at().kind != K::kNumber) unexpected("offset", "duration");
    const Token token = take();
    std::int64_t ms = 0;
    if (token.kind == K::kDuration) {
      ms = duration_value(token);
    } else {
      const double seconds = number_value(token);
      if (!(std::abs(seconds) < 9.2e9)) fail(token.start, "duration out of range");
      ms = std::llround(seconds * 1000);
    }
    Expr& target = modified(expr, "offset");
    if (target.offset_given && target.offset_ms != 0)
      fail(expr.start, "offset may not be set multiple times");
    target.offset_given = true;
    target.offset_ms = negative ? -ms : ms;
    expr.end = last_end_;
  }

  void pin(Expr& expr) {
    take();
    AtAnchor anchor = AtAnchor::kTime;
    double seconds = 0;
    if (at().kind == K::kStart || at().kind == K::kFinish) {
      anchor = take().kind == K::kStart ? AtAnchor::kStart : AtAnchor::kEnd;
      if (!take_if(K::kLeftParen) || !take_if(K::kRightParen)) unexpected("@", "timestamp");
    } else {
      const bool negative = at().kind == K::kSub;
      if (negative || at().kind == K::kAdd) take();
      if (at().kind != K::kNumber && at().kind != K::kDuration) unexpected("@", "timestamp");
      const Token token = take();
      seconds =
          token.kind == K::kNumber ? number_value(token) : static_cast<double>(duration_value(token)) / 1000;
      if (negative) seconds = -seconds;
    }
    Expr& target = modified(expr, "@");
    if (target.at != AtAnchor::kNone) fail(expr.start, "@ <timestamp> may not be set multiple times");
    if (!(std::abs(seconds) < 9.2e15))
      fail(expr.start, "timestamp out of bounds for @ modifier: " + format_fixed(seconds));
    target.at = anchor;
    target.at_ms = std::llround(seconds * 1000);
    expr.end = last_end_;
  }

  std::string_view query_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t last_end_ = 0;
  int depth_ = 0;
};

Error located(std::string_view query, std::size_t at, const std::string& message) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < at && i < query.size(); ++i) {
    if (query[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  std::string place = std::to_string(line) + ":" + std::to_string(column);
  return invalid(place + ": parse error: " + message, place);
}

template <class Parse>
Result<ExprPtr> guarded(std::string_view query, Parse parse) {
  if (query.size() > limits::kExpressionLengthMax)
    return Error{ErrorCode::kResourceExhausted,
                 "query is longer than " + std::to_string(limits::kExpressionLengthMax) + " bytes"};
  try {
    Parser parser(query);
    ExprPtr expr = parse(parser);
    if (auto found = check_types(*expr)) return located(query, found->at, found->message);
    return expr;
  } catch (const SyntaxError& error) {
    return located(query, error.at, error.message);
  }
}

}  // namespace

Result<ExprPtr> parse_expr(std::string_view query) {
  return guarded(query, [](Parser& parser) { return parser.whole_query(); });
}

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  auto expr = guarded(text, [](Parser& parser) { return parser.whole_selector(); });
  if (!expr) return expr.error();
  return std::move((*expr)->matchers);
}

Result<Labels> parse_labels(std::string_view text) {
  if (text == "{}") return Labels{};
  auto matchers = parse_selector(text);
  if (!matchers) return matchers.error();
  std::vector<Label> labels;
  for (Matcher& matcher : *matchers) {
    if (matcher.op != Matcher::kEqual)
      return invalid("a series is named with '=' only: " + matcher.to_string());
    labels.push_back({std::move(matcher.name), std::move(matcher.value)});
  }
  return Labels::from(std::move(labels));
}

}  // namespace incident::promql
