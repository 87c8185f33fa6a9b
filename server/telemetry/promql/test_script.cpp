#include "promql/test_script.h"

#include <cmath>

#include "promql/number.h"
#include "promql/parser.h"

namespace incident::promql {

namespace {

struct Line {
  std::size_t number = 0;
  std::string_view text;  // without surrounding space
};

// Thrown inside this file only: a line that is not of the language.
struct Unreadable {
  std::size_t line;
  std::string message;
};

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    ++number;
    if (!line.starts_with('#')) out.push_back({number, line});
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = rest.find_first_of(" \t");
  const std::string_view word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : trimmed(rest.substr(end));
  return word;
}

std::int64_t time_of(std::string_view word, std::size_t line) {
  const bool negative = word.starts_with('-');
  const std::string_view magnitude = negative ? word.substr(1) : word;
  auto ms = parse_duration_ms(magnitude);
  if (!ms) {
    const auto seconds = parse_number(magnitude);
    if (seconds && std::abs(*seconds) < 9e12) ms = std::llround(*seconds * 1000);
  }
  if (!ms) throw Unreadable{line, quoted(word) + " is no time: a duration such as 5m or 1h30m is right"};
  return negative ? -*ms : *ms;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(lines_of(text)) {}

  TestScript run() {
    TestScript script;
    try {
      while (next_ < lines_.size()) command(script.commands);
    } catch (const Unreadable& error) {
      script.error = invalid(error.message);
      script.error_line = error.line;
    }
    return script;
  }

 private:
  void command(std::vector<TestCommand>& out) {
    const Line line = lines_[next_++];
    if (line.text.empty()) return;
    std::string_view rest = line.text;
    const std::string_view word = take_word(rest);
    TestCommand command;
    command.line = line.number;
    if (word == "load") {
      command.kind = TestCommand::kLoad;
      command.interval_ms = time_of(rest, line.number);
      if (command.interval_ms <= 0) throw Unreadable{line.number, "load needs an interval above 0"};
      for (; more(); ++next_) command.series.push_back(series(lines_[next_]));
    } else if (word.starts_with("eval")) {
      command.kind = TestCommand::kEval;
      header(word, rest, command);
      for (; more(); ++next_) expected_line(lines_[next_], command);
    } else if (word != "clear") {
      throw Unreadable{line.number, "unknown command " + quoted(word) + ": load, clear or eval is right"};
    }
    out.push_back(std::move(command));
  }

  // Whether the next line belongs to the command still: an empty one ends it.
  bool more() const { return next_ < lines_.size() && !lines_[next_].text.empty(); }

  static SeriesLine series(const Line& line) {
    auto parsed = parse_series_line(line.text);
    if (!parsed) throw Unreadable{line.number, parsed.error().message};
    return std::move(*parsed);
  }

  static void expect_word(std::string_view& rest, std::string_view wanted, std::size_t line) {
    if (take_word(rest) != wanted)
      throw Unreadable{line,
                       "expected " + quoted(wanted) +
                           "; right is: instant at TIME QUERY, or range from START to END step STEP QUERY"};
  }

  static void header(std::string_view word, std::string_view rest, TestCommand& command) {
    const std::size_t line = command.line;
    if (word == "eval_fail")
      command.expect.fails = true;
    else if (word == "eval_ordered")
      command.expect.ordered = true;
    else if (word != "eval" && word != "eval_warn" && word != "eval_info")
      throw Unreadable{line, "unknown command " + quoted(word) + ": load, clear or eval is right"};
    const std::string_view kind = take_word(rest);
    if (kind == "instant") {
      expect_word(rest, "at", line);
      command.start_ms = time_of(take_word(rest), line);
    } else if (kind == "range") {
      command.is_range = true;
      span(rest, line, command.start_ms, command.end_ms, command.step_ms);
    } else {
      throw Unreadable{line, "eval is followed by \"instant\" or \"range\""};
    }
    command.query = rest;
  }

  static void span(std::string_view& rest, std::size_t line, std::int64_t& start, std::int64_t& end,
                   std::int64_t& step) {
    expect_word(rest, "from", line);
    start = time_of(take_word(rest), line);
    expect_word(rest, "to", line);
    end = time_of(take_word(rest), line);
    expect_word(rest, "step", line);
    step = time_of(take_word(rest), line);
  }

  static void expected_line(const Line& line, TestCommand& command) {
    std::string_view after = line.text;
    const std::string_view word = take_word(after);
    if (word == "expect") {
      expectation(line, after, command.expect);
    } else if (word == "expected_fail_message") {
      command.expect.messages.emplace_back(after);
    } else if (word == "expected_fail_regexp") {
      command.expect.patterns.emplace_back(after);
    } else if (const auto scalar = parse_number(line.text)) {
      command.scalar = scalar;
    } else if (line.text.front() == '"' || line.text.front() == '\'') {
      auto text = unquote(line.text);
      if (!text) throw Unreadable{line.number, text.error().message};
      command.text = std::move(*text);
    } else {
      command.series.push_back(series(line));
    }
  }

  static void expectation(const Line& line, std::string_view rest, Expectations& expect) {
    const std::string_view kind = take_word(rest);
    if (kind == "ordered") {
      expect.ordered = true;
    } else if (kind == "fail") {
      expect.fails = true;
      if (!rest.empty()) failure_text(line, rest, expect);
    } else if (kind == "range") {
      expect_word(rest, "vector", line.number);
      std::int64_t start = 0;
      std::int64_t end = 0;
      span(rest, line.number, start, end, expect.samples_step_ms);
      expect.samples_from_ms = start;
    } else if (kind == "warn" || kind == "info") {
      throw Unreadable{line.number, "annotations are not supported: expect fail and expect ordered are"};
    } else if (kind != "no_warn" && kind != "no_info" && kind != "string") {
      throw Unreadable{line.number, "unknown expectation " + quoted(kind)};
    }
  }

  static void failure_text(const Line& line, std::string_view rest, Expectations& expect) {
    const std::size_t colon = rest.find(':');
    const std::string_view how = trimmed(rest.substr(0, colon));
    if (colon == std::string_view::npos || (how != "msg" && how != "regex"))
      throw Unreadable{line.number,
                       "right is: expect fail, expect fail msg: TEXT, or expect fail regex: PATTERN"};
    (how == "msg" ? expect.messages : expect.patterns).emplace_back(trimmed(rest.substr(colon + 1)));
  }

  std::vector<Line> lines_;
  std::size_t next_ = 0;
};

}  // namespace

TestScript read_test_script(std::string_view text) {
  return Reader(text).run();
}

}  // namespace incident::promql
