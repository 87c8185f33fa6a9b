#include "promql/test_file.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "promql/memory_store.h"
#include "promql/number.h"
#include "promql/parser.h"
#include "promql/series_notation.h"

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

// What an eval expects besides rows.
struct Expectations {
  bool fails = false;
  bool ordered = false;
  std::vector<std::string> messages;  // exact
  std::vector<std::string> patterns;
};

struct Evaluation {
  std::size_t line = 0;
  std::string_view query;
  bool is_range = false;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;
  Expectations expect;
  std::vector<SeriesLine> rows;
  std::optional<double> scalar;
  std::optional<std::string> text;
};

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
    if (const auto seconds = parse_number(magnitude); seconds && std::abs(*seconds) < 9e12)
      ms = std::llround(*seconds * 1000);
  }
  if (!ms)
    throw Unreadable{line,
                     "\"" + std::string(word) + "\" is no time: a duration such as 5m or 1h30m is right"};
  return negative ? -*ms : *ms;
}

bool nearly_equal(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || std::abs(a) + std::abs(b) < 2.3e-308)
    return difference < 2.3e-308 * 1e-6 || difference < 1e-15;
  return difference / std::min(std::abs(a) + std::abs(b), 1.7e308) < 1e-6;
}

class Runner {
 public:
  Runner(std::string_view text, const EngineOptions& options) : lines_(lines_of(text)), options_(options) {}

  TestReport run() {
    try {
      while (next_ < lines_.size()) command();
    } catch (const Unreadable& error) {
      report_.failures.push_back({error.line, error.message});
    }
    return std::move(report_);
  }

 private:
  void command() {
    const Line line = lines_[next_++];
    if (line.text.empty()) return;
    std::string_view rest = line.text;
    const std::string_view word = take_word(rest);
    if (word == "clear") {
      store_.clear();
    } else if (word == "load") {
      load(line.number, rest);
    } else if (word.starts_with("eval")) {
      evaluate(line.number, word, rest);
    } else {
      throw Unreadable{line.number,
                       "unknown command \"" + std::string(word) + "\": load, clear or eval is right"};
    }
  }

  // Series lines up to the next empty line.
  SeriesLine series(const Line& line) {
    auto parsed = parse_series_line(line.text);
    if (!parsed) throw Unreadable{line.number, parsed.error().message};
    return std::move(*parsed);
  }

  void load(std::size_t number, std::string_view interval) {
    const std::int64_t step = time_of(interval, number);
    if (step <= 0) throw Unreadable{number, "load needs an interval above 0"};
    for (; next_ < lines_.size() && !lines_[next_].text.empty(); ++next_) {
      const SeriesLine read = series(lines_[next_]);
      std::int64_t t = 0;
      for (const auto& value : read.values) {
        if (value) store_.append(read.labels, {t, *value});
        t += step;
      }
    }
  }

  Evaluation header(std::size_t number, std::string_view command, std::string_view rest) {
    Evaluation eval;
    eval.line = number;
    if (command == "eval_fail")
      eval.expect.fails = true;
    else if (command == "eval_ordered")
      eval.expect.ordered = true;
    else if (command != "eval" && command != "eval_warn" && command != "eval_info")
      throw Unreadable{number, "unknown command \"" + std::string(command) + "\""};
    const auto expect_word = [&](std::string_view wanted) {
      if (take_word(rest) != wanted)
        throw Unreadable{number,
                         "expected \"" + std::string(wanted) +
                             "\"; right is: eval instant at TIME QUERY, or eval range from START to END "
                             "step STEP QUERY"};
    };
    const std::string_view kind = take_word(rest);
    if (kind == "instant") {
      expect_word("at");
      eval.start_ms = time_of(take_word(rest), number);
    } else if (kind == "range") {
      eval.is_range = true;
      expect_word("from");
      eval.start_ms = time_of(take_word(rest), number);
      expect_word("to");
      eval.end_ms = time_of(take_word(rest), number);
      expect_word("step");
      eval.step_ms = time_of(take_word(rest), number);
    } else {
      throw Unreadable{number, "eval is followed by \"instant\" or \"range\""};
    }
    eval.query = rest;
    return eval;
  }

