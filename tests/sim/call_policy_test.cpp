// Timeouts, retries, budgets, breakers and pools: the mechanics, and what emerges from them.
#include <gtest/gtest.h>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

// A service of 100 requests a second, loaded to 60 %, whose callers give up after 200 ms and try four times.
struct Storm : Builder {
  ServiceId back;
  EdgeId edge_to_back;
  ConfigKeyId attempts_key;

  Storm() {
    back = service("back", 1);
    of(back).workers = 8;
    of(back).cpu_millicores = 4000;
    of(back).queue_limit = 400;
    edge_to_back = edge(users, operation(back, "job", {work(milliseconds(40))}));
    of(edge_to_back).timeout_us = 200'000;
    of(edge_to_back).attempts = 4;
    of(edge_to_back).backoff_us = 10'000;
    journey(60, {call(edge_to_back)});
    attempts_key = key(users, PartKind::kEdge, "attempts", edge_to_back.index());
  }
  // Twenty seconds of twice the traffic.
  Plan burst() const {
    PlannedChange c;
    c.at = SimTime{60'000'000};
    c.kind = ChangeKind::kTraffic;
    c.causal = true;
    c.settings.push_back({ref(PartKind::kJourney, "multiplier", 0), 0, 2500});
    c.lasts = seconds(20);
    return {{c}};
  }
};

double failed_share(Simulation& s, Duration length) {
  const UserTotals before = s.user_totals();
  s.run_until(s.now() + length);
  const UserTotals after = s.user_totals();
  return static_cast<double>(after.failed - before.failed) / static_cast<double>(after.all() - before.all());
}

// Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021: the trigger goes, the outage stays.
TEST(RetryStorm, StaysAfterItsTriggerIsGone) {
  const Storm storm;
  Simulation s = storm.simulate(1, storm.burst());
  EXPECT_LT(failed_share(s, seconds(60)), 0.01);
  s.run_until(SimTime{200'000'000});
  EXPECT_EQ(s.parameter(Builder::ref(PartKind::kJourney, "multiplier", 0)), 1000);
  EXPECT_GT(failed_share(s, seconds(600)), 0.9);

  Simulation shed = s;
  ASSERT_TRUE(shed.begin({ActionKind::kShedTraffic, {}, 1, 800}).has_value());
  shed.run_until(shed.now() + seconds(30));
  ASSERT_TRUE(shed.begin({ActionKind::kShedTraffic, {}, 1, 0}).has_value());
  shed.run_until(shed.now() + seconds(30));
  EXPECT_LT(failed_share(shed, seconds(120)), 0.01);

  Simulation capped = s;
  ASSERT_TRUE(capped.begin({ActionKind::kSetConfig, {}, storm.attempts_key.value, 1}).has_value());
  capped.run_until(capped.now() + seconds(60));
  EXPECT_LT(failed_share(capped, seconds(120)), 0.02);
}

TEST(RetryStorm, DoesNotHappenWithABudget) {
  Storm storm;
  storm.of(storm.edge_to_back).retry_budget_permille = 100;
  Simulation s = storm.simulate(1, storm.burst());
  s.run_until(SimTime{200'000'000});
  EXPECT_LT(failed_share(s, seconds(120)), 0.01);
}

TEST(CallPolicy, TimeoutLeavesTheWorkRunningUnlessCancelled) {
  for (const std::int64_t cancel : {0, 1}) {
    Builder b = station(30, 1, work(milliseconds(100), Shape::kConstant));
    b.of(EdgeId(0)).timeout_us = 500'000;
    b.of(EdgeId(0)).cancel = cancel;
    Simulation s = b.simulate(1);
    s.run_until(SimTime{100'000'000});
    // Ten of thirty a second can be served. Nobody in the queue has waited longer than the timeout if they
    // leave it.
    const std::uint32_t queued = s.instance(s.instances_of(ServiceId(1))[0]).queued;
    if (cancel != 0) {
      EXPECT_LT(queued, 30U);
    } else {
      EXPECT_GT(queued, 1000U);
    }
    EXPECT_EQ(s.broken_invariant(), "");
  }
}

TEST(CallPolicy, LossIsATimeoutAndRetriesRepairIt) {
  Builder b = station(20, 4, work(milliseconds(10)));
  b.of(EdgeId(0)).loss_permille = 100;
  b.of(EdgeId(0)).timeout_us = 1'000'000;
  Simulation once = b.simulate(1);
  once.run_until(SimTime{500'000'000});
  EXPECT_NEAR(static_cast<double>(once.user_totals().failed) / static_cast<double>(once.user_totals().all()),
              0.1, 0.01);
  b.of(EdgeId(0)).attempts = 3;
  Simulation thrice = b.simulate(1);
  thrice.run_until(SimTime{500'000'000});
  EXPECT_NEAR(
      static_cast<double>(thrice.user_totals().failed) / static_cast<double>(thrice.user_totals().all()),
      0.001, 0.001);
}

