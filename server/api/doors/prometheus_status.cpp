// What this Prometheus would say of itself: its targets are the pods, its clock is the match's. What does not
// exist in a simulation (goroutines, a working directory) is zero or empty.
#include <algorithm>
#include <map>

#include "api/doors/prometheus_call.h"
#include "api/doors/time_text.h"
#include "api/limits.h"
#include "promql/number.h"
#include "promql/parser.h"

namespace incident::api::prometheus {
namespace {

constexpr const char* kVersion = "2.53.0";  // whose API this is
constexpr const char* kPool = "pods";
constexpr std::size_t kTopRows = 10;

// In one sentence, for a person who wonders what time it is.
std::string clock_text(const Call& call) {
  const ArenaView& view = call.view();
  return "simulated time, moved so that now is now in the match; the match " +
         (view.running ? "runs at " + std::to_string(view.time_scale) + " simulated seconds a second"
                       : std::string("stands still"));
}

Json clock_json(const Call& call) {
  const ArenaView& view = call.view();
  return {{"description", clock_text(call)},
          {"matchTime", view.since_page(view.now)},
          {"pageAt", rfc3339(view.unix_ms(view.page))},
          {"now", rfc3339(view.unix_ms(view.now))},
          {"timeScale", view.time_scale},
          {"running", view.running}};
}

std::string seconds_text(Duration duration) {
  return std::to_string(duration.us / 1'000'000) + "s";
}

Json target_json(const Call& call, const promql::Labels& series, double up, std::int64_t scraped_ms) {
  promql::Labels labels = series;
  labels.erase(promql::kMetricName);
  const std::string address = std::string(series.get("pod")) + ":9090";
  const std::string url = "http://" + address + "/metrics";
  Json discovered = {{"__address__", address},
                     {"__metrics_path__", "/metrics"},
                     {"__scheme__", "http"},
                     {"__meta_kubernetes_pod_name", series.get("pod")},
                     {"__meta_kubernetes_service_name", series.get("service")},
                     {"job", kPool}};
  const std::string interval = seconds_text(call.telemetry().metrics().interval());
  return {{"discoveredLabels", std::move(discovered)},
          {"labels", labels_json(labels)},
          {"scrapePool", kPool},
          {"scrapeUrl", url},
          {"globalUrl", url},
          {"lastError", up == 1 ? std::string() : "Get \"" + url + "\": the pod does not answer"},
          {"lastScrape", rfc3339(scraped_ms)},
          {"lastScrapeDuration", 0},
          {"health", up == 1 ? "up" : "down"},
          {"scrapeInterval", interval},
          {"scrapeTimeout", interval}};
}

template <class Map>
Json top(const Map& counts) {
  std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(rows.size(), kTopRows); ++i)
    list.push_back({{"name", rows[i].first}, {"value", rows[i].second}});
  return list;
}

}  // namespace

net::Response targets(const Call& call) {
  const std::string state = call.text("state");
  const std::string pool = call.text("scrapePool");
  Json active = Json::array();
  if (state != "dropped" && (pool.empty() || pool == kPool)) {
    const std::int64_t at = call.view().unix_ms(call.telemetry().metrics().last_scrape());
    const std::vector<promql::Matcher> up = promql::parse_selector("up").value();
    auto found = call.metrics().select(up, at, at);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a.labels < *b.labels; });
    for (const auto& series : found) {
      if (!promql::is_stale(series.samples.back().v))
        active.push_back(target_json(call, *series.labels, series.samples.back().v, at));
    }
  }
  return answered({{"activeTargets", std::move(active)},
                   {"droppedTargets", Json::array()},
                   {"droppedTargetCounts", {{kPool, 0}}}});
}

net::Response build_info(const Call& call) {
  return answered({{"version", kVersion},
                   {"revision", "incident"},
                   {"branch", clock_text(call)},
                   {"buildUser", ""},
                   {"buildDate", ""},
                   {"goVersion", ""}});
}

net::Response runtime_info(const Call& call) {
  const std::string begun = rfc3339(call.view().unix_ms(SimTime{}));
  return answered({{"startTime", begun},
                   {"CWD", "/"},
                   {"reloadConfigSuccess", true},
                   {"lastConfigTime", begun},
                   {"corruptionCount", 0},
                   {"goroutineCount", 0},
                   {"GOMAXPROCS", 0},
                   {"GOMEMLIMIT", 0},
                   {"GOGC", ""},
                   {"GODEBUG", ""},
                   {"storageRetention", "the whole match"},
                   {"simulatedTime", clock_json(call)}});
}

net::Response config(const Call& call) {
  const auto& config = call.telemetry().config();
  return answered({{"yaml", "# " + clock_text(call) +
                                "\nglobal:\n  scrape_interval: " + seconds_text(config.scrape_interval) +
                                "\n  evaluation_interval: " + seconds_text(config.rule_interval) +
                                "\nrule_files:\n  - /etc/prometheus/rules/" + call.view().incident->info->id +
                                ".yml\nscrape_configs:\n  - job_name: " + kPool +
                                "\n    kubernetes_sd_configs:\n      - role: pod\n"}});
}

net::Response flags(const Call& call) {
  (void)call;
  const promql::EngineOptions options;
  return answered({{"query.lookback-delta", promql::format_duration(options.lookback_ms)},
                   {"query.max-samples", std::to_string(options.samples_max)},
                   {"query.timeout", std::to_string(kQueryTimeMax.count()) + "s"},
                   {"web.enable-admin-api", "false"},
                   {"web.enable-lifecycle", "false"},
                   {"enable-feature", ""}});
}

net::Response tsdb(const Call& call) {
  std::map<std::string, std::size_t> by_name, by_pair;
  std::map<std::string, std::map<std::string, std::size_t, std::less<>>> values;
  const auto all = call.metrics().series({}, promql::kMinTimeMs, call.now());
  for (const auto& labels : all) {
    ++by_name[std::string(labels->metric_name())];
    for (const auto& label : *labels) {
      ++by_pair[label.name + "=" + label.value];
      ++values[label.name][label.value];
    }
  }
  std::map<std::string, std::size_t> value_counts, value_bytes;
  for (const auto& [name, found] : values) {
    value_counts[name] = found.size();
    for (const auto& [value, times] : found) value_bytes[name] += value.size() * times;
  }
  const auto& metrics = call.telemetry().metrics();
  return answered({{"headStats",
                    {{"numSeries", all.size()},
                     {"numLabelPairs", by_pair.size()},
                     {"chunkCount", 0},
                     {"minTime", call.view().unix_ms(SimTime{} + metrics.interval())},
                     {"maxTime", call.view().unix_ms(metrics.last_scrape())}}},
                   {"seriesCountByMetricName", top(by_name)},
                   {"labelValueCountByLabelName", top(value_counts)},
                   {"memoryInBytesByLabelName", top(value_bytes)},
                   {"seriesCountByLabelValuePair", top(by_pair)}});
}

}  // namespace incident::api::prometheus
