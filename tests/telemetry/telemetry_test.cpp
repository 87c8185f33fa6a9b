// Telemetry of a small shop, made by the real engine: edge -> catalog -> database and cache. Forty seconds
// into each run of `broken`, a statement becomes two hundred times as expensive.
#include "telemetry/telemetry.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "models.h"
#include "promql/engine.h"
#include "telemetry/causes.h"

namespace incident::telemetry {
namespace {

using namespace sim::testing;
using sim::Outcome;

struct Shop : Builder {
  sim::ServiceId edge, catalog, database, cache;
  sim::OperationId get_edge, get_product, select, probe;
  sim::EdgeId to_catalog, to_database;
  sim::RevisionId next;

  Shop() {
    edge = service("edge", 2);
    catalog = service("catalog", 3);
    database = service("products-db", 1, sim::ServiceKind::kDatabase);
    cache = service("redis", 1, sim::ServiceKind::kCache);
    model.services[edge.index()].tags = {"nginx"};
    model.services[catalog.index()].tags = {"java"};
    for (const auto s : {edge, catalog, database}) {
      of(s).workers = 20;
      of(s).queue_limit = 60;
      of(s).cpu_millicores = 2000;
    }
    of(catalog).probe_interval_us = 5'000'000;
    of(catalog).startup_us = 8'000'000;
    probe = operation(catalog, "GET /healthz", {work(microseconds(100))});
    model.services[catalog.index()].probe = probe;
    model.caches.push_back({cache, "products", 5000, 900, {}});
    select = operation(database, "SELECT products", {work(milliseconds(1))});
    const auto get = operation(cache, "GET", {work(microseconds(50))});
    const auto put = operation(cache, "SET", {work(microseconds(50))});
    to_database = this->Builder::edge(catalog, select, pool(catalog, database, 8));
    of(to_database).timeout_us = 800'000;
    of(to_database).attempts = 2;
    get_product =
        operation(catalog, "GET /product",
                  {work(milliseconds(2)), cache_get(sim::CacheId(0), this->Builder::edge(catalog, get), 2),
                   call(to_database), cache_put(sim::CacheId(0), this->Builder::edge(catalog, put))});
    to_catalog = this->Builder::edge(edge, get_product);
    of(to_catalog).timeout_us = 1'500'000;
    get_edge = operation(edge, "GET /product", {work(microseconds(300)), call(to_catalog)});
    const auto click = this->Builder::edge(users, get_edge);
    of(click).timeout_us = 5'000'000;
    journey(60, {call(click)}, 1'000'000);
    next = revision(catalog, {});
    model.weight = 7;
    key(catalog, sim::PartKind::kEdge, "timeout", to_database.index());
  }
  sim::Plan broken() const {
    sim::Plan plan;
    sim::PlannedChange fault;
    fault.at = SimTime{} + seconds(40);
    fault.service = database;
    fault.visible = false;
    fault.causal = true;
    fault.settings.push_back({ref(sim::PartKind::kOperation, "cpu_factor", select.index()), 0, 200'000});
    plan.changes.push_back(fault);
    return plan;
  }
  sim::Plan deployed() const {
    sim::Plan plan;
    sim::PlannedChange deploy;
    deploy.at = SimTime{} + seconds(62);
    deploy.kind = sim::ChangeKind::kDeploy;
    deploy.service = catalog;
    deploy.revision = next;
    plan.changes.push_back(deploy);
    return plan;
  }
};

std::shared_ptr<const TelemetryConfig> config() {
  TelemetryConfig config;
  config.rules.push_back(
      {"CatalogErrors", "catalog", "critical",
       "sum by (service) (rate(http_server_request_duration_seconds_count{service=\"catalog\","
       "http_response_status_code=~\"5..\"}[1m])) > 1",
       "Catalog fails", "", seconds(30), true});
  config.rules.push_back({"Never", "catalog", "warning", "up > 2", "", "", seconds(0), false});
  config.recordings.push_back(
      {"service:requests:rate1m", "sum by (service) (rate(http_server_request_duration_seconds_count[1m]))"});
  return std::make_shared<const TelemetryConfig>(std::move(config));
}

struct World {
  std::shared_ptr<const sim::Model> model;
  sim::Simulation sim;
  Telemetry telemetry;
  World(const Shop& shop, sim::Plan plan, std::uint64_t seed = 1)
      : model(std::make_shared<const sim::Model>(shop.model)),
        sim(model, std::make_shared<const sim::Plan>(std::move(plan)), seed),
        telemetry(model, config(), seed) {
    sim::validate(shop.model).value();
    validate(*config()).value();
  }
  void run(std::int64_t to_seconds) { telemetry.run(sim, SimTime{} + seconds(to_seconds)); }
};

// An instant query's answer; rows by one label.
std::map<std::string, double> ask(const Telemetry& telemetry, const std::string& query, const std::string& by,
                                  std::int64_t at_seconds) {
  const MetricView view(telemetry.metrics(), 0);
  const auto answer = promql::instant_query(view, query, at_seconds * 1000);
  std::map<std::string, double> rows;
  if (!answer) {
    ADD_FAILURE() << answer.error().message;
    return rows;
  }
  for (const auto& series : answer->series)
    rows[std::string(series.labels->get(by))] = series.points.back().v;
  return rows;
}

// Counts for itself.
struct Counter : sim::Observer {
  std::map<std::pair<int, int>, double> tasks;  // operation, HTTP status
  std::map<std::pair<int, int>, double> calls;  // edge, outcome
  std::map<std::string, double> users;
  double sum_us = 0, retries = 0;
  std::set<std::uint64_t> failed_traces;

  void on_task(const sim::TaskRecord& r) override {
    if (r.outcome == Outcome::kConnectionRefused) return;
    ++tasks[{r.operation.value, http_status(r.outcome)}];
    sum_us += static_cast<double>((r.end - r.arrived).us);
  }
  void on_call(const sim::CallRecord& r) override {
    ++calls[{r.edge.value, static_cast<int>(r.outcome)}];
    if (r.caller.valid() && r.attempt > 1) ++retries;
  }
  void on_user(const sim::UserRecord& r) override {
    ++users[r.outcome != Outcome::kOk ? "failed" : r.slow ? "slow" : "ok"];
    if (r.outcome != Outcome::kOk) failed_traces.insert(r.trace);
  }
};

TEST(Telemetry, EveryRequestIsCountedOnce) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(120);
  Counter counter;
  sim::Simulation again(w.model, std::make_shared<const sim::Plan>(shop.broken()), 1);
  again.run_until(SimTime{} + seconds(120), &counter);
  ASSERT_EQ(again.hash(), w.sim.hash());  // watching changes nothing

  const double weight = w.model->weight;
  for (const auto operation : {shop.get_edge, shop.get_product, shop.probe}) {
    const auto& spec = w.model->operations[operation.index()];
    const auto rows = ask(
        w.telemetry,
        "sum by (http_response_status_code) (http_server_request_duration_seconds_count{service=\"" +
            w.model->services[spec.service.index()].name + "\",http_route=\"" + spec.name.substr(4) + "\"})",
        "http_response_status_code", 120);
    std::map<std::string, double> expected;
    for (const auto& [key, count] : counter.tasks) {
      if (key.first == operation.value) expected[std::to_string(key.second)] = count * weight;
    }
    EXPECT_EQ(rows, expected) << spec.name;
  }
  std::map<std::string, double> expected;
  for (const auto& [key, count] : counter.calls) {
    if (key.first != shop.to_database.value) continue;
    const auto outcome = static_cast<Outcome>(key.second);
    expected[outcome == Outcome::kOk ? "" : sim::to_string(outcome)] += count * weight;
  }
  EXPECT_GT(expected.size(), 1u);  // the fault shows
  EXPECT_EQ(ask(w.telemetry,
                "sum by (error_type) (db_client_operation_duration_seconds_count{service=\"catalog\","
                "server_address=\"products-db\"})",
                "error_type", 120),
            expected);
  std::map<std::string, double> users;
  for (const auto& [outcome, count] : counter.users) users[outcome] = count * weight;
  EXPECT_EQ(ask(w.telemetry, "sum by (outcome) (user_requests_total)", "outcome", 120), users);
  EXPECT_EQ(ask(w.telemetry, "sum(http_client_retries_total)", "", 120)[""], counter.retries * weight);
  // The largest bucket is the count, and the sum is exact.
  EXPECT_EQ(ask(w.telemetry, "sum(http_server_request_duration_seconds_bucket{le=\"+Inf\"})", "", 120),
            ask(w.telemetry, "sum(http_server_request_duration_seconds_count)", "", 120));
  const double sum = ask(w.telemetry,
                         "sum(http_server_request_duration_seconds_sum) + "
                         "sum(db_server_statement_duration_seconds_sum)",
                         "", 120)[""];
  EXPECT_NEAR(sum, counter.sum_us * weight / 1e6, 1e-6 * sum);
}

TEST(Telemetry, GaugesShowTheSimulation) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(90);
  for (const auto id : w.sim.instances_of(shop.catalog)) {
    const auto view = w.sim.instance(id);
    if (view.state == sim::InstanceState::kAbsent) continue;
    const std::string pod = pod_name(*w.model, w.sim, id);
    EXPECT_EQ(ask(w.telemetry, "http_server_active_requests", "pod", 90)[pod], view.busy_workers);
    EXPECT_EQ(ask(w.telemetry, "http_server_queue_length", "pod", 90)[pod], view.queued);
    EXPECT_DOUBLE_EQ(ask(w.telemetry, "container_cpu_usage_seconds_total", "pod", 90)[pod],
                     view.cpu_used.seconds());
    const auto pool = w.sim.pool(sim::PoolId(0), id);
    EXPECT_EQ(ask(w.telemetry, "db_client_connections_usage{state=\"used\"}", "pod", 90)[pod], pool.in_use);
    EXPECT_EQ(ask(w.telemetry, "db_client_connections_pending_requests", "pod", 90)[pod], pool.waiting);
  }
  EXPECT_EQ(ask(w.telemetry, "container_spec_cpu_limit_cores", "service", 90)["catalog"], 2);
  EXPECT_EQ(ask(w.telemetry, "kube_deployment_status_replicas_available", "service", 90)["catalog"], 3);
  const auto cache = w.sim.cache(sim::CacheId(0));
  EXPECT_EQ(ask(w.telemetry, "cache_requests_total", "result", 90)["hit"],
            static_cast<double>(cache.hits * w.model->weight));
  EXPECT_EQ(ask(w.telemetry, "count(up == 1)", "", 90)[""], 7);
  EXPECT_GT(ask(w.telemetry, "service:requests:rate1m", "service", 90)["edge"], 50 * 7);
}

TEST(Telemetry, SplitRunsAreEqual) {
  const Shop shop;
  World whole(shop, shop.broken()), split(shop, shop.broken());
  whole.run(75);
  for (std::int64_t ms = 0; ms <= 75'000; ms += 370) {
    split.telemetry.run(split.sim, SimTime{} + milliseconds(ms));
    const auto view = std::make_shared<const Telemetry>(split.telemetry);  // readers come and go
  }
  split.run(75);
  EXPECT_EQ(whole.sim.hash(), split.sim.hash());
  EXPECT_EQ(whole.telemetry.hash(), split.telemetry.hash());
  World other(shop, shop.broken(), 2);
  other.run(75);
  EXPECT_NE(whole.telemetry.hash(), other.telemetry.hash());
}

TEST(Telemetry, ForksShareThePastAndDivergeByTheirActions) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(60);
  sim::Simulation sim_a = w.sim, sim_b = w.sim;
  Telemetry a = w.telemetry, b = w.telemetry;
  EXPECT_EQ(a.hash(), b.hash());
  a.run(sim_a, SimTime{} + seconds(100));
  b.run(sim_b, SimTime{} + seconds(100));
  EXPECT_EQ(a.hash(), b.hash());  // nobody did anything
  EXPECT_EQ(w.telemetry.metrics().scrapes(), 12u);

