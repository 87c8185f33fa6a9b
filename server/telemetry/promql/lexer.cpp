#include <algorithm>
#include <array>

#include "promql/labels.h"
#include "promql/number.h"
#include "promql/token.h"

namespace incident::promql {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

struct Keyword {
  std::string_view word;
  TokenKind kind;
};
constexpr std::array kKeywords{
    Keyword{"and", TokenKind::kAnd},
    Keyword{"or", TokenKind::kOr},
    Keyword{"unless", TokenKind::kUnless},
    Keyword{"atan2", TokenKind::kAtan2},
    Keyword{"by", TokenKind::kBy},
    Keyword{"without", TokenKind::kWithout},
    Keyword{"on", TokenKind::kOn},
    Keyword{"ignoring", TokenKind::kIgnoring},
    Keyword{"group_left", TokenKind::kGroupLeft},
    Keyword{"group_right", TokenKind::kGroupRight},
    Keyword{"bool", TokenKind::kBool},
    Keyword{"offset", TokenKind::kOffset},
    Keyword{"start", TokenKind::kStart},
    Keyword{"end", TokenKind::kFinish},
    Keyword{"sum", TokenKind::kAggregator},
    Keyword{"avg", TokenKind::kAggregator},
    Keyword{"count", TokenKind::kAggregator},
    Keyword{"min", TokenKind::kAggregator},
    Keyword{"max", TokenKind::kAggregator},
    Keyword{"group", TokenKind::kAggregator},
    Keyword{"stddev", TokenKind::kAggregator},
    Keyword{"stdvar", TokenKind::kAggregator},
    Keyword{"topk", TokenKind::kAggregator},
    Keyword{"bottomk", TokenKind::kAggregator},
    Keyword{"count_values", TokenKind::kAggregator},
    Keyword{"quantile", TokenKind::kAggregator},
    Keyword{"limitk", TokenKind::kAggregator},
    Keyword{"limit_ratio", TokenKind::kAggregator},
    Keyword{"inf", TokenKind::kNumber},
    Keyword{"nan", TokenKind::kNumber},
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (tokens_.empty() || (tokens_.back().kind != TokenKind::kEnd && !failed_)) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
  bool at_end() const { return pos_ >= text_.size(); }

  void emit(TokenKind kind, std::size_t length) {
    tokens_.push_back({kind, pos_, text_.substr(pos_, length), {}});
    pos_ += length;
  }
  void fail(std::string message, std::size_t at) {
    tokens_.push_back({TokenKind::kError, at, {}, std::move(message)});
    failed_ = true;
  }
  std::string shown(std::size_t at) const {  // a character in single quotes, as errors show it
    if (at >= text_.size()) return "end of input";
    std::size_t n = 1;
    while (at + n < text_.size() && (static_cast<unsigned char>(text_[at + n]) & 0xC0) == 0x80) ++n;
    return "'" + std::string(text_.substr(at, n)) + "'";
  }

  void step() {
    while (!at_end() && is_space(peek())) ++pos_;
    if (peek() == '#') {
      while (!at_end() && peek() != '\n') ++pos_;
      return;
    }
    if (braces_)
      inside_braces();
    else if (brackets_)
      inside_brackets();
    else
      statement();
  }

  void end_of_input() {
    if (depth_ > 0)
      fail("unclosed left parenthesis", pos_);
    else if (brackets_)
      fail("unclosed left bracket", pos_);
    else
      emit(TokenKind::kEnd, 0);
  }

  void statement() {
    if (at_end()) return end_of_input();
    const char c = peek();
    const char next = peek(1);
    switch (c) {
      case ',':
        return emit(TokenKind::kComma, 1);
      case '*':
        return emit(TokenKind::kMul, 1);
      case '/':
        return emit(TokenKind::kDiv, 1);
      case '%':
        return emit(TokenKind::kMod, 1);
      case '+':
        return emit(TokenKind::kAdd, 1);
      case '-':
        return emit(TokenKind::kSub, 1);
      case '^':
        return emit(TokenKind::kPow, 1);
      case '@':
        return emit(TokenKind::kAt, 1);
      case '=':
        if (next == '=') return emit(TokenKind::kEqualEqual, 2);
        if (next == '~') return fail("unexpected character after '=': '~'", pos_);
        return emit(TokenKind::kAssign, 1);
      case '!':
        if (next == '=') return emit(TokenKind::kNotEqual, 2);
        return fail("unexpected character after '!': " + shown(pos_ + 1), pos_);
      case '<':
        return next == '=' ? emit(TokenKind::kLessEqual, 2) : emit(TokenKind::kLess, 1);
      case '>':
        return next == '=' ? emit(TokenKind::kGreaterEqual, 2) : emit(TokenKind::kGreater, 1);
      case '"':
      case '\'':
      case '`':
        return string();
      case '(':
        ++depth_;
        return emit(TokenKind::kLeftParen, 1);
      case ')':
        if (--depth_ < 0) return fail("unexpected right parenthesis ')'", pos_ + 1);
        return emit(TokenKind::kRightParen, 1);
      case '{':
        braces_ = true;
        return emit(TokenKind::kLeftBrace, 1);
      case '[':
        brackets_ = true;
        colon_seen_ = false;
        emit(TokenKind::kLeftBracket, 1);
        while (!at_end() && is_space(peek())) ++pos_;
        if (peek() != ']' && !is_digit(peek())) fail("missing unit character in duration", pos_);
        return;
      case ']':
        return fail("unexpected right bracket ']'", pos_);
      default:
        break;
    }
    if (is_digit(c) || (c == '.' && is_digit(next))) return number_or_duration();
    if (is_alpha(c) || c == ':') return identifier();
    fail("unexpected character: " + shown(pos_), pos_);
  }

  void inside_braces() {
    if (at_end()) return fail("unexpected end of input inside braces", pos_);
    const char c = peek();
    const char next = peek(1);
    if (is_alpha(c)) {
      std::size_t n = 1;
      while (is_alpha(peek(n)) || is_digit(peek(n))) ++n;
      return emit(TokenKind::kIdentifier, n);
    }
    if (c == ',') return emit(TokenKind::kComma, 1);
    if (c == '"' || c == '\'' || c == '`') return string();
    if (c == '=') return next == '~' ? emit(TokenKind::kMatch, 2) : emit(TokenKind::kAssign, 1);
    if (c == '!') {
      if (next == '~') return emit(TokenKind::kNotMatch, 2);
      if (next == '=') return emit(TokenKind::kNotEqual, 2);
      return fail("unexpected character after '!' inside braces: " + shown(pos_ + 1), pos_);
    }
    if (c == '}') {
      braces_ = false;
      return emit(TokenKind::kRightBrace, 1);
    }
    if (c == '{') return fail("unexpected left brace '{'", pos_);
    fail("unexpected character inside braces: " + shown(pos_), pos_);
  }

  void inside_brackets() {
    if (at_end()) return end_of_input();
    const char c = peek();
    if (c == ']') {
      brackets_ = false;
      return emit(TokenKind::kRightBracket, 1);
    }
    if (c == ':') {
      if (colon_seen_) return fail("unexpected second colon(:) in subquery", pos_);
      colon_seen_ = true;
      return emit(TokenKind::kColon, 1);
    }
    if (is_digit(c)) return number_or_duration();
    if (c == '[') return fail("unexpected left bracket '['", pos_);
    fail("unexpected character inside brackets: " + shown(pos_), pos_);
  }

  void string() {
    const char mark = peek();
    std::size_t n = 1;
    while (true) {
      if (pos_ + n >= text_.size() || (mark != '`' && peek(n) == '\n'))
        return fail(mark == '`' ? "unterminated raw string" : "unterminated quoted string", pos_);
      const char c = peek(n);
      if (c == mark) break;
      if (c == '\\' && mark != '`') {
        if (pos_ + n + 1 >= text_.size()) return fail("escape sequence not terminated", pos_);
        ++n;
      }
      ++n;
    }
    emit(TokenKind::kString, n + 1);
  }

  // Length of the number at the current place, or 0.
  std::size_t number_length() const {
    std::size_t n = 0;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      n = 2;
      while (is_hex(peek(n))) ++n;
      return n;
    }
    while (is_digit(peek(n))) ++n;
    if (peek(n) == '.') {
      ++n;
      while (is_digit(peek(n))) ++n;
    }
    if (peek(n) == 'e' || peek(n) == 'E') {
      ++n;
      if (peek(n) == '+' || peek(n) == '-') ++n;
      while (is_digit(peek(n))) ++n;
    }
    return n;
  }