  void expectation(const Line& line, std::string_view rest, Expectations& expect) {
    const std::string_view kind = take_word(rest);
    if (kind == "ordered") {
      expect.ordered = true;
    } else if (kind == "fail") {
      expect.fails = true;
      if (rest.empty()) return;
      const std::size_t colon = rest.find(':');
      const std::string_view how = trimmed(rest.substr(0, colon));
      if (colon == std::string_view::npos || (how != "msg" && how != "regex"))
        throw Unreadable{line.number,
                         "right is: expect fail, expect fail msg: TEXT, or expect fail regex: PATTERN"};
      (how == "msg" ? expect.messages : expect.patterns).emplace_back(trimmed(rest.substr(colon + 1)));
    } else if (kind == "warn" || kind == "info") {
      throw Unreadable{line.number, "annotations are not supported: expect fail and expect ordered are"};
    } else if (kind != "no_warn" && kind != "no_info") {
      throw Unreadable{line.number, "unknown expectation \"" + std::string(kind) + "\""};
    }
  }

  void evaluate(std::size_t number, std::string_view command, std::string_view rest) {
    Evaluation eval = header(number, command, rest);
    for (; next_ < lines_.size() && !lines_[next_].text.empty(); ++next_) {
      const Line line = lines_[next_];
      std::string_view after = line.text;
      const std::string_view word = take_word(after);
      if (word == "expect") {
        expectation(line, after, eval.expect);
      } else if (word == "expected_fail_message") {
        eval.expect.messages.emplace_back(after);
      } else if (word == "expected_fail_regexp") {
        eval.expect.patterns.emplace_back(after);
      } else if (const auto scalar = parse_number(line.text)) {
        eval.scalar = scalar;
      } else if (line.text.front() == '"' || line.text.front() == '\'') {
        auto text = unquote(line.text);
        if (!text) throw Unreadable{line.number, text.error().message};
        eval.text = std::move(*text);
      } else {
        eval.rows.push_back(series(line));
      }
    }
    ++report_.evaluations;
    const std::string wrong = run_query(eval);
    if (!wrong.empty()) report_.failures.push_back({eval.line, std::string(eval.query) + ": " + wrong});
  }

  std::string run_query(const Evaluation& eval) {
    const auto outcome =
        eval.is_range ? range_query(store_, eval.query, eval.start_ms, eval.end_ms, eval.step_ms, options_)
                      : instant_query(store_, eval.query, eval.start_ms, options_);
    if (!outcome) return check_failure(eval, outcome.error().message);
    if (eval.expect.fails) return "expected to fail, but it answered";
    if (eval.is_range || outcome->type == ValueType::kMatrix) return check_matrix(eval, *outcome);
    if (std::string wrong = check_instant(eval, *outcome); !wrong.empty()) return wrong;
    return check_as_range(eval, *outcome);
  }

  static std::string check_failure(const Evaluation& eval, const std::string& message) {
    if (!eval.expect.fails) return "failed: " + message;
    for (const std::string& wanted : eval.expect.messages)
      if (wanted != message)
        return "expected to fail with \"" + wanted + "\", but it said \"" + message + "\"";
    for (const std::string& pattern : eval.expect.patterns)
      if (!RE2::PartialMatch(message, pattern))
        return "expected to fail with a message like \"" + pattern + "\", but it said \"" + message + "\"";
    return {};
  }

  static std::string check_instant(const Evaluation& eval, const QueryResult& result) {
    if (result.type == ValueType::kString)
      return eval.text == result.text ? "" : "answered the text " + quote(result.text);
    if (result.type == ValueType::kScalar) {
      if (!eval.scalar)
        return "answered the scalar " + format_fixed(result.scalar) + ", but none was expected";
      return nearly_equal(*eval.scalar, result.scalar)
                 ? ""
                 : "expected " + format_fixed(*eval.scalar) + ", but it answered " +
                       format_fixed(result.scalar);
    }
    if (eval.scalar || eval.text) return "a scalar or text was expected, but a vector was answered";
    if (eval.expect.ordered) {
      for (std::size_t i = 0; i < std::min(eval.rows.size(), result.series.size()); ++i)
        if (!(eval.rows[i].labels == *result.series[i].labels))
          return "expected " + eval.rows[i].labels.to_string() + " at place " + std::to_string(i + 1) +
                 ", but there is " + result.series[i].labels->to_string();
    }
    return check_rows(eval, result, [&](const SeriesLine& row, const ResultSeries& series) -> std::string {
      if (row.values.size() != 1 || !row.values[0])
        return "one value is expected in a row of an instant answer";
      const double v = series.points.front().v;
      if (nearly_equal(*row.values[0], v)) return {};
      return row.labels.to_string() + " was expected to be " + format_fixed(*row.values[0]) + ", but is " +
             format_fixed(v);
    });
  }