TEST(CallPolicy, ParallelCallsTakeAsLongAsTheSlowest) {
  Builder b;
  const ServiceId s = b.service("s", 1);
  const OperationId slow = b.operation(s, "slow", {delay(milliseconds(300), Shape::kConstant)});
  const OperationId fast = b.operation(s, "fast", {delay(milliseconds(100), Shape::kConstant)});
  const ServiceId front = b.service("front", 1);
  const OperationId both = b.operation(front, "both",
                                       {parallel(2), call(b.edge(front, slow)), call(b.edge(front, fast)),
                                        delay(milliseconds(50), Shape::kConstant)});
  b.journey(5, {call(b.edge(b.users, both))});
  Simulation sim = b.simulate(1);
  Meter m;
  sim.run_until(SimTime{100'000'000}, &m);
  EXPECT_NEAR(m.mean(), 0.35, 1e-9);
}

// Closed by a plan that makes the callee fail for half a minute.
TEST(Breaker, OpensProbesAndCloses) {
  Builder b;
  const ServiceId back = b.service("back", 1);
  const ServiceId front = b.service("front", 1);
  const OperationId job = b.operation(back, "job", {work(milliseconds(5))});
  const EdgeId e = b.edge(front, job);
  b.of(e).breaker_failure_permille = 500;
  b.of(e).breaker_open_us = 2'000'000;
  b.journey(20, {call(b.edge(b.users, b.operation(front, "page", {call(e)})))});
  PlannedChange c;
  c.at = SimTime{30'000'000};
  c.settings.push_back({Builder::ref(PartKind::kOperation, "errors", job.index()), 0, 1000});
  c.lasts = seconds(30);
  Simulation s = b.simulate(1, {{c}});
  Meter m;
  s.run_until(SimTime{45'000'000}, &m);
  const InstanceId caller = s.instances_of(front)[0];
  EXPECT_TRUE(s.breaker(e, caller).open);
  const auto errors = m.attempts[static_cast<int>(Outcome::kError)];
  EXPECT_GE(errors, 10U);
  EXPECT_LE(errors, 40U);  // twenty in the window, then one each two seconds
  EXPECT_GT(m.attempts[static_cast<int>(Outcome::kCircuitOpen)], 200U);
  s.run_until(SimTime{70'000'000}, &m);
  EXPECT_FALSE(s.breaker(e, caller).open);
  EXPECT_EQ(m.parts[static_cast<int>(PartEvent::kBreakerClosed)], 1U);
  const auto failed = s.user_totals().failed;
  s.run_until(SimTime{100'000'000}, &m);
  EXPECT_EQ(s.user_totals().failed, failed);
}

struct Pooled : Builder {
  ServiceId front, database;
  PoolId connections;

  explicit Pooled(double per_second, std::int64_t size) {
    database = service("database", 1, ServiceKind::kDatabase);
    front = service("front", 1);
    connections = pool(front, database, size);
    model.pools[0].initial.connect_us = 0;
    const OperationId query = operation(database, "query", {delay(milliseconds(100))});
    const EdgeId e = edge(front, query, connections);
    journey(per_second, {call(edge(users, operation(front, "page", {call(e)})))}, 10'000'000);
  }
};

// A pool of two in front of a fast database is an M/M/2 queue.
TEST(ConnectionPool, WaitsLikeAQueue) {
  Pooled b(14, 2);
  b.model.pools[0].initial.acquire_timeout_us = 3'600'000'000;
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Simulation s = b.simulate(seed);
    Meter m;
    s.run_until(SimTime{10'000'000'000}, &m);
    sum += m.mean() / 5;
  }
  EXPECT_NEAR(sum, 0.1 / (1 - 0.49), 0.006);  // M/M/2: 1/mu / (1 - rho^2)
}

TEST(ConnectionPool, ExhaustionTimesOutAndIsReported) {
  Pooled b(40, 2);
  b.model.pools[0].initial.acquire_timeout_us = 300'000;
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{100'000'000}, &m);
  EXPECT_GT(m.attempts[static_cast<int>(Outcome::kPoolTimeout)], 1000U);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kPoolExhausted)], 0U);
  const PoolView view = s.pool(b.connections, s.instances_of(b.front)[0]);
  EXPECT_EQ(view.in_use, 2U);
  EXPECT_GT(view.waiting, 0U);
  EXPECT_EQ(view.size, 2U);
}

TEST(ConnectionPool, DatabaseRefusesMoreThanItsMaximum) {
  Pooled b(100, 20);
  b.model.services[b.database.index()].database.max_connections = 5;
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{50'000'000}, &m);
  EXPECT_GT(m.attempts[static_cast<int>(Outcome::kTooManyConnections)], 500U);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kConnectionsExhausted)], 0U);
  EXPECT_LE(s.instance(s.instances_of(b.database)[0]).connections, 5U);
}

}  // namespace
}  // namespace incident::sim