  std::size_t duration_length() const {
    std::size_t n = 0;
    std::size_t whole = 0;
    while (is_digit(peek(n))) {
      while (is_digit(peek(n))) ++n;
      const char unit = peek(n);
      if (unit == 'm' && peek(n + 1) == 's')
        n += 2;
      else if (std::string_view("smhdwy").find(unit) != std::string_view::npos && unit != '\0')
        ++n;
      else
        return 0;
      whole = n;
    }
    return whole;
  }

  void number_or_duration() {
    const auto ends = [this](std::size_t n) { return !is_alpha(peek(n)) && !is_digit(peek(n)); };
    if (const std::size_t n = duration_length(); n > 0 && ends(n)) return emit(TokenKind::kDuration, n);
    const std::size_t n = number_length();
    if (n > 0 && ends(n)) return emit(TokenKind::kNumber, n);
    const std::string shown_text = "\"" + std::string(text_.substr(pos_, n)) + "\"";
    fail((brackets_ ? "bad duration syntax: " : "bad number or duration syntax: ") + shown_text, pos_);
  }

  void identifier() {
    std::size_t n = 1;
    bool colon = peek() == ':';
    while (is_alpha(peek(n)) || is_digit(peek(n)) || peek(n) == ':') colon |= peek(n++) == ':';
    std::string lower(text_.substr(pos_, n));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const Keyword& keyword : kKeywords)
      if (lower == keyword.word) return emit(keyword.kind, n);
    emit(colon ? TokenKind::kMetricIdentifier : TokenKind::kIdentifier, n);
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  int depth_ = 0;
  bool braces_ = false;
  bool brackets_ = false;
  bool colon_seen_ = false;
  bool failed_ = false;
  std::vector<Token> tokens_;
};