  static std::string check_matrix(const Evaluation& eval, const QueryResult& result) {
    // An instant query for a range vector shows its samples by their place in the window.
    return check_rows(eval, result, [&](const SeriesLine& row, const ResultSeries& series) -> std::string {
      std::size_t at = 0;
      std::int64_t t = eval.start_ms;
      for (const auto& wanted : row.values) {
        const bool there = at < series.points.size() && (!eval.is_range || series.points[at].t_ms == t);
        const std::string when = row.labels.to_string() + " at " + format_duration(t);
        if (wanted && !there)
          return when + " was expected to be " + format_fixed(*wanted) + ", but there is nothing";
        if (there && eval.is_range && !wanted)
          return when + " was expected to be nothing, but is " + format_fixed(series.points[at].v);
        if (wanted && !nearly_equal(*wanted, series.points[at].v))
          return when + " was expected to be " + format_fixed(*wanted) + ", but is " +
                 format_fixed(series.points[at].v);
        if (there && wanted) ++at;
        t += eval.step_ms;
      }
      if (at < series.points.size())
        return row.labels.to_string() +
               " has more values than expected: " + format_fixed(series.points[at].v) + " at " +
               format_duration(series.points[at].t_ms);
      return {};
    });
  }

  template <class Compare>
  static std::string check_rows(const Evaluation& eval, const QueryResult& result, Compare compare) {
    std::map<Labels, const ResultSeries*> got;
    for (const ResultSeries& series : result.series) got[*series.labels] = &series;
    for (const SeriesLine& row : eval.rows) {
      const auto it = got.find(row.labels);
      if (it == got.end()) {
        if (eval.is_range &&
            std::none_of(row.values.begin(), row.values.end(), [](const auto& v) { return v.has_value(); }))
          continue;
        return "expected " + row.labels.to_string() + ", but it is not in the answer" + first_of(got);
      }
      if (std::string wrong = compare(row, *it->second); !wrong.empty()) return wrong;
      got.erase(it);
    }
    if (!got.empty()) return "not expected" + first_of(got);
    return {};
  }

  static std::string first_of(const std::map<Labels, const ResultSeries*>& got) {
    if (got.empty()) return {};
    const auto& [labels, series] = *got.begin();
    return "; there is " + labels.to_string() + " " + format_fixed(series->points.front().v);
  }

  // An instant query must say the same as a range query at that step, whatever the other steps are.
  std::string check_as_range(const Evaluation& eval, const QueryResult& instant) {
    if (instant.type != ValueType::kVector || eval.expect.ordered) return {};
    const std::int64_t step = 60'000;
    const auto outcome =
        range_query(store_, eval.query, eval.start_ms - step, eval.start_ms + step, step, options_);
    if (!outcome) return {};  // another step may rightly fail
    if (std::string(eval.query).find("start()") != std::string::npos ||
        std::string(eval.query).find("end()") != std::string::npos)
      return {};
    std::map<Labels, double> at_step;
    for (const ResultSeries& series : outcome->series)
      for (const Sample& point : series.points)
        if (point.t_ms == eval.start_ms) at_step[*series.labels] = point.v;
    for (const ResultSeries& series : instant.series) {
      const auto it = at_step.find(*series.labels);
      if (it == at_step.end() || !nearly_equal(it->second, series.points.front().v))
        return "as a step of a range query, " + series.labels->to_string() + " is " +
               (it == at_step.end() ? std::string("nothing") : format_fixed(it->second)) + " and not " +
               format_fixed(series.points.front().v);
    }
    if (at_step.size() != instant.series.size())
      return "as a step of a range query there are other series too";
    return {};
  }

  std::vector<Line> lines_;
  const EngineOptions& options_;
  MemoryStore store_;
  std::size_t next_ = 0;
  TestReport report_;
};

}  // namespace

TestReport run_promql_test(std::string_view text, const EngineOptions& options) {
  return Runner(text, options).run();
}

}  // namespace incident::promql
