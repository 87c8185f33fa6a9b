// What telemetry costs: memory of an arena after an hour of a busy shop, forks, and the time of a run against
// the same run without an observer. Prints one JSON object a line.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "promql/engine.h"
#include "telemetry/telemetry.h"
#include "web_shop.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace incident;

// CPU time of this process, so that a busy machine does not count.
struct Clock {
  static double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
};
double seconds_since(double start) {
  return Clock::now() - start;
}

void print(const char* name, double value, const char* unit, const char* extra = "") {
  std::printf("{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\"%s}\n", name, value, unit, extra);
  std::fflush(stdout);
}

double heap_mib() {
#if defined(__GLIBC__)
  return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd) / (1 << 20);
#else
  return 0;
#endif
}

std::shared_ptr<const telemetry::TelemetryConfig> rules() {
  telemetry::TelemetryConfig config;
  for (const char* service :
       {"gateway", "front", "catalog", "search", "cart", "checkout", "pricing", "stock", "accounts"}) {
    const std::string name = service, selector = "{service=\"" + name + "\"}";
    config.rules.push_back({name + "Errors", name, "critical",
                            "sum(rate(http_server_request_duration_seconds_count{service=\"" + name +
                                "\",http_response_status_code=~\"5..\"}[1m])) / "
                                "sum(rate(http_server_request_duration_seconds_count" +
                                selector + "[1m])) > 0.05",
                            "", "", seconds(60), true});
    config.rules.push_back({name + "Slow", name, "warning",
                            "histogram_quantile(0.99, sum by (le) (rate("
                            "http_server_request_duration_seconds_bucket" +
                                selector + "[2m]))) > 1",
                            "", "", seconds(60), false});
  }
  return std::make_shared<const telemetry::TelemetryConfig>(std::move(config));
}

}  // namespace

int main() {
  const sim::testing::WebShop shop(100);
  auto model = std::make_shared<sim::Model>(shop.model);
  model->weight = 10;
  sim::Plan plan;
  // The last twenty minutes are an incident: the catalog's main operation costs a hundred times as much.
  sim::PlannedChange fault;
  fault.at = SimTime{} + minutes(40);
  fault.kind = sim::ChangeKind::kConfig;
  fault.service = shop.catalog;
  fault.visible = false;
  fault.causal = true;
  fault.settings.push_back(
      {sim::testing::Builder::ref(sim::PartKind::kOperation, "cpu_factor", 0), 0, 100'000});
  for (std::size_t i = 0; i < model->operations.size(); ++i) {
    if (model->operations[i].name == "GET /product" && model->operations[i].service == shop.catalog) {
      fault.settings[0].target.part = static_cast<std::uint16_t>(i);
    }
  }
  plan.changes.push_back(fault);
  const auto shared_plan = std::make_shared<const sim::Plan>(plan);
  const SimTime hour = SimTime{} + minutes(60);

  double bare = 0, healthy_bare = 0;
  {
    sim::Simulation alone(model, shared_plan, 1);
    const auto start = Clock::now();
    alone.run_until(SimTime{} + minutes(40));
    healthy_bare = seconds_since(start);
    alone.run_until(hour);
    bare = seconds_since(start);
  }
  {
    sim::Simulation watched(model, shared_plan, 1);
    telemetry::Telemetry telemetry(model, std::make_shared<const telemetry::TelemetryConfig>(), 1);
    const auto start = Clock::now();
    telemetry.run(watched, SimTime{} + minutes(40));
    print("observe_without_rules_healthy_factor", seconds_since(start) / healthy_bare, "x");
    telemetry.run(watched, hour);
    print("observe_without_rules_factor", seconds_since(start) / bare, "x");
  }
  const double before = heap_mib();
  sim::Simulation sim(model, shared_plan, 1);
  telemetry::Telemetry telemetry(model, rules(), 1);
  const auto start = Clock::now();
  telemetry.run(sim, SimTime{} + minutes(40));
  const double healthy = seconds_since(start);
  telemetry.run(sim, hour);
  const double watched = seconds_since(start);
  print("arena_memory_mib", heap_mib() - before, "MiB", ",\"bound\":16");
  print("telemetry_memory_mib", static_cast<double>(telemetry.memory_bytes()) / (1 << 20), "MiB");
  print("telemetry_metrics_mib", static_cast<double>(telemetry.metrics().memory_bytes()) / (1 << 20), "MiB");
  print("telemetry_logs_mib", static_cast<double>(telemetry.logs().memory_bytes()) / (1 << 20), "MiB");
  print("telemetry_traces_mib", static_cast<double>(telemetry.traces().memory_bytes()) / (1 << 20), "MiB");
  print("telemetry_series", static_cast<double>(telemetry.metrics().series_count()), "series");
  print("telemetry_log_lines", static_cast<double>(telemetry.logs().end_number()), "lines");
  print("telemetry_traces_kept", static_cast<double>(telemetry.traces().size()), "traces");
  print("observe_overhead_factor", watched / bare, "x");
  print("observe_overhead_healthy_factor", healthy / healthy_bare, "x");
  print("observe_simulated_seconds_per_second", 3600 / watched, "x");

  constexpr int kForks = 200;
  const auto fork_start = Clock::now();
  for (int i = 0; i < kForks; ++i) const telemetry::Telemetry fork = telemetry;
  print("telemetry_fork_ms", seconds_since(fork_start) * 1e3 / kForks, "ms", ",\"bound\":1");

  const telemetry::MetricView view(telemetry.metrics(), 0);
  const auto query_start = Clock::now();
  const auto answer = promql::range_query(view,
                                          "histogram_quantile(0.99, sum by (le, service) "
                                          "(rate(http_server_request_duration_seconds_bucket[2m])))",
                                          0, 3'600'000, 30'000);
  print("query_p99_all_services_ms", seconds_since(query_start) * 1e3, "ms");
  if (!answer || answer->series.empty()) std::fprintf(stderr, "the query found nothing\n");
  const auto search_start = Clock::now();
  telemetry::LogQuery query;
  query.text = "no such text anywhere";
  const auto page = telemetry.logs().search(query);
  print("log_search_all_ms", seconds_since(search_start) * 1e3, "ms");
  std::fprintf(stderr, "first page at %.0f s, %zu alerts fired, rule errors %llu\n",
               telemetry.first_page() ? telemetry.first_page()->seconds() : -1.0,
               telemetry.alerts().fired().size(),
               static_cast<unsigned long long>(telemetry.alerts().evaluation_errors()));
  return 0;
}
