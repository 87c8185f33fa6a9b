// The web shop as its operators know it: well before anything breaks, with charts that show something and
// knobs that can be turned; and what breaks it is what the incidents say.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "library_files.h"
#include "promql/engine.h"
#include "scenario/warm_up.h"
#include "sim/simulation.h"

namespace incident::scenario::testing {
namespace {

constexpr std::uint64_t kSeed = 11;

promql::QueryResult ask(const Start& start, const std::string& query, SimTime at) {
  const telemetry::MetricView view(start.telemetry.metrics(), 0);
  const auto answer = promql::instant_query(view, query, at.us / 1000);
  if (answer) return *answer;
  ADD_FAILURE() << query << ": " << answer.error().message;
  return {};
}

double number(const Start& start, const std::string& query, SimTime at) {
  const auto answer = ask(start, query, at);
  return answer.series.empty() ? std::nan("") : answer.series.front().points.back().v;
}

SimTime first_cause(const Incident& incident) {
  for (const auto& change : incident.plan->changes) {
    if (change.causal) return change.at;
  }
  return SimTime{incident.history.us};
}

class WebShopTest : public ::testing::TestWithParam<std::string> {};

TEST_P(WebShopTest, IsWellBeforeAnythingBreaks) {
  const auto incident = load(GetParam());
  ASSERT_TRUE(incident);
  const auto start = warm_up(*incident, kSeed);
  ASSERT_TRUE(start) << start.error().message;
  const SimTime well{incident->history.us};
  const auto value = [&](const std::string& query) { return number(*start, query, well); };

  const double requests = value("sum(rate(user_requests_total[5m]))");
  EXPECT_GT(requests, 1500) << "a busy afternoon, weighted";
  EXPECT_LT(requests, 2500);
  EXPECT_LT(value("sum(increase(user_requests_total{outcome!=\"ok\"}[20m])) / "
                  "sum(increase(user_requests_total[20m])) or vector(0)"),
            0.001);
  const std::string latency = ", sum by (le) (rate(user_request_duration_seconds_bucket[10m])))";
  EXPECT_LT(value("histogram_quantile(0.5" + latency), 0.3);
  EXPECT_LT(value("histogram_quantile(0.99" + latency), 1.0);
  for (const auto& series : ask(*start,
                                "sum by (service) (rate(container_cpu_usage_seconds_total[10m])) / "
                                "sum by (service) (container_spec_cpu_limit_cores)",
                                well)
                                .series) {
    const std::string service(series.labels->get("service"));
    const double share = series.points.back().v;
    EXPECT_LT(share, 0.6) << service;
    if (service != "paygate") {
      EXPECT_GT(share, 0.1) << service;
    }
  }
  for (const auto& series : ask(*start,
                                "sum by (cache) (rate(cache_requests_total{result=\"hit\"}[10m])) / "
                                "sum by (cache) (rate(cache_requests_total[10m]))",
                                well)
                                .series) {
    EXPECT_GT(series.points.back().v, 0.85) << series.labels->get("cache");
  }
  EXPECT_EQ(number(*start, "max(db_client_connections_pending_requests)", well), 0);

  const SimTime cause = first_cause(*incident);
  for (const auto& alert : start->telemetry.alerts().all()) {
    EXPECT_FALSE(alert.fired_at && *alert.fired_at < cause)
        << incident->telemetry->rules[alert.rule].name << " fires while all is well";
  }
}

TEST_P(WebShopTest, EveryKnobStartsWithinItsRange) {
  const auto incident = load(GetParam());
  ASSERT_TRUE(incident);
  const sim::Simulation sim(incident->model, incident->plan, kSeed);
  std::set<std::string> names;
  for (std::size_t i = 0; i < incident->model->config_keys.size(); ++i) {
    const auto& key = incident->model->config_keys[i];
    EXPECT_TRUE(names.insert(key.name).second) << key.name << " is there twice";
    EXPECT_GE(sim.config_value(sim::ConfigKeyId(i)), key.min) << key.name;
    EXPECT_LE(sim.config_value(sim::ConfigKeyId(i)), key.max) << key.name;
    const std::int64_t raw = sim.parameter(key.target);
    EXPECT_EQ(raw % key.unit_divisor, 0) << key.name << " does not show what is set";
  }
}

// A cause is what the incident would not have happened without.
TEST_P(WebShopTest, EachCauseIsNeeded) {
  const auto incident = load(GetParam());
  ASSERT_TRUE(incident);
  const SimTime end = first_cause(*incident) + minutes(12);
  for (std::size_t left_out = 0; left_out < incident->plan->changes.size(); ++left_out) {
    if (!incident->plan->changes[left_out].causal) continue;
    sim::Plan plan = *incident->plan;
    plan.changes.erase(plan.changes.begin() + static_cast<std::ptrdiff_t>(left_out));
    sim::Simulation sim(incident->model, std::make_shared<const sim::Plan>(std::move(plan)), kSeed);
    sim.run_until(SimTime{end.us - minutes(5).us});
    const sim::UserTotals before = sim.user_totals();
    sim.run_until(end);
    const double harmed = static_cast<double>(sim.user_totals().harmed() - before.harmed());
    const double all = static_cast<double>(sim.user_totals().all() - before.all());
    EXPECT_LT(harmed / all, 0.005) << "customers are harmed without \""
                                   << incident->plan->changes[left_out].title << '"';
  }
}

// A chart of failures may be empty in one incident, never in all of them.
TEST(WebShopChartsTest, EveryChartShowsSomethingAtSomePage) {
  std::set<std::string> empty, shown;
  for (const std::string& name : incident_names()) {
    const auto incident = load(name);
    ASSERT_TRUE(incident);
    const auto start = warm_up(*incident, kSeed);
    ASSERT_TRUE(start) << start.error().message;
    EXPECT_GE(incident->info->dashboards.size(), 3u);
    for (const auto& dashboard : incident->info->dashboards) {
      for (const auto& panel : dashboard.panels) {
        const bool shows = !ask(*start, panel.query, start->page).series.empty();
        (shows ? shown : empty).insert(dashboard.title + ": " + panel.title);
      }
    }
  }
  for (const std::string& panel : empty) EXPECT_TRUE(shown.contains(panel)) << panel;
}

INSTANTIATE_TEST_SUITE_P(Incidents, WebShopTest, ::testing::ValuesIn(incident_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace incident::scenario::testing