  Telemetry c = w.telemetry;
  sim::Simulation sim_c = w.sim;
  ASSERT_TRUE(c.act(sim_c, {sim::ActionKind::kRestart, {}, shop.catalog.value, 0}));
  c.run(sim_c, SimTime{} + seconds(100));
  EXPECT_NE(a.hash(), c.hash());
  const auto past = [](const Telemetry& t) { return ask(t, "sum by (service) (up)", "service", 60); };
  EXPECT_EQ(past(a), past(c));
  EXPECT_EQ(a.logs().find(0)->text, c.logs().find(0)->text);
}

TEST(Telemetry, PodsComeAndGoAsInACluster) {
  const Shop shop;
  World w(shop, shop.deployed());
  w.run(180);
  const auto at = [&](const std::string& query, std::int64_t t) { return ask(w.telemetry, query, "pod", t); };
  const auto before = at("up{service=\"catalog\"}", 60), after = at("up{service=\"catalog\"}", 180);
  ASSERT_EQ(before.size(), 3u);
  ASSERT_EQ(after.size(), 3u);
  for (const auto& [pod, up] : after) {
    EXPECT_EQ(before.count(pod), 0u) << pod;
    EXPECT_EQ(up, 1);
  }
  // Old pods' series are stale at once, though the lookback reaches five minutes back.
  EXPECT_EQ(at("process_cpu_seconds_total{service=\"catalog\"}", 180).size(), 3u);
  EXPECT_EQ(ask(w.telemetry,
                "http_server_request_duration_seconds_count{service=\"catalog\",http_route=\"/product\","
                "http_response_status_code=\"200\"}",
                "version", 180)
                .size(),
            1u);
  // A starting pod is known to the cluster, but does not answer the scrape yet.
  bool starting = false;
  for (std::int64_t t = 65; t < 180; t += 5) {
    for (const auto& [pod, up] : at("up{service=\"catalog\"}", t)) {
      if (up != 0) continue;
      starting = true;
      EXPECT_EQ(at("kube_pod_status_ready{service=\"catalog\"}", t)[pod], 0);
      EXPECT_EQ(at("process_cpu_seconds_total{service=\"catalog\"}", t).count(pod), 0u);
    }
  }
  EXPECT_TRUE(starting);
  LogQuery query;
  query.services = {"catalog"};
  query.text = "starting catalog version";
  EXPECT_EQ(w.telemetry.logs().search(query)->matched, 3u);
  query.text = "SIGTERM";
  EXPECT_EQ(w.telemetry.logs().search(query)->matched, 3u);
}

TEST(Telemetry, SeriesComeInTheOrderOfTheirLabels) {
  const Shop shop;
  World w(shop, shop.deployed());
  w.run(120);
  const MetricView view(w.telemetry.metrics(), 0);
  const auto all = view.select({}, 0, 120'000);
  EXPECT_GT(all.size(), 500u);
  for (std::size_t i = 1; i < all.size(); ++i) ASSERT_TRUE(*all[i - 1].labels < *all[i].labels);
}

TEST(Telemetry, ARestartedProcessCountsFromZero) {
  const Shop shop;
  World w(shop, {});
  w.run(60);
  const auto pod = w.sim.instances_of(shop.catalog)[0];
  const std::string name = pod_name(*w.model, w.sim, pod);
  ASSERT_TRUE(w.telemetry.act(w.sim, {sim::ActionKind::kRestartInstance, {}, pod.value, 0}));
  w.run(120);
  const std::string count = "sum by (pod) (http_server_request_duration_seconds_count{service=\"catalog\"})";
  const double before = ask(w.telemetry, count, "pod", 60)[name];
  EXPECT_EQ(ask(w.telemetry, count, "pod", 65).count(name), 0u);
  const double after = ask(w.telemetry, count, "pod", 120)[name];
  EXPECT_GT(after, 0);
  EXPECT_LT(after, before);
  EXPECT_EQ(ask(w.telemetry, "kube_pod_container_status_restarts_total", "pod", 120)[name], 1);
  EXPECT_EQ(pod_name(*w.model, w.sim, pod), name);
}

TEST(Telemetry, AlertsGoFromPendingToFiringAndPage) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(200);
  ASSERT_EQ(w.telemetry.alerts().fired().size(), 1u);
  const Alert& alert = w.telemetry.alerts().fired()[0];
  EXPECT_EQ(alert.labels->get("alertname"), "CatalogErrors");
  EXPECT_EQ(alert.labels->get("service"), "catalog");
  EXPECT_EQ(alert.state, AlertState::kFiring);
  EXPECT_GT(alert.active_since, SimTime{} + seconds(40));
  EXPECT_EQ(*alert.fired_at - alert.active_since, seconds(30));
  EXPECT_EQ(w.telemetry.first_page(), alert.fired_at);
  EXPECT_EQ(w.telemetry.alerts().evaluation_errors(), 0u);
  const std::int64_t pending = alert.active_since.us / 1'000'000 + 10,
                     firing = alert.fired_at->us / 1'000'000 + 10;
  EXPECT_EQ(ask(w.telemetry, "ALERTS", "alertstate", pending),
            (std::map<std::string, double>{{"pending", 1}}));
  EXPECT_EQ(ask(w.telemetry, "ALERTS", "alertstate", firing), (std::map<std::string, double>{{"firing", 1}}));

  // The reference fix: back to what it was.
  ASSERT_TRUE(w.telemetry.act(w.sim, {sim::ActionKind::kScale, {}, shop.catalog.value, 4}));
  sim::Plan burst = shop.broken();
  burst.changes[0].lasts = seconds(60);
  World healed(shop, burst);
  healed.run(300);
  ASSERT_EQ(healed.telemetry.alerts().fired().size(), 1u);
  EXPECT_EQ(healed.telemetry.alerts().fired()[0].state, AlertState::kResolved);
  EXPECT_TRUE(ask(healed.telemetry, "ALERTS", "alertstate", 300).empty());
}

TEST(Telemetry, LinesAndTracesOfTheFaultCarryItsCauseAndNothingElseDoes) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(120);
  LogQuery query;
  query.levels = {Level::kWarn, Level::kError};
  query.limit = 1000;
  const LogPage page = *w.telemetry.logs().search(query);
  ASSERT_GT(page.lines.size(), 20u);
  bool slow = false, timeout = false, access = false, opened = false;
  std::size_t causal = 0;
  for (const LogLine& line : page.lines) {
    EXPECT_GE(line.at, SimTime{} + seconds(40)) << line.text;
    causal += causes_of_log(w.telemetry, log_id(line.number)) != 0;
    slow |= line.text.find("LOG:  duration:") != std::string::npos;
    timeout |= line.text.find("SQLTimeoutException") != std::string::npos;
    access |= line.service == "edge" && line.text.find("\"GET /product HTTP/1.1\" 5") != std::string::npos;
    if (!line.trace.empty()) opened |= w.telemetry.traces().find(line.trace).has_value();
  }
  EXPECT_TRUE(slow);
  EXPECT_TRUE(timeout);
  EXPECT_TRUE(access);
  EXPECT_TRUE(opened);  // a line's trace can be looked at
  EXPECT_GT(causal * 10, page.lines.size() * 9);

