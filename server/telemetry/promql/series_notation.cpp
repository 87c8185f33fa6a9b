#include "promql/series_notation.h"

#include <charconv>

#include "promql/limits.h"
#include "promql/number.h"
#include "promql/parser.h"
#include "promql/queryable.h"

namespace incident::promql {

namespace {

std::string_view next_word(std::string_view& rest) {
  const std::size_t from = rest.find_first_not_of(" \t");
  if (from == std::string_view::npos) {
    rest = {};
    return {};
  }
  const std::size_t to = rest.find_first_of(" \t", from);
  const std::string_view word = rest.substr(from, to == std::string_view::npos ? to : to - from);
  rest = to == std::string_view::npos ? std::string_view{} : rest.substr(to);
  return word;
}

// Where the name ends: the first space that is not inside braces or quotes.
std::size_t end_of_name(std::string_view line) {
  bool braces = false;
  char quote_mark = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote_mark != '\0') {
      if (c == '\\' && quote_mark != '`')
        ++i;
      else if (c == quote_mark)
        quote_mark = '\0';
    } else if (c == '"' || c == '\'' || c == '`') {
      quote_mark = c;
    } else if (c == '{') {
      braces = true;
    } else if (c == '}') {
      braces = false;
    } else if ((c == ' ' || c == '\t') && !braces) {
      // name {labels} is one name
      const std::size_t next = line.find_first_not_of(" \t", i);
      if (next != std::string_view::npos && line[next] == '{' && line.substr(next, 2) != "{{" &&
          line.substr(0, i).find('{') == std::string_view::npos)
        continue;
      return i;
    }
  }
  return line.size();
}

// A number at the start of `word`, taken off it. The sign of what follows is not part of it.
std::optional<double> take_number(std::string_view& word) {
  std::size_t n = 0;
  if (n < word.size() && (word[n] == '+' || word[n] == '-')) ++n;
  while (n < word.size() && word[n] != 'x') {
    const bool exponent = (word[n] == '+' || word[n] == '-') && (word[n - 1] == 'e' || word[n - 1] == 'E');
    if ((word[n] == '+' || word[n] == '-') && !exponent) break;
    ++n;
  }
  const auto v = parse_number(word.substr(0, n));
  word.remove_prefix(n);
  return v;
}

std::optional<std::size_t> take_repetition(std::string_view word) {
  if (word.empty()) return 0;
  std::size_t n = 0;
  if (word[0] != 'x') return std::nullopt;
  word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc() || end != word.data() + word.size() || n > limits::kSeriesLineValuesMax)
    return std::nullopt;
  return n;
}

bool append_values(std::string_view word, std::vector<std::optional<double>>& values) {
  if (word[0] == '_') {
    const auto n = take_repetition(word.substr(1));
    if (!n) return false;
    values.insert(values.end(), word.size() == 1 ? 1 : *n, std::nullopt);
    return true;
  }
  if (word.starts_with("stale")) {
    const auto n = take_repetition(word.substr(5));
    if (!n) return false;
    values.insert(values.end(), *n + 1, stale_marker());
    return true;
  }
  const auto first = take_number(word);
  if (!first) return false;
  double step = 0;
  if (!word.empty() && word[0] != 'x') {
    const auto taken = take_number(word);
    if (!taken || word.empty()) return false;
    step = *taken;
  }
  const auto n = take_repetition(word);
  if (!n) return false;
  double v = *first;
  for (std::size_t i = 0; i <= *n; ++i) {
    values.emplace_back(v);
    v += step;
  }
  return true;
}

}  // namespace

Result<SeriesLine> parse_series_line(std::string_view line) {
  SeriesLine out;
  const std::size_t name_end = end_of_name(line);
  auto labels = parse_labels(line.substr(0, name_end));
  if (!labels) return labels.error();
  out.labels = std::move(*labels);
  std::string_view rest = line.substr(name_end);
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (word.starts_with("{{"))
      return invalid("native histograms are not supported, and \"" + std::string(word) + "\" begins one");
    if (!append_values(word, out.values))
      return invalid("\"" + std::string(word) +
                     "\" is no series value: a number, a+bxn, axn, _ or stale is right");
    if (out.values.size() > limits::kSeriesLineValuesMax)
      return invalid("a series has at most " + std::to_string(limits::kSeriesLineValuesMax) + " values here");
  }
  return out;
}

}  // namespace incident::promql
