#include "promql/matcher.h"

#include <re2/re2.h>

#include "promql/limits.h"

namespace incident::promql {

namespace {

// In the words of Go's regexp, which Prometheus' users know.
std::string pattern_fault(const RE2& pattern) {
  const char* what = "expression too large";
  switch (pattern.error_code()) {
    case RE2::ErrorBadEscape:
      what = "invalid escape sequence";
      break;
    case RE2::ErrorBadCharClass:
      what = "invalid character class";
      break;
    case RE2::ErrorBadCharRange:
      what = "invalid character class range";
      break;
    case RE2::ErrorMissingBracket:
      what = "missing closing ]";
      break;
    case RE2::ErrorMissingParen:
      what = "missing closing )";
      break;
    case RE2::ErrorUnexpectedParen:
      what = "unexpected )";
      break;
    case RE2::ErrorTrailingBackslash:
      what = "trailing backslash at end of expression";
      break;
    case RE2::ErrorRepeatArgument:
      what = "missing argument to repetition operator";
      break;
    case RE2::ErrorRepeatSize:
      what = "invalid repeat count";
      break;
    case RE2::ErrorRepeatOp:
      what = "invalid nested repetition operator";
      break;
    case RE2::ErrorBadPerlOp:
      what = "invalid or unsupported Perl syntax";
      break;
    case RE2::ErrorBadUTF8:
      what = "invalid UTF-8";
      break;
    case RE2::ErrorBadNamedCapture:
      what = "invalid named capture";
      break;
    default:
      break;
  }
  return std::string(what) + ": `" + pattern.error_arg() + "`";
}

}  // namespace

Result<std::shared_ptr<const re2::RE2>> compile_pattern(std::string_view pattern) {
  if (pattern.size() > limits::kPatternLengthMax)
    return Error{ErrorCode::kResourceExhausted,
                 "regular expression is longer than " + std::to_string(limits::kPatternLengthMax) + " bytes"};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits::kPatternMemoryMax);
  // First by itself, so that errors show what was written and not our anchors.
  const RE2 alone(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!alone.ok()) return invalid("error parsing regexp: " + pattern_fault(alone));
  std::string anchored = "^(?s:";
  anchored += pattern;
  anchored += ")$";
  auto compiled = std::make_shared<const RE2>(anchored, options);
  if (!compiled->ok()) return invalid("error parsing regexp: " + pattern_fault(*compiled));
  return std::shared_ptr<const re2::RE2>(std::move(compiled));
}

Result<Matcher> Matcher::make(Op op, std::string name, std::string value) {
  Matcher matcher{op, std::move(name), std::move(value), nullptr};
  if (op == kRegex || op == kNotRegex) {
    auto compiled = compile_pattern(matcher.value);
    if (!compiled) return compiled.error();
    matcher.pattern = std::move(*compiled);
  }
  return matcher;
}

Matcher Matcher::equal(std::string name, std::string value) {
  return Matcher{kEqual, std::move(name), std::move(value), nullptr};
}

bool Matcher::matches(std::string_view text) const {
  switch (op) {
    case kEqual:
      return text == value;
    case kNotEqual:
      return text != value;
    case kRegex:
      return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *pattern);
    case kNotRegex:
      return !RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *pattern);
  }
  return false;
}

const char* to_string(Matcher::Op op) {
  switch (op) {
    case Matcher::kEqual:
      return "=";
    case Matcher::kNotEqual:
      return "!=";
    case Matcher::kRegex:
      return "=~";
    case Matcher::kNotRegex:
      return "!~";
  }
  return "=";
}

std::string Matcher::to_string() const {
  return name + promql::to_string(op) + quote(value);
}

bool matches_all(std::span<const Matcher> matchers, const Labels& labels) {
  for (const Matcher& matcher : matchers)
    if (!matcher.matches(labels.get(matcher.name))) return false;
  return true;
}

}  // namespace incident::promql
