// One condition on a label: equal, not equal, or a pattern that must (not) match the whole value. A label
// that a series does not have counts as empty. Patterns are RE2's, compiled once and shared between copies; a
// Matcher may be used from any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "promql/labels.h"

namespace re2 {
class RE2;
}

namespace incident::promql {

struct Matcher {
  enum Op { kEqual, kNotEqual, kRegex, kNotRegex };

  Op op = kEqual;
  std::string name;
  std::string value;
  std::shared_ptr<const re2::RE2> pattern;  // for the two pattern operators, anchored at both ends

  // Fails when the pattern is malformed or longer than limits::kPatternLengthMax.
  static Result<Matcher> make(Op op, std::string name, std::string value);
  // Never fails; for kEqual and kNotEqual only.
  static Matcher equal(std::string name, std::string value);

  bool matches(std::string_view text) const;
  // As written in a selector: name="value".
  std::string to_string() const;
  bool operator==(const Matcher& o) const { return op == o.op && name == o.name && value == o.value; }
};

const char* to_string(Matcher::Op op);
bool matches_all(std::span<const Matcher> matchers, const Labels& labels);
// An anchored pattern as PromQL means it ('.' matches a newline too).
Result<std::shared_ptr<const re2::RE2>> compile_pattern(std::string_view pattern);

}  // namespace incident::promql