  std::size_t failed = 0;
  w.telemetry.traces().scan([&](const TracePlace& place) {
    const TraceSummary trace = w.telemetry.traces().summarize(*place.entry);
    if (trace.errors > 0) {
      ++failed;
      EXPECT_EQ(causes_of_trace(w.telemetry, trace.id), 1u);
      EXPECT_EQ(trace.root_service, "edge");
    }
    if (trace.start <= SimTime{} + seconds(35)) {
      EXPECT_EQ(causes_of_trace(w.telemetry, trace.id), 0u);
    }
    return true;
  });
  ASSERT_GT(failed, 20u);
  const auto query_causes = [&](const std::string& q, std::int64_t from, std::int64_t to) {
    return causes_of_query(w.telemetry, q, SimTime{} + seconds(from), SimTime{} + seconds(to));
  };
  EXPECT_EQ(query_causes("rate(db_server_statement_duration_seconds_sum[15s])", 60, 120), 1u);
  EXPECT_EQ(query_causes("rate(db_server_statement_duration_seconds_sum[15s])", 20, 35), 0u);
  EXPECT_EQ(query_causes("db_client_connections_pending_requests", 60, 120), 1u);
  EXPECT_EQ(query_causes("kube_deployment_status_replicas_available{service=\"edge\"}", 0, 120), 0u);
  // CPU is part of the story where the fault is, not wherever a slow request passed.
  EXPECT_EQ(query_causes("rate(container_cpu_usage_seconds_total{service=\"products-db\"}[15s])", 60, 120),
            1u);
  EXPECT_EQ(query_causes("rate(container_cpu_usage_seconds_total{service=\"edge\"}[15s])", 60, 120), 0u);
  EXPECT_EQ(query_causes("http_server_request_duration_seconds_count{service=\"edge\"}", 60, 120), 1u);
  EXPECT_EQ(query_causes("not a query (", 0, 120), 0u);
  EXPECT_EQ(causes_of_log(w.telemetry, "nonsense"), 0u);
}

