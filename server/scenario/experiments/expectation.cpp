#include "scenario/experiments/expectation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/engine.h"
#include "promql/number.h"

namespace incident::scenario {
namespace {

constexpr Duration kStep = seconds(5);
constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

struct Word {
  std::string text;
  bool quoted = false;
};

Result<std::vector<Word>> split(const std::string& line) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
    } else if (line[at] == '"') {
      const std::size_t end = line.find('"', at + 1);
      if (end == std::string::npos) return invalid("a quotation mark has no end");
      words.push_back({line.substr(at + 1, end - at - 1), true});
      at = end + 1;
    } else {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      words.push_back({line.substr(at, end - at), false});
      at = end;
    }
  }
  return words;
}

class Line {
 public:
  Line(std::vector<Word> words, const Vocabulary& vocabulary)
      : words_(std::move(words)), vocabulary_(vocabulary) {}

  Result<Expectation> expectation() {
    Expectation out;
    auto left = measure();
    if (!left) return left.error();
    out.left = std::move(*left);
    const std::string sign = next();
    if (sign == "<") {
      out.compare = Compare::kLess;
    } else if (sign == "<=") {
      out.compare = Compare::kAtMost;
    } else if (sign == ">") {
      out.compare = Compare::kMore;
    } else if (sign == ">=") {
      out.compare = Compare::kAtLeast;
    } else {
      return invalid("expected <, <=, > or >= here: \"" + sign + "\"");
    }
    if (auto bound = right(out); !bound) return bound.error();
    if (at_ < words_.size()) return invalid("nothing may follow: \"" + words_[at_].text + "\"");
    return out;
  }

  // Words up to the window, the variant or the end.
  Result<NamedSeries> series() {
    std::string name, part;
    bool in_part = false;
    while (at_ < words_.size() && !ends_series()) {
      const Word& word = words_[at_++];
      if (!word.quoted && !in_part && word.text == "of") {
        in_part = true;
        continue;
      }
      std::string& target = in_part ? part : name;
      target += (target.empty() ? "" : " ") + word.text;
    }
    if (name.empty()) return invalid("a series is missing");
    return find_series(*vocabulary_.model, vocabulary_.series, name, part);
  }

 private:
  bool is(const char* word) const {
    return at_ < words_.size() && !words_[at_].quoted && words_[at_].text == word;
  }
  std::string next() { return at_ < words_.size() ? words_[at_++].text : std::string(); }
  bool ends_series() const {
    return is("in") || is("at") || is("<") || is("<=") || is(">") || is(">=") ||
           (!words_[at_].quoted && vocabulary_.windows.contains(words_[at_].text));
  }

  Result<Measure> measure() {
    Measure m;
    if (is("lines")) {
      ++at_;
      m.over = Measure::Over::kLines;
      if (at_ >= words_.size() || !words_[at_].quoted)
        return invalid("lines are known by a part of their text in quotation marks");
      m.text = next();
      if (is("of")) {
        ++at_;
        m.service = next();
        const auto& services = vocabulary_.model->services;
        if (std::none_of(services.begin(), services.end(),
                         [&](const sim::ServiceSpec& s) { return s.name == m.service; }))
          return invalid("there is no service \"" + m.service + "\"");
      }
    } else {
      constexpr std::pair<const char*, Measure::Over> kOvers[] = {{"mean", Measure::Over::kMean},
                                                                  {"max", Measure::Over::kMax},
                                                                  {"min", Measure::Over::kMin},
                                                                  {"last", Measure::Over::kLast}};
      for (const auto& [word, over] : kOvers) {
        // ("mean of api" is a series.)
        if (!is(word) || at_ + 1 >= words_.size() || words_[at_ + 1].text == "of") continue;
        ++at_;
        if (!ends_series()) {
          m.over = over;
        } else {
          --at_;  // (so is "mean")
        }
        break;
      }
      auto found = series();
      if (!found) return found.error();
      m.series = std::move(*found);
    }
    if (is("in")) {
      ++at_;
      const std::string name = next();
      const auto found = std::find(vocabulary_.variants.begin(), vocabulary_.variants.end(), name);
      if (found == vocabulary_.variants.end()) return invalid("there is no variant \"" + name + "\"");
      m.variant = static_cast<std::size_t>(found - vocabulary_.variants.begin());
    }
    if (is("at")) {
      ++at_;
      auto window = parse_window(next());
      if (!window) return window.error();
      m.window = *window;
    } else {
      const auto found =
          at_ < words_.size() ? vocabulary_.windows.find(words_[at_].text) : vocabulary_.windows.end();
      if (found == vocabulary_.windows.end())
        return invalid("a window is missing: at 2m..3m, or the name of one");
      m.window = found->second;
      ++at_;
    }
    if (m.window.to > vocabulary_.length) return invalid("the window ends after the experiment");
    return m;
  }

