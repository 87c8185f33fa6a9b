// What questions over an hour of a match cost: the panels of a shipped system's dashboards, and searches
// through its log lines. Prints one JSON object a line. With `--export FOLDER` it writes the same metrics as
// OpenMetrics text, the panels' queries and our own answers instead, for query_peer.py to ask a real
// Prometheus the same.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "promql/engine.h"
#include "promql/json.h"
#include "promql/number.h"
#include "scenario/library.h"
#include "scenario/warm_up.h"

namespace {

using namespace incident;

constexpr int kPanels = 12;
constexpr int kRounds = 15;
constexpr std::int64_t kHourMs = 3'600'000, kStepMs = 15'000;

// CPU time of this thread: a busy machine does not count.
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void print(const std::string& name, double value, const char* unit, double bound = 0) {
  std::printf(R"({"name":"%s","value":%.4f,"unit":"%s")", name.c_str(), value, unit);
  if (bound > 0) std::printf(",\"bound\":%g", bound);
  std::printf("}\n");
  std::fflush(stdout);
}

struct Question {
  std::string title, query;
};

std::vector<Question> panels_of(const scenario::Incident& incident) {
  std::vector<Question> out;
  for (const auto& dashboard : incident.info->dashboards) {
    for (const auto& panel : dashboard.panels) out.push_back({panel.title, panel.query});
  }
  return out;
}

promql::QueryOutcome<promql::QueryResult> ask(const telemetry::MetricView& view, const std::string& query,
                                              std::int64_t end) {
  return promql::range_query(view, query, end - kHourMs, end, kStepMs);
}

// The least of several rounds, in milliseconds.
template <class Run>
double least(Run run) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double begun = cpu_ms();
    run();
    best = std::min(best, cpu_ms() - begun);
  }
  return best;
}

std::string series_text(const promql::Labels& labels) {
  std::string out(labels.metric_name());
  char between = '{';
  for (const promql::Label& label : labels) {
    if (label.name == promql::kMetricName) continue;
    out += between;
    out += label.name + '=' + promql::quote(label.value);
    between = ',';
  }
  return between == ',' ? out + '}' : out;
}

std::string open_metrics(const telemetry::MetricView& view, std::int64_t end) {
  // One metric family after the other, without type lines: promtool wants nothing more for a block.
  std::string out;
  for (const promql::SeriesView& series : view.select({}, 0, end)) {
    const std::string labels = series_text(*series.labels);
    for (const promql::Sample& sample : series.samples) {
      if (promql::is_stale(sample.v)) continue;
      out += labels + ' ' + promql::format_fixed(sample.v) + ' ' + std::to_string(sample.t_ms / 1000) + '\n';
    }
  }
  return out + "# EOF\n";
}

int write_export(const std::string& folder, const telemetry::MetricView& view,
                 const telemetry::LogStore& logs, const std::vector<Question>& questions, std::int64_t end) {
  std::ofstream(folder + "/data.om") << open_metrics(view, end);
  std::ofstream asked(folder + "/questions"), answers(folder + "/answers");
  for (const Question& question : questions) {
    asked << end - kHourMs << '\t' << end << '\t' << kStepMs << '\t' << question.query << '\n';
    const auto answer = ask(view, question.query, end);
    answers << (answer ? promql::to_json(*answer) : promql::to_json(answer.error())) << '\n';
  }
  std::ofstream lines(folder + "/lines");
  std::string text;
  logs.scan(SimTime{}, kNever, false, [&](const telemetry::LogRecord& record) {
    logs.render(record, text);
    lines << text << '\n';
    return true;
  });
  return 0;
}

void measure_panels(const telemetry::MetricView& view, const std::vector<Question>& questions,
                    std::int64_t end) {
  double total = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const double ms = least([&] {
      if (!ask(view, questions[i].query, end)) std::fprintf(stderr, "%s fails\n", questions[i].query.c_str());
    });
    if (i < kPanels) total += ms;
    print("panel_" + std::to_string(i + 1), ms, "ms");
  }
  print("dashboard_12_panels", total, "ms", 20);
}

void measure_searches(const telemetry::LogStore& logs) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kSearches = {
      {{"log_search_regex", "time(out|d out).*inventory"},
       {"log_search_regex_none", "no such (text|line) anywhere"},
       {"log_search_regex_status", "status=5\\d\\d|HTTP/1.1\" 5\\d\\d"},
       {"log_search_regex_any", "[0-9]{4}"},
       {"log_search_regex_caseless", "(?i)deadline exceeded|connection refused"}}};
  for (const auto& [name, pattern] : kSearches) {
    telemetry::LogQuery query;
    query.text = pattern;
    query.regex = true;
    std::uint64_t matched = 0;
    const double ms = least([&, pattern = pattern] {
      const auto page = logs.search(query);
      if (!page) std::fprintf(stderr, "%s fails\n", pattern);
      matched = page ? page->matched : 0;
    });
    print(name, ms, "ms", 50);
    std::fprintf(stderr, "%s: %llu lines\n", pattern, static_cast<unsigned long long>(matched));
  }
  print("log_lines", static_cast<double>(logs.end_number()), "lines");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool exports = arguments.size() > 1 && arguments[0] == "--export";
  const std::string folder = exports ? (arguments.size() > 2 ? arguments[2] : "scenarios")
                                     : (arguments.empty() ? "scenarios" : arguments[0]);
  const auto library = scenario::load_library(folder);
  if (!library) {
    std::fprintf(stderr, "%s: %s\n", library.error().at.c_str(), library.error().message.c_str());
    return 1;
  }
  const auto incident = library->incidents().front();
  auto world = scenario::warm_up(*incident, 1);
  if (!world) return 1;
  world->telemetry.run(world->sim, world->page + minutes(30));
  const std::int64_t end = world->sim.now().milliseconds() / kStepMs * kStepMs;
  const telemetry::MetricView view(world->telemetry.metrics(), 0);
  const auto questions = panels_of(*incident);
  if (exports) return write_export(arguments[1], view, world->telemetry.logs(), questions, end);
  measure_panels(view, questions, end);
  measure_searches(world->telemetry.logs());
  print("query_series", static_cast<double>(world->telemetry.metrics().series_count()), "series");
  print("query_arena_memory", static_cast<double>(world->telemetry.memory_bytes()) / (1 << 20), "MiB", 16);
  return 0;
}
