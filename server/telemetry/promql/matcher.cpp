#include "promql/matcher.h"

#include <re2/re2.h>

#include "promql/limits.h"

namespace incident::promql {

Result<std::shared_ptr<const re2::RE2>> compile_pattern(std::string_view pattern) {
  if (pattern.size() > limits::kPatternLengthMax)
    return Error{ErrorCode::kResourceExhausted,
                 "regular expression is longer than " + std::to_string(limits::kPatternLengthMax) + " bytes"};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits::kPatternMemoryMax);
  std::string anchored = "^(?s:";
  anchored += pattern;
  anchored += ")$";
  auto compiled = std::make_shared<const RE2>(anchored, options);
  if (!compiled->ok()) return invalid("error parsing regexp: " + compiled->error());
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
