#include "logql/grammar.h"

namespace incident::logql {

using K = TokenKind;

std::vector<Matcher> Parser::selector() {
  expect(K::kLeftBrace, "{");
  std::vector<Matcher> matchers;
  while (at().kind != K::kRightBrace) {
    if (!matchers.empty() && !take_if(K::kComma)) unexpected("} or ,");
    if (at().kind == K::kRightBrace) break;
    if (at().kind != K::kIdentifier) unexpected(matchers.empty() ? "IDENTIFIER or }" : "IDENTIFIER");
    matchers.push_back(matcher());
  }
  take();
  const bool narrow =
      std::any_of(matchers.begin(), matchers.end(), [](const Matcher& m) { return !m.matches(""); });
  if (!narrow)
    throw SyntaxError{std::nullopt,
                      "queries require at least one regexp or equality matcher that does not have an "
                      "empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but "
                      "app=~\".+\" will"};
  return matchers;
}

Matcher Parser::matcher() {
  const Token name = expect(K::kIdentifier, "IDENTIFIER");
  Matcher::Op op = Matcher::kEqual;
  switch (at().kind) {
    case K::kEqual:
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
      unexpected("=, !=, =~ or !~");
  }
  take();
  Token value = expect(K::kString, "STRING");
  return valid(Matcher::make(op, std::string(name.text), std::move(value.value)), value.start);
}

Selector Parser::log_query() {
  const Deeper deeper(*this);
  Selector out;
  if (take_if(K::kLeftParen)) {
    out = log_query();
    expect(K::kRightParen, ")");
  } else {
    out.matchers = selector();
  }
  while (at_stage()) stage(out.stages);
  return out;
}

bool Parser::at_stage() const {
  switch (at().kind) {
    case K::kPipe:
    case K::kPipeContains:
    case K::kPipeMatch:
    case K::kPipePattern:
    case K::kNotPattern:
    case K::kNotEqual:
    case K::kNotMatch:
      return true;
    default:
      return false;
  }
}

void Parser::stage(std::vector<Stage>& out) {
  if (out.size() >= limits::kStagesMax)
    fail(at().start, "a pipeline may have at most " + std::to_string(limits::kStagesMax) + " stages");
  if (at().kind != K::kPipe) {
    out.emplace_back(line_filter());
    return;
  }
  if (at_word("unwrap", 1))
    fail(at(1).start,
         "syntax error: unexpected unwrap: values are unwrapped inside a range aggregation, such as "
         "sum_over_time({...} | json | unwrap size [5m])");
  take();
  out.push_back(piped_stage());
}

LineFilter Parser::line_filter() {
  const Token op = take();
  if (op.kind == K::kPipePattern || op.kind == K::kNotPattern)
    fail(op.start,
         "pattern filters (|> and !>) are not supported here: |~ with a regular expression does the same");
  LineFilter filter;
  filter.negated = op.kind == K::kNotEqual || op.kind == K::kNotMatch;
  filter.regex = op.kind == K::kPipeMatch || op.kind == K::kNotMatch;
  do {
    if (at_word("ip")) refuse_ip(at().start);
    Token text = expect(K::kString, "STRING");
    if (filter.regex) filter.patterns.push_back(valid(compile_search(text.value), text.start));
    filter.texts.push_back(std::move(text.value));
  } while (take_word("or"));
  return filter;
}

Stage Parser::piped_stage() {
  constexpr std::string_view kExpected =
      "a label filter (level=\"error\") or one of json, logfmt, pattern, regexp, unpack, line_format, "
      "label_format, "
      "drop, keep, decolorize";
  if (at().kind == K::kLeftParen) return label_filter();
  if (at().kind == K::kString)
    fail(at().start, "syntax error: unexpected STRING: lines that contain a text are found by |= \"text\"");
  if (at().kind != K::kIdentifier) unexpected(kExpected);
  switch (at(1).kind) {  // a label may have the name of a stage
    case K::kEqual:
    case K::kNotEqual:
    case K::kMatch:
    case K::kNotMatch:
    case K::kEqualEqual:
    case K::kLess:
    case K::kLessEqual:
    case K::kGreater:
    case K::kGreaterEqual: {
      // But after a parser that needs nothing behind it, != and !~ begin a line filter: | json != "debug".
      const bool bare = at_word("json") || at_word("logfmt") || at_word("unpack") || at_word("decolorize");
      if (!bare || (at(1).kind != K::kNotEqual && at(1).kind != K::kNotMatch)) return label_filter();
      break;
    }
    default:
      break;
  }
  if (take_word("json")) {
    JsonParser json;
    for (const auto& [name, path] : extraction_list())
      json.wanted.emplace_back(std::string(name.text), valid(parse_json_path(path), name.start));
    return json;
  }
  if (take_word("logfmt")) {
    LogfmtParser logfmt;
    while (at().kind == K::kFlag) {
      const Token flag = take();
      if (flag.text == "--strict")
        logfmt.strict = true;
      else if (flag.text != "--keep-empty")  // a label with an empty value is none
        fail(flag.start, "unknown flag " + std::string(flag.text) + ", expecting --strict or --keep-empty");
    }
    for (auto& [name, key] : extraction_list())
      logfmt.wanted.emplace_back(std::string(name.text), std::move(key));
    return logfmt;
  }
  if (take_word("regexp")) {
    const Token text = expect(K::kString, "STRING");
    return valid(RegexpParser::make(text.value), text.start);
  }
  if (take_word("pattern")) {
    const Token text = expect(K::kString, "STRING");
    return valid(PatternParser::make(text.value), text.start);
  }
  if (take_word("unpack")) return Unpack{};
  if (take_word("decolorize")) return Decolorize{};
  if (take_word("line_format")) {
    const Token text = expect(K::kString, "STRING");
    auto line = Template::parse(text.value);
    if (!line) fail(text.start, "invalid line template: " + line.error().message);
    return LineFormat{std::move(*line)};
  }
  if (take_word("label_format")) return label_format();
  if (take_word("drop")) return pick_labels(false);
  if (take_word("keep")) return pick_labels(true);
  const Token word = take();
  fail(word.start, "syntax error: unexpected IDENTIFIER, expecting " + std::string(kExpected));
}

// a, b="path": the label, and what it is taken from.
std::vector<std::pair<Token, std::string>> Parser::extraction_list() {
  std::vector<std::pair<Token, std::string>> out;
  if (at().kind != K::kIdentifier) return out;
  do {
    const Token name = expect(K::kIdentifier, "IDENTIFIER");
    std::string from(name.text);
    if (take_if(K::kEqual)) from = expect(K::kString, "STRING").value;
    out.emplace_back(name, std::move(from));
  } while (take_if(K::kComma));
  return out;
}

LabelFormat Parser::label_format() {
  LabelFormat out;
  do {
    const Token name = expect(K::kIdentifier, "IDENTIFIER");
    LabelFormat::Assignment assignment{std::string(name.text), {}, {}};
    if (name.text == kErrorLabel) fail(name.start, "__error__ cannot be formatted");
    for (const auto& other : out.assignments) {
      if (other.target == name.text)
        fail(name.start,
             "multiple label name '" + other.target + "' not allowed in a single format operation");
    }
    expect(K::kEqual, "=");
    if (at().kind == K::kIdentifier) {
      assignment.source = take().text;
    } else {
      const Token text = expect(K::kString, "STRING or IDENTIFIER");
      auto value = Template::parse(text.value);
      if (!value)
        fail(text.start, "invalid template for label '" + assignment.target + "': " + value.error().message);
      assignment.value = std::move(*value);
    }
    out.assignments.push_back(std::move(assignment));
  } while (take_if(K::kComma));
  return out;
}

PickLabels Parser::pick_labels(bool keep) {
  PickLabels out;
  out.keep = keep;
  do {
    if (at().kind != K::kIdentifier) unexpected("IDENTIFIER");
    PickLabels::Pick pick{std::string(at().text), {}};
    const K next = at(1).kind;
    if (next == K::kEqual || next == K::kNotEqual || next == K::kMatch || next == K::kNotMatch)
      pick.matcher = matcher();
    else
      take();
    out.picks.push_back(std::move(pick));
  } while (take_if(K::kComma));
  return out;
}

}  // namespace incident::logql
