#include "logql/test_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "logql/memory_source.h"
#include "logql/units.h"
#include "promql/number.h"
#include "promql/parser.h"
#include "promql/series_notation.h"

namespace incident::logql {
namespace {

// Thrown inside this file only: a line that is not of the language.
struct Unreadable {
  std::string message;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = rest.find_first_of(" \t");
  const std::string_view word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : trimmed(rest.substr(end));
  return word;
}

std::int64_t time_of(std::string_view word) {
  const auto ns = parse_duration_ns(word);
  if (!ns) throw Unreadable{"\"" + std::string(word) + "\" is no time: 10s or 1m30s is right"};
  return *ns;
}

std::size_t count_of(std::string_view word) {
  std::size_t n = 0;
  if (std::from_chars(word.data(), word.data() + word.size(), n).ptr != word.data() + word.size() ||
      word.empty())
    throw Unreadable{"\"" + std::string(word) + "\" is no number"};
  return n;
}

std::string text_of(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  const auto plain = promql::unquote(text);
  return plain ? *plain : std::string(text);
}

Labels labels_of(std::string_view text) {
  const auto labels = promql::parse_labels(text);
  if (!labels) throw Unreadable{labels.error().message};
  return *labels;
}

bool nearly_equal(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

std::string shown(std::int64_t t_ns, std::string_view line) {
  return promql::format_fixed(static_cast<double>(t_ns) / 1e9) + "s " + std::string(line);
}

class Runner {
 public:
  Runner(std::string_view text, const EngineOptions& options) : options_(options) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      lines_.push_back(trimmed(text.substr(0, end)));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

  TestReport run() {
    while (next_ < lines_.size()) {
      const std::string_view line = lines_[next_++];
      if (line.empty() || line.starts_with('#')) continue;
      began_ = next_;
      try {
        command(line);
      } catch (const Unreadable& error) {
        report_.failures.push_back({next_, error.message});
        return report_;
      }
    }
    return report_;
  }

 private:
  void command(std::string_view rest) {
    const std::string_view word = take_word(rest);
    std::vector<std::string_view> block;
    for (; next_ < lines_.size() && !lines_[next_].empty(); ++next_) {
      if (!lines_[next_].starts_with('#')) block.push_back(lines_[next_]);
    }
    if (word == "clear")
      source_.clear();
    else if (word == "load")
      load(block);
    else if (word == "eval")
      eval(rest, block);
    else
      throw Unreadable{"unknown command \"" + std::string(word) + "\": load, eval or clear is right"};
  }

  void load(const std::vector<std::string_view>& block) {
    Labels labels;
    for (std::string_view line : block) {
      if (line.starts_with('{')) {
        labels = labels_of(line);
        continue;
      }
      const std::string_view when = take_word(line);
      const std::size_t plus = when.find('+'), star = when.find('*');
      if (plus == std::string_view::npos) {
        source_.append(labels, time_of(when), text_of(line));
        continue;
      }
      if (star == std::string_view::npos) throw Unreadable{"repeated lines are written 0s+10s*5"};
      const std::int64_t first = time_of(when.substr(0, plus)),
                         every = time_of(when.substr(plus + 1, star - plus - 1));
      const std::size_t times = count_of(when.substr(star + 1));
      for (std::size_t i = 0; i < times; ++i) {
        std::string text = text_of(line);
        if (const std::size_t at = text.find("%d"); at != std::string::npos)
          text.replace(at, 2, std::to_string(i));
        source_.append(labels, first + every * static_cast<std::int64_t>(i), std::move(text));
      }
    }
  }

  static void expect_word(std::string_view& rest, std::string_view wanted) {
    if (take_word(rest) != wanted) throw Unreadable{"expected \"" + std::string(wanted) + "\""};
  }

  void eval(std::string_view rest, const std::vector<std::string_view>& block) {
    ++report_.evaluations;
    const std::string_view kind = take_word(rest);
    LogRange range;
    if (kind == "instant") {
      expect_word(rest, "at");
      range.start_ns = time_of(take_word(rest));
    } else if (kind == "range" || kind == "logs") {
      expect_word(rest, "from");
      range.start_ns = time_of(take_word(rest));
      expect_word(rest, "to");
      range.end_ns = time_of(take_word(rest));
    } else {
      throw Unreadable{"eval is followed by instant, range or logs"};
    }
    if (kind == "range") {
      expect_word(rest, "step");
      range.step_ns = time_of(take_word(rest));
    }
    if (rest.starts_with("limit ")) {
      take_word(rest);
      range.limit = count_of(take_word(rest));
    }
    if (rest.starts_with("forward ")) {
      take_word(rest);
      range.backward = false;
    }
    std::string query(rest);
    for (std::size_t at = 0; (at = query.find("\\n ", at)) != std::string::npos;) query.replace(at, 3, "\n");
    const auto result = kind == "instant" ? instant_query(source_, query, range.start_ns, options_)
                                          : range_query(source_, query, range, options_);
    if (!block.empty() && block[0].starts_with("fail")) {
      const std::string_view wanted = trimmed(block[0].substr(4));
      if (result)
        differ("expected to fail, but it did not");
      else if (result.error().message.find(wanted) == std::string::npos)
        differ("expected to fail with " + std::string(wanted) + ", but it said: " + result.error().message);
    } else if (!result) {
      differ("failed: " + result.error().message);
    } else if (result->is_log) {
      check_logs(*result, block);
    } else {
      check_rows(*result, range, block);
    }
  }

  void check_logs(const QueryResult& result, const std::vector<std::string_view>& block) {
    std::vector<std::string> got, wanted;
    for (const Stream& stream : result.streams) {
      got.push_back(stream.labels->to_string());
      for (const Entry& entry : stream.entries) got.push_back(shown(entry.t_ns, entry.line));
    }
    for (std::string_view line : block) {
      if (line.starts_with('{')) {
        wanted.push_back(labels_of(line).to_string());
      } else {
        const std::int64_t t_ns = time_of(take_word(line));
        wanted.push_back(shown(t_ns, text_of(line)));
      }
    }
    compare(got, wanted);
  }

  void check_rows(const QueryResult& result, const LogRange& range, std::vector<std::string_view> block) {
    const promql::QueryResult& metric = result.metric;
    const bool ordered = !block.empty() && block[0] == "ordered";
    if (ordered) block.erase(block.begin());
    if (metric.type == promql::ValueType::kScalar) {
      const auto wanted = block.size() == 1 ? promql::parse_number(block[0]) : std::nullopt;
      if (!wanted || !nearly_equal(*wanted, metric.scalar))
        differ("answered the scalar " + promql::format_fixed(metric.scalar));
      return;
    }
    std::vector<promql::SeriesLine> wanted;
    for (const std::string_view line : block) {
      auto row = promql::parse_series_line(line);
      if (!row) throw Unreadable{row.error().message};
      wanted.push_back(std::move(*row));
    }
    std::vector<const promql::ResultSeries*> got;
    for (const auto& series : metric.series) got.push_back(&series);
    if (!ordered) {
      std::sort(wanted.begin(), wanted.end(),
                [](const auto& a, const auto& b) { return a.labels < b.labels; });
      std::sort(got.begin(), got.end(), [](const auto* a, const auto* b) { return *a->labels < *b->labels; });
    }
    std::string all;
    for (const auto* series : got) {
      all += "\n  " + series->labels->to_string();
      for (const auto& point : series->points)
        all += " " + promql::format_fixed(static_cast<double>(point.t_ms) / 1e3) +
               "s:" + promql::format_fixed(point.v);
    }
    bool same = got.size() == wanted.size();
    for (std::size_t i = 0; same && i < got.size(); ++i)
      same = *got[i]->labels == wanted[i].labels && same_points(*got[i], wanted[i], range);
    if (!same) differ("answered" + (all.empty() ? std::string(" nothing") : all));
  }

  static bool same_points(const promql::ResultSeries& got, const promql::SeriesLine& wanted,
                          const LogRange& range) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      if (!wanted.values[i]) continue;
      const std::int64_t at = (range.start_ns + range.step_ns * static_cast<std::int64_t>(i)) / 1'000'000;
      if (next >= got.points.size() || got.points[next].t_ms != at ||
          !nearly_equal(got.points[next].v, *wanted.values[i]))
        return false;
      ++next;
    }
    return next == got.points.size();
  }

  void compare(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
    if (got == wanted) return;
    std::string all;
    for (const std::string& line : got) all += "\n  " + line;
    differ("answered" + (all.empty() ? std::string(" nothing") : all));
  }

  void differ(std::string message) { report_.failures.push_back({began_, std::move(message)}); }

  const EngineOptions& options_;
  std::vector<std::string_view> lines_;
  std::size_t next_ = 0;
  std::size_t began_ = 0;
  MemorySource source_;
  TestReport report_;
};

}  // namespace

TestReport run_logql_test(std::string_view text, const EngineOptions& options) {
  return Runner(text, options).run();
}

}  // namespace incident::logql