std::string abbreviated(std::string_view text) {
  return text.size() > 10 ? quote(text.substr(0, 10)) + "..." : quote(text);
}

}  // namespace

std::vector<Token> tokenize(std::string_view query) {
  return Lexer(query).run();
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "end of input";
    case TokenKind::kError:
      return token.message;
    case TokenKind::kIdentifier:
      return "identifier " + quote(token.text);
    case TokenKind::kMetricIdentifier:
      return "metric identifier " + quote(token.text);
    case TokenKind::kNumber:
      return "number " + abbreviated(token.text);
    case TokenKind::kDuration:
      return "duration " + abbreviated(token.text);
    case TokenKind::kString:
      return "string " + abbreviated(token.text);
    case TokenKind::kAggregator:
      return "<aggr:" + std::string(token.text) + ">";
    case TokenKind::kAdd:
    case TokenKind::kSub:
    case TokenKind::kMul:
    case TokenKind::kDiv:
    case TokenKind::kMod:
    case TokenKind::kPow:
    case TokenKind::kEqualEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kMatch:
    case TokenKind::kNotMatch:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kUnless:
    case TokenKind::kAtan2:
    case TokenKind::kAt:
      return "<op:" + std::string(token.text) + ">";
    case TokenKind::kBy:
    case TokenKind::kWithout:
    case TokenKind::kOn:
    case TokenKind::kIgnoring:
    case TokenKind::kGroupLeft:
    case TokenKind::kGroupRight:
    case TokenKind::kBool:
    case TokenKind::kOffset:
    case TokenKind::kStart:
    case TokenKind::kFinish:
      return "<" + std::string(token.text) + ">";
    default:
      return quote(token.text);
  }
}

}  // namespace incident::promql