TEST(Telemetry, HarmAndHealthAreWhatCustomersSaw) {
  const Shop shop;
  World w(shop, shop.broken());
  w.run(38);
  auto health = w.telemetry.journey_health(seconds(30));
  ASSERT_EQ(health.size(), 1u);
  EXPECT_NEAR(health[0].rate, 60 * 7, 60);
  EXPECT_EQ(health[0].error_share + health[0].slow_share, 0);
  w.run(123);
  health = w.telemetry.journey_health(seconds(60));
  EXPECT_GT(health[0].error_share + health[0].slow_share, 0.1);
  const sim::UserTotals totals = w.sim.user_totals();
  const HarmPoint now = w.telemetry.harm_now();
  EXPECT_EQ(now.failed, totals.failed * 7);
  EXPECT_EQ(now.slow, totals.slow * 7);
  EXPECT_EQ(now.ok, totals.ok * 7);
  const auto& curve = w.telemetry.harm_curve();
  ASSERT_EQ(curve.size(), 24u);
  EXPECT_EQ(curve[6].harmed(), 0u);
  EXPECT_EQ(curve.back().at, SimTime{} + seconds(120));
  EXPECT_GT(curve.back().harmed(), 100u);
}

TEST(TelemetryConfig, BadRulesAreNamed) {
  TelemetryConfig config;
  config.rules.push_back({"A", "x", "critical", "up ==", "", "", {}, false});
  EXPECT_EQ(validate(config).error().at, "rules.A.expr");
  config.rules[0].expr = "up[5m]";
  EXPECT_FALSE(validate(config));
  config.rules[0].expr = "up == 0";
  EXPECT_TRUE(validate(config));
  config.rules.push_back(config.rules[0]);
  EXPECT_FALSE(validate(config));
  config.rules[1].name = "B";
  config.rule_interval = seconds(7);
  EXPECT_EQ(validate(config).error().at, "rule_interval");
}

}  // namespace
}  // namespace incident::telemetry
