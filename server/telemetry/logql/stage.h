// The stages of a pipeline, read and compiled: what a line passes on its way from its stream to the answer.
// Plain values, read only once they are made; any thread may apply them, each to a line of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "logql/line_labels.h"
#include "logql/template.h"

namespace incident::logql {

// A line on its way. `text` is the source's own line, or `made` once a stage has written another.
struct Line {
  std::int64_t t_ns = 0;
  std::string_view text;
  std::string made;
  LineLabels labels;

  void rewrite(std::string to) {
    made = std::move(to);
    text = made;
  }
};

using PatternPtr = std::shared_ptr<const re2::RE2>;
// A pattern that may match anywhere. Errors in the words of Go's regexp.
Result<PatternPtr> compile_search(std::string_view pattern);

// |= "a" or "b": one of them is in the line. != "a" or "b": none is.
struct LineFilter {
  bool negated = false;
  bool regex = false;
  std::vector<std::string> texts;
  std::vector<PatternPtr> patterns;  // of texts, with `regex`
};

enum class Compare : std::uint8_t { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };

struct LabelFilter {
  enum Kind : std::uint8_t { kAnd, kOr, kString, kNumber, kDuration, kBytes };
  Kind kind = kString;
  std::vector<LabelFilter> sides;  // two of kAnd and kOr
  std::optional<Matcher> matcher;  // kString
  std::string name;
  Compare compare = Compare::kEqual;
  double value = 0;  // kDuration: nanoseconds
};

// A place inside a JSON document: a.b["c"][0].
using JsonPath = std::vector<std::variant<std::string, std::size_t>>;
Result<JsonPath> parse_json_path(std::string_view text);

struct JsonParser {
  std::vector<std::pair<std::string, JsonPath>> wanted;  // label and place; empty: everything
};

struct LogfmtParser {
  bool strict = false;                                      // a pair that is none is an error
  std::vector<std::pair<std::string, std::string>> wanted;  // label and key; empty: everything
};

struct RegexpParser {
  PatternPtr pattern;
  std::vector<std::string> names;  // of the groups from 1 on; empty: none
  static Result<RegexpParser> make(std::string_view pattern);
};

struct PatternParser {
  struct Part {
    bool capture = false;
    std::string text;  // the literal, or the capture's name; "_" is not kept
  };
  std::vector<Part> parts;
  static Result<PatternParser> make(std::string_view pattern);
};

struct Unpack {};
struct Decolorize {};

struct LineFormat {
  Template line;
};

struct LabelFormat {
  struct Assignment {
    std::string target;
    std::string source;             // renamed to target, or
    std::optional<Template> value;  // written anew
  };
  std::vector<Assignment> assignments;
};

// drop a, b="c": labels by name, or by name and value.
struct PickLabels {
  bool keep = false;
  struct Pick {
    std::string name;
    std::optional<Matcher> matcher;
  };
  std::vector<Pick> picks;
};

using Stage = std::variant<LineFilter, LabelFilter, JsonParser, LogfmtParser, RegexpParser, PatternParser,
                           Unpack, Decolorize, LineFormat, LabelFormat, PickLabels>;

// False: the line goes no further.
bool apply(const LineFilter& stage, Line& line);
bool apply(const LabelFilter& stage, Line& line);
bool apply(const JsonParser& stage, Line& line);
bool apply(const LogfmtParser& stage, Line& line);
bool apply(const RegexpParser& stage, Line& line);
bool apply(const PatternParser& stage, Line& line);
bool apply(const Unpack& stage, Line& line);
bool apply(const Decolorize& stage, Line& line);
bool apply(const LineFormat& stage, Line& line);
bool apply(const LabelFormat& stage, Line& line);
bool apply(const PickLabels& stage, Line& line);

bool apply(const std::vector<Stage>& stages, Line& line);
// Whether the stages, or what follows them, need the text of lines.
bool reads_lines(const std::vector<Stage>& stages);

}  // namespace incident::logql
