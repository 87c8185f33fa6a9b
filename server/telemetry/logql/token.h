// The words of LogQL. A token's text is a view into the query, which must outlive it; positions are byte
// offsets from the query's start. Which words are keywords depends on where they stand, so the lexer knows
// none: label names such as `rate` or `json` stay usable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace incident::logql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kError,  // `value` says what is wrong; always the last token
  kIdentifier,
  kString,  // `value` is the text without quotes and escapes
  kNumber,
  kDuration,
  kBytes,
  kRange,  // [5m]
  kFlag,   // --strict
  kLeftBrace,
  kRightBrace,
  kLeftParen,
  kRightParen,
  kComma,
  kEqual,         // =
  kNotEqual,      // !=
  kMatch,         // =~
  kNotMatch,      // !~
  kPipe,          // |
  kPipeContains,  // |=
  kPipeMatch,     // |~
  kPipePattern,   // |>
  kNotPattern,    // !>
  kEqualEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t start = 0;
  std::string_view text;
  std::string value;
  double number = 0;
  std::int64_t ns = 0;      // kDuration, kRange
  std::uint64_t bytes = 0;  // kBytes
};

// All tokens up to the end or the first error.
std::vector<Token> tokenize(std::string_view query);
// As Loki's errors name it: IDENTIFIER, STRING, $end, |=, by.
std::string describe(const Token& token);

}  // namespace incident::logql