  Result<void> right(Expectation& out) {
    std::string text = next();
    if (text.empty()) return invalid("a number is missing after the comparison");
    const bool times = text.ends_with('x'), percent = text.ends_with('%');
    if ((times || percent) && is("of")) ++at_;
    if (times || percent) text.pop_back();
    if (const auto number = promql::parse_number(text)) {
      out.factor = *number;
    } else if (const auto ms = promql::parse_duration_ms(text); ms && !times && !percent) {
      out.factor = static_cast<double>(*ms) / 1000;
    } else {
      return invalid("this is no number: \"" + text + "\"");
    }
    if (at_ >= words_.size()) {
      if (times) return invalid("say of what it should be a multiple");
      return {};
    }
    if (!times && !percent) return {};
    if (percent) out.factor /= 100;
    auto other = measure();
    if (!other) return other.error();
    out.right = std::move(*other);
    return {};
  }

  std::vector<Word> words_;
  const Vocabulary& vocabulary_;
  std::size_t at_ = 0;
};

double lines_in(const Measure& m, const telemetry::Telemetry& telemetry) {
  telemetry::LogQuery query;
  if (!m.service.empty()) query.services = {m.service};
  query.text = m.text;
  query.from = SimTime{} + m.window.from;
  query.to = SimTime{} + m.window.to;
  query.limit = 1;
  const auto page = telemetry.logs().search(query);
  return page ? static_cast<double>(page->matched) : kNoValue;
}

}  // namespace

Result<Window> parse_window(const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto from =
      dots == std::string::npos ? std::nullopt : promql::parse_duration_ms(text.substr(0, dots));
  const auto to = dots == std::string::npos ? std::nullopt : promql::parse_duration_ms(text.substr(dots + 2));
  if (!from || !to || *to < *from) return invalid("a window is such as 2m..3m: \"" + text + "\"");
  const Window window{milliseconds(*from), milliseconds(*to)};
  if (window.to - window.from < kSeriesLooksBack + kStep)
    return invalid("a window must be 20 s long or longer: \"" + text + "\"");
  return window;
}

Result<Expectation> parse_expectation(const std::string& line, const Vocabulary& vocabulary) {
  auto words = split(line);
  if (!words) return words.error();
  auto out = Line(std::move(*words), vocabulary).expectation();
  if (out) out->text = line;
  return out;
}

Result<NamedSeries> parse_series(const std::string& text, const Vocabulary& vocabulary) {
  auto words = split(text);
  if (!words) return words.error();
  return Line(std::move(*words), vocabulary).series();
}

std::vector<double> points_of(const NamedSeries& series, const telemetry::Telemetry& telemetry, SimTime from,
                              SimTime to, Duration step) {
  const auto count = static_cast<std::size_t>((to - from).us / step.us) + 1;
  std::vector<double> out(count, kNoValue);
  const telemetry::MetricView view(telemetry.metrics(), 0);
  const auto result =
      promql::range_query(view, series.query, from.milliseconds(), to.milliseconds(), step.milliseconds());
  if (!result || result->series.size() != 1) return out;
  for (const promql::Sample& sample : result->series.front().points) {
    const std::int64_t at = (sample.t_ms - from.milliseconds()) / step.milliseconds();
    if (at >= 0 && static_cast<std::size_t>(at) < count) out[static_cast<std::size_t>(at)] = sample.v;
  }
  return out;
}

double value_of(const Measure& m, const telemetry::Telemetry& telemetry) {
  if (m.over == Measure::Over::kLines) return lines_in(m, telemetry);
  std::vector<double> points = points_of(m.series, telemetry, SimTime{} + m.window.from + kSeriesLooksBack,
                                         SimTime{} + m.window.to, kStep);
  std::erase_if(points, [](double v) { return !std::isfinite(v); });
  if (points.empty()) return kNoValue;
  switch (m.over) {
    case Measure::Over::kMax:
      return *std::max_element(points.begin(), points.end());
    case Measure::Over::kMin:
      return *std::min_element(points.begin(), points.end());
    case Measure::Over::kLast:
      return points.back();
    default:
      break;
  }
  double sum = 0;
  for (const double v : points) sum += v;
  return sum / static_cast<double>(points.size());
}

bool holds(const Expectation& e, double left, double right) {
  switch (e.compare) {
    case Compare::kLess:
      return left < right;
    case Compare::kAtMost:
      return left <= right;
    case Compare::kMore:
      return left > right;
    case Compare::kAtLeast:
      return left >= right;
  }
  return false;
}

}  // namespace incident::scenario
