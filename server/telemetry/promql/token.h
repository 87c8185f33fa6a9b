// The words of PromQL. A token's text is a view into the query, which must outlive it; positions are byte
// offsets from the query's start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace incident::promql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kError,  // `message` says what is wrong; always the last token
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,    // = inside braces and out
  kNotEqual,  // != both as matcher and as comparison
  kMatch,     // =~
  kNotMatch,  // !~
  kIdentifier,
  kMetricIdentifier,  // with a colon in it
  kNumber,
  kDuration,
  kString,
  // Operators.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kEqualEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kUnless,
  kAtan2,
  kAt,
  // Keywords, in any case.
  kBy,
  kWithout,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kBool,
  kOffset,
  kStart,
  kFinish,  // "end"
  kAggregator,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t start = 0;
  std::string_view text;
  std::string message;
};

// All tokens up to the end or the first error.
std::vector<Token> tokenize(std::string_view query);
// As error messages name a token: identifier "foo", <op:+>, <by>, number "3", end of input.
std::string describe(const Token& token);

}  // namespace incident::promql
