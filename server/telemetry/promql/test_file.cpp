#include "promql/test_file.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "promql/memory_store.h"
#include "promql/number.h"
#include "promql/test_script.h"

namespace incident::promql {

namespace {

bool nearly_equal(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  constexpr double kRelative = 1e-6;
  constexpr double kAbsolute = 1e-15;  // beside a zero that is what is left of larger numbers
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0) return difference < kAbsolute;
  return difference < kRelative * std::max(std::abs(a), std::abs(b));
}

std::string differs(const std::string& what, double wanted, double got) {
  return what + " was expected to be " + format_fixed(wanted) + ", but is " + format_fixed(got);
}

std::string wrong_message(const char* wanted_as, const std::string& wanted, const std::string& message) {
  std::string out = "expected to fail with ";
  out.append(wanted_as).append(quote(wanted)).append(", but it said ").append(quote(message));
  return out;
}

std::string check_failure(const Expectations& expect, const std::string& message) {
  if (!expect.fails) return "failed: " + message;
  for (const std::string& wanted : expect.messages)
    if (wanted != message) return wrong_message("", wanted, message);
  for (const std::string& pattern : expect.patterns)
    if (!RE2::PartialMatch(message, pattern)) return wrong_message("a message like ", pattern, message);
  return {};
}

using Rows = std::map<Labels, const ResultSeries*>;

std::string first_of(const Rows& rows) {
  if (rows.empty()) return {};
  const auto& [labels, series] = *rows.begin();
  return "; there is " + labels.to_string() + " " + format_fixed(series->points.front().v);
}

bool has_values(const SeriesLine& row) {
  return std::any_of(row.values.begin(), row.values.end(), [](const auto& v) { return v.has_value(); });
}

template <class Compare>
std::string check_rows(const TestCommand& eval, const QueryResult& result, Compare compare) {
  Rows got;
  for (const ResultSeries& series : result.series) got[*series.labels] = &series;
  for (const SeriesLine& row : eval.series) {
    const auto it = got.find(row.labels);
    if (it == got.end()) {
      if (eval.is_range && !has_values(row)) continue;
      return "expected " + row.labels.to_string() + ", but it is not in the answer" + first_of(got);
    }
    if (std::string wrong = compare(row, *it->second); !wrong.empty()) return wrong;
    got.erase(it);
  }
  return got.empty() ? "" : "not expected" + first_of(got);
}

std::string check_instant(const TestCommand& eval, const QueryResult& result) {
  if (result.type == ValueType::kString)
    return eval.text == result.text ? "" : "answered the text " + quote(result.text);
  if (result.type == ValueType::kScalar) {
    if (!eval.scalar) return "answered the scalar " + format_fixed(result.scalar) + ", but none was expected";
    return nearly_equal(*eval.scalar, result.scalar) ? "" : differs("it", *eval.scalar, result.scalar);
  }
  if (eval.scalar || eval.text) return "a scalar or text was expected, but a vector was answered";
  if (eval.expect.ordered) {
    for (std::size_t i = 0; i < std::min(eval.series.size(), result.series.size()); ++i)
      if (!(eval.series[i].labels == *result.series[i].labels))
        return "expected " + eval.series[i].labels.to_string() + " at place " + std::to_string(i + 1) +
               ", but there is " + result.series[i].labels->to_string();
  }
  return check_rows(eval, result, [](const SeriesLine& row, const ResultSeries& series) -> std::string {
    if (row.values.size() != 1 || !row.values[0]) return "a row of an instant answer has one value";
    const double v = series.points.front().v;
    return nearly_equal(*row.values[0], v) ? "" : differs(row.labels.to_string(), *row.values[0], v);
  });
}

// Values by step; without steps (an instant query for a range vector) by their order alone.
std::string check_matrix(const TestCommand& eval, const QueryResult& result) {
  const bool timed = eval.is_range || eval.expect.samples_from_ms;
  const std::int64_t from = eval.expect.samples_from_ms.value_or(eval.start_ms);
  const std::int64_t step = eval.is_range ? eval.step_ms : eval.expect.samples_step_ms;
  return check_rows(eval, result, [&](const SeriesLine& row, const ResultSeries& series) -> std::string {
    std::size_t next = 0;
    std::int64_t t = from;
    for (const auto& wanted : row.values) {
      const bool there = next < series.points.size() && (!timed || series.points[next].t_ms == t);
      const std::string when = row.labels.to_string() + " at " + format_duration(t);
      if (wanted && !there)
        return when + " was expected to be " + format_fixed(*wanted) + ", but there is nothing";
      if (!wanted && there && timed)
        return when + " was expected to be nothing, but is " + format_fixed(series.points[next].v);
      if (wanted && !nearly_equal(*wanted, series.points[next].v))
        return differs(when, *wanted, series.points[next].v);
      if (wanted) ++next;
      t += step;
    }
    if (next == series.points.size()) return {};
    const Sample& more = series.points[next];
    return row.labels.to_string() + " has more values than expected: " + format_fixed(more.v) + " at " +
           format_duration(more.t_ms);
  });
}

class Runner {
 public:
  explicit Runner(const EngineOptions& options) : options_(options) {}

