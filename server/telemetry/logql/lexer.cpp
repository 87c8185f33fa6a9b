#include <array>

#include "logql/token.h"
#include "logql/units.h"
#include "promql/parser.h"

namespace incident::logql {
namespace {

using K = TokenKind;

struct Sign {
  std::string_view text;
  K kind;
};
// Longer signs before those that they begin with.
constexpr std::array<Sign, 26> kSigns{{
    {"|=", K::kPipeContains}, {"|~", K::kPipeMatch},  {"|>", K::kPipePattern}, {"!=", K::kNotEqual},
    {"!~", K::kNotMatch},     {"!>", K::kNotPattern}, {"=~", K::kMatch},       {"==", K::kEqualEqual},
    {">=", K::kGreaterEqual}, {"<=", K::kLessEqual},  {"|", K::kPipe},         {"=", K::kEqual},
    {">", K::kGreater},       {"<", K::kLess},        {"{", K::kLeftBrace},    {"}", K::kRightBrace},
    {"(", K::kLeftParen},     {")", K::kRightParen},  {",", K::kComma},        {"+", K::kAdd},
    {"-", K::kSub},           {"*", K::kMul},         {"/", K::kDiv},          {"%", K::kMod},
    {"^", K::kPow},           {"", K::kEnd},
}};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_unit(char c) {  // letters, and the two bytes of a micro sign
  return is_alpha(c) || static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (tokens_.empty() || (tokens_.back().kind != K::kEnd && tokens_.back().kind != K::kError)) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
  bool at_end() const { return pos_ >= text_.size(); }

  Token& emit(K kind, std::size_t length) {
    tokens_.push_back({kind, pos_, text_.substr(pos_, length), {}});
    pos_ += length;
    return tokens_.back();
  }
  void fail(std::string message) { tokens_.push_back({K::kError, pos_, {}, std::move(message)}); }

  void step() {
    while (!at_end() && is_space(peek())) ++pos_;
    if (peek() == '#') {
      while (!at_end() && peek() != '\n') ++pos_;
      return;
    }
    if (at_end()) {
      emit(K::kEnd, 0);
      return;
    }
    const char c = peek();
    if (c == '"' || c == '`') return string(c);
    if (c == '[') return range();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_alpha(c)) {
      std::size_t n = 1;
      while (is_alpha(peek(n)) || is_digit(peek(n))) ++n;
      emit(K::kIdentifier, n);
      return;
    }
    if (c == '-' && peek(1) == '-' && is_alpha(peek(2))) {
      std::size_t n = 3;
      while (is_alpha(peek(n)) || peek(n) == '-') ++n;
      emit(K::kFlag, n);
      return;
    }
    for (const Sign& sign : kSigns) {
      if (sign.text.empty() || !text_.substr(pos_).starts_with(sign.text)) continue;
      emit(sign.kind, sign.text.size());
      return;
    }
    std::size_t n = 1;
    while (pos_ + n < text_.size() && (static_cast<unsigned char>(peek(n)) & 0xC0) == 0x80) ++n;
    fail("syntax error: unexpected character '" + std::string(text_.substr(pos_, n)) + "'" +
         (c == '\'' ? ", a string stands in double quotes or backticks" : ""));
  }

  void string(char mark) {
    std::size_t n = 1;
    while (pos_ + n < text_.size() && peek(n) != mark) {
      if (mark == '"' && peek(n) == '\n') break;
      n += mark == '"' && peek(n) == '\\' ? 2 : 1;
    }
    if (pos_ + n >= text_.size() || peek(n) != mark) return fail("literal not terminated");
    auto value = promql::unquote(text_.substr(pos_, n + 1));
    if (!value) return fail(value.error().message);
    emit(K::kString, n + 1).value = std::move(*value);
  }

  void range() {
    const std::size_t close = text_.find(']', pos_);
    if (close == std::string_view::npos) return fail("missing closing ']' in duration");
    std::string_view inside = text_.substr(pos_ + 1, close - pos_ - 1);
    while (!inside.empty() && is_space(inside.front())) inside.remove_prefix(1);
    while (!inside.empty() && is_space(inside.back())) inside.remove_suffix(1);
    const auto ns = parse_duration_ns(inside);
    if (!ns) return fail("not a valid duration string: \"" + std::string(inside) + "\"");
    if (*ns <= 0) return fail("a range must be longer than zero, got \"" + std::string(inside) + "\"");
    emit(K::kRange, close + 1 - pos_).ns = *ns;
  }

  // 12, 1.5, 1e3, 5m, 1h30m, 10KB: told apart by what they can be read as.
  void number() {
    std::size_t n = 0;
    while (is_digit(peek(n)) || peek(n) == '.' || is_unit(peek(n)) ||
           ((peek(n) == '+' || peek(n) == '-') && n > 0 && (peek(n - 1) == 'e' || peek(n - 1) == 'E') &&
            is_digit(peek(n + 1))))
      ++n;
    const std::string_view text = text_.substr(pos_, n);
    if (const auto value = parse_float(text)) {
      emit(K::kNumber, n).number = *value;
    } else if (const auto ns = parse_duration_ns(text)) {
      emit(K::kDuration, n).ns = *ns;
    } else if (const auto bytes = parse_bytes(text)) {
      emit(K::kBytes, n).bytes = *bytes;
    } else {
      fail("syntax error: \"" + std::string(text) + "\" is no number, duration (5s, 100ms) or size (10KB)");
    }
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view query) {
  return Lexer(query).run();
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case K::kEnd:
      return "$end";
    case K::kIdentifier:
      return "IDENTIFIER";
    case K::kString:
      return "STRING";
    case K::kNumber:
      return "NUMBER";
    case K::kDuration:
      return "DURATION";
    case K::kBytes:
      return "BYTES";
    case K::kRange:
      return "RANGE";
    default:
      return std::string(token.text);
  }
}

}  // namespace incident::logql