  TestReport run(const TestScript& script) {
    for (const TestCommand& command : script.commands) {
      switch (command.kind) {
        case TestCommand::kClear:
          store_.clear();
          break;
        case TestCommand::kLoad:
          load(command);
          break;
        case TestCommand::kEval: {
          ++report_.evaluations;
          const std::string wrong = evaluate(command);
          if (!wrong.empty()) report_.failures.push_back({command.line, command.query + ": " + wrong});
        }
      }
    }
    if (script.error) report_.failures.push_back({script.error_line, script.error->message});
    return std::move(report_);
  }

 private:
  void load(const TestCommand& command) {
    for (const SeriesLine& line : command.series) {
      std::int64_t t = 0;
      for (const auto& value : line.values) {
        if (value) store_.append(line.labels, {t, *value});
        t += command.interval_ms;
      }
    }
  }

  std::string evaluate(const TestCommand& eval) {
    const auto outcome =
        eval.is_range ? range_query(store_, eval.query, eval.start_ms, eval.end_ms, eval.step_ms, options_)
                      : instant_query(store_, eval.query, eval.start_ms, options_);
    if (!outcome) return check_failure(eval.expect, outcome.error().message);
    if (eval.expect.fails) return "expected to fail, but it answered";
    if (outcome->type == ValueType::kMatrix) return check_matrix(eval, *outcome);
    if (std::string wrong = check_instant(eval, *outcome); !wrong.empty()) return wrong;
    return check_as_range(eval, *outcome);
  }

  // An instant query must say the same as a range query at that step, whatever the other steps are.
  std::string check_as_range(const TestCommand& eval, const QueryResult& instant) {
    const bool moves =
        eval.query.find("start()") != std::string::npos || eval.query.find("end()") != std::string::npos;
    if (instant.type != ValueType::kVector || moves) return {};
    constexpr std::int64_t kStepMs = 60'000;
    const auto outcome =
        range_query(store_, eval.query, eval.start_ms - kStepMs, eval.start_ms + kStepMs, kStepMs, options_);
    if (!outcome) return {};  // another step may rightly fail
    std::map<Labels, double> at_step;
    for (const ResultSeries& series : outcome->series)
      for (const Sample& point : series.points)
        if (point.t_ms == eval.start_ms) at_step[*series.labels] = point.v;
    for (const ResultSeries& series : instant.series) {
      const std::string what = "as a step of a range query, " + series.labels->to_string();
      const auto it = at_step.find(*series.labels);
      if (it == at_step.end()) return what + " is not there";
      if (!nearly_equal(it->second, series.points.front().v))
        return differs(what, series.points.front().v, it->second);
    }
    return at_step.size() == instant.series.size() ? ""
                                                   : "as a step of a range query there are other series too";
  }

  const EngineOptions& options_;
  MemoryStore store_;
  TestReport report_;
};

}  // namespace

TestReport run_promql_test(std::string_view text, const EngineOptions& options) {
  return Runner(options).run(read_test_script(text));
}

}  // namespace incident::promql
