// Topics and consumer groups: throughput and lag, poison messages, rebalances and duplicates, slow polls,
// retention, leaders; and customers who wait for what a message brings about.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "stores.h"

namespace incident::sim {
namespace {

using namespace testing;

std::int64_t lag(const Simulation& s, std::uint32_t partitions) {
  std::int64_t sum = 0;
  for (std::uint32_t p = 0; p < partitions; ++p) sum += reading(s, "kafka_consumergroup_lag", 0, p);
  return sum;
}
std::int64_t handled(const Simulation& s) {
  return reading(s, "consumer_messages_handled_total", 0);
}
ParameterRef of_group(std::string_view name) {
  return Builder::ref(PartKind::kGroup, name, 0);
}
ParameterRef of_topic(std::string_view name) {
  return Builder::ref(PartKind::kTopic, name, 0);
}
std::uint16_t first_worker(const Orders& b) {
  std::uint16_t first = 0;
  for (std::size_t i = 0; i < b.worker.index(); ++i) first += b.model.services[i].instances_max;
  return first;
}

TEST(Consumers, EveryMessageIsHandledOnceWhenAllIsWell) {
  Orders b;
  b.journey(100, {call(b.order)});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{60'000'000});
  std::int64_t appended = 0;
  for (std::uint32_t p = 0; p < 8; ++p) appended += reading(s, "kafka_topic_partition_current_offset", 0, p);
  EXPECT_NEAR(static_cast<double>(appended), 6000, 300);
  EXPECT_LE(appended - handled(s), 20);
  EXPECT_EQ(reading(s, "kafka_consumergroup_members", 0), 2);
  EXPECT_EQ(reading(s, "kafka_consumergroup_rebalances_total", 0), 0);
  EXPECT_EQ(s.broken_invariant(), "");
}

// A partition is handled by one member, one message after the other: 4 partitions at 25 ms are 160 a second.
TEST(Consumers, PartitionsBoundTheThroughput) {
  Orders b(4, 8, milliseconds(25));
  b.model.topics[0].keys = 0;
  b.journey(400, {call(b.order)});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{30'000'000});
  const std::int64_t before = handled(s);
  s.run_until(SimTime{60'000'000});
  EXPECT_NEAR(static_cast<double>(handled(s) - before) / 30, 160, 3);
  ASSERT_TRUE(s.begin({ActionKind::kScalePartitions, {}, 0, 8}).has_value());
  s.run_until(SimTime{80'000'000});
  const std::int64_t later = handled(s);
  s.run_until(SimTime{110'000'000});
  EXPECT_GT(static_cast<double>(handled(s) - later) / 30, 300);
}

TEST(Consumers, LagGrowsAndIsWorkedOff) {
  Orders b;
  b.journey(100, {call(b.order)});
  Plan plan;
  plan.changes.push_back(change_at(seconds(30), of_group("paused"), 1));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{90'000'000});
  EXPECT_NEAR(static_cast<double>(lag(s, 4)), 6000, 500);
  EXPECT_GT(reading(s, "kafka_consumergroup_lag_seconds", 0, 0), 55'000'000);
  ASSERT_TRUE(s.begin({ActionKind::kPauseGroup, {}, 0, 0}).has_value());
  s.run_until(SimTime{180'000'000});
  EXPECT_LT(lag(s, 4), 100);
}

TEST(Consumers, APoisonMessageHoldsUpItsPartitionUntilItIsSkipped) {
  Orders b;
  b.of_group().retry_us = 100'000;
  b.journey(20, {call(b.order)});
  PlannedChange poison = change_at(seconds(30), of_topic("poison"), 1000);
  poison.lasts = milliseconds(100);
  Plan plan;
  plan.changes.push_back(poison);
  Simulation s = b.simulate(4, plan);
  s.run_until(SimTime{120'000'000});
  std::vector<std::uint32_t> stuck;
  for (std::uint32_t p = 0; p < 4; ++p) {
    if (reading(s, "kafka_consumergroup_lag", 0, p) > 100) stuck.push_back(p);
  }
  ASSERT_FALSE(stuck.empty());
  ASSERT_LT(stuck.size(), 4U);
  EXPECT_GT(reading(s, "consumer_messages_failed_total", 0), 100);
  // A restart only tries again.
  ASSERT_TRUE(s.begin({ActionKind::kRestartGroup, {}, 0, 0}).has_value());
  s.run_until(SimTime{140'000'000});
  EXPECT_GT(reading(s, "kafka_consumergroup_lag", 0, stuck.front()), 100);
  for (int tries = 0; tries < 5; ++tries) {
    for (const std::uint32_t p : stuck) (void)s.begin({ActionKind::kSkipMessage, {}, 0, p});
    s.run_until(s.now() + seconds(10));
  }
  s.run_until(s.now() + seconds(30));
  EXPECT_LT(lag(s, 4), 100);
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Consumers, DeadLettersLetThePartitionGoOn) {
  Orders b;
  TopicSpec letters = b.model.topics[0];
  letters.name = "orders.dlq";
  b.model.topics.push_back(letters);
  b.model.groups[0].dead_letters = TopicId(1);
  b.of_group().attempts = 3;
  b.of_group().retry_us = 10'000;
  b.of_topic().poison_permille = 100;
  b.journey(20, {call(b.order)});
  Simulation s = b.simulate(1);
  Meter meter;
  s.run_until(SimTime{60'000'000}, &meter);
  std::int64_t dead = 0;
  for (std::uint32_t p = 0; p < 4; ++p) dead += reading(s, "kafka_topic_partition_current_offset", 1, p);
  EXPECT_NEAR(static_cast<double>(dead), 120, 40);
  EXPECT_EQ(static_cast<std::uint64_t>(dead), meter.parts[static_cast<int>(PartEvent::kDeadLettered)]);
  EXPECT_LT(lag(s, 4), 100);
}

TEST(Consumers, ADeadMemberIsMissedAfterItsSession) {
  Orders b(4, 2, milliseconds(10));
  b.of_group().session_timeout_us = 20'000'000;
  b.of(b.worker).startup_us = 300'000'000;
  b.journey(40, {call(b.order)});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{30'000'000});
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, first_worker(b), 0}).has_value());
  s.run_until(SimTime{48'000'000});
  EXPECT_EQ(reading(s, "kafka_consumergroup_members", 0), 2);
  EXPECT_GT(lag(s, 4), 250);  // half of the partitions stand still
  s.run_until(SimTime{80'000'000});
  EXPECT_EQ(reading(s, "kafka_consumergroup_members", 0), 1);
  EXPECT_EQ(reading(s, "kafka_consumergroup_rebalances_total", 0), 1);
  EXPECT_LT(lag(s, 4), 100);
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Consumers, HandlingSlowerThanThePollIntervalIsARebalanceStorm) {
  Orders b(4, 2, milliseconds(10));
  b.of_group().poll_records = 100;
  b.of_group().poll_interval_us = 10'000'000;
  b.journey(40, {call(b.order)});
  Plan plan;
  // A dependency of the worker takes 200 ms more: a poll of 100 messages takes 20 s.
  plan.changes.push_back(
      change_at(seconds(60), Builder::ref(PartKind::kRevision, "delay", b.worker.index()), 200'000));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{60'000'000});
  EXPECT_EQ(reading(s, "kafka_consumergroup_rebalances_total", 0), 0);
  s.run_until(SimTime{240'000'000});
  EXPECT_GT(reading(s, "kafka_consumergroup_rebalances_total", 0), 8);
  EXPECT_GT(lag(s, 4), 6'000);  // hardly anything is ever committed
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Consumers, RetentionDeletesWhatNobodyHandledInTime) {
  Orders b;
  b.of_topic().retention_us = 60'000'000;
  b.of_group().paused = 1;
  b.journey(50, {call(b.order)});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{180'000'000});
  std::int64_t first = 0;
  for (std::uint32_t p = 0; p < 4; ++p) first += reading(s, "kafka_topic_partition_oldest_offset", 0, p);
  EXPECT_NEAR(static_cast<double>(first), 6000, 400);
  ASSERT_TRUE(s.begin({ActionKind::kPauseGroup, {}, 0, 0}).has_value());
  s.run_until(SimTime{240'000'000});
  EXPECT_LT(lag(s, 4), 100);
  EXPECT_LT(handled(s), 6'500);
}

TEST(Consumers, APartitionWithoutALeaderTakesNothing) {
  Orders b;
  b.of(b.broker).startup_us = 60'000'000;
  b.journey(50, {call(b.order)});
  const std::uint16_t broker = 5;
  for (const std::int64_t replicas : {1, 2}) {
    b.of_topic().replicas = replicas;
    Simulation s = b.simulate(1);
    s.run_until(SimTime{30'000'000});
    ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, broker, 0}).has_value());
    s.run_until(SimTime{40'000'000});
    EXPECT_GT(s.user_totals().failed, 100U);
    const auto failed = s.user_totals().failed;
    s.run_until(SimTime{80'000'000});
    if (replicas == 1) {
      EXPECT_GT(s.user_totals().failed, failed + 500);
    } else {
      EXPECT_LT(s.user_totals().failed, failed + 20);
    }
  }
}

TEST(Await, CustomersAreHarmedByLag) {
  Orders b;
  b.journey(20, {call(b.order), await(b.group, b.order, seconds(10))});
  Plan plan;
  plan.changes.push_back(change_at(seconds(60), of_group("paused"), 1));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{59'000'000});
  const UserTotals well = s.user_totals();
  EXPECT_EQ(well.failed, 0U);
  EXPECT_NEAR(static_cast<double>(well.all()), 2 * 59 * 20, 150);  // an order and a confirmation each
  Meter meter;
  s.run_until(SimTime{120'000'000}, &meter);
  const UserTotals late = s.user_totals();
  EXPECT_NEAR(static_cast<double>(late.failed), 50 * 20, 120);
  EXPECT_EQ(meter.outcomes[static_cast<int>(Outcome::kTimeout)], late.failed);
  EXPECT_NE(meter.causes, 0U);
  EXPECT_EQ(s.broken_invariant(), "");
  ASSERT_TRUE(s.begin({ActionKind::kPauseGroup, {}, 0, 0}).has_value());
  s.run_until(SimTime{150'000'000});
  const auto failed = s.user_totals().failed;
  s.run_until(SimTime{180'000'000});
  EXPECT_EQ(s.user_totals().failed, failed);
}

TEST(Await, MessagesThatArePurgedAreNeverConfirmed) {
  Orders b;
  b.of_group().paused = 1;
  b.journey(20, {call(b.order), await(b.group, b.order, minutes(5))});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{30'000'000});
  ASSERT_TRUE(s.begin({ActionKind::kPurgeTopic, {}, 0, 0}).has_value());
  s.run_until(SimTime{36'000'000});
  ASSERT_TRUE(s.begin({ActionKind::kPauseGroup, {}, 0, 0}).has_value());
  s.run_until(SimTime{340'000'000});
  EXPECT_NEAR(static_cast<double>(s.user_totals().failed), 35 * 20, 100);
  EXPECT_EQ(s.broken_invariant(), "");
}

// Random settings and actions on a system with everything of this room: conserved, and the same in a copy.
TEST(Stores, WhateverIsSetAndDoneIsConserved) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Random random = Random::stream(seed, "stores", 0);
    const auto pick = [&](std::int64_t low, std::int64_t high) {
      return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    Orders b(static_cast<std::uint16_t>(pick(1, 5)), static_cast<std::uint16_t>(pick(1, 3)),
             milliseconds(pick(1, 80)));
    const ServiceId database = b.service("db", 3, ServiceKind::kDatabase);
    b.model.services[database.index()].replicated = true;
    b.model.services[database.index()].initial.startup_us = 3'000'000;
    b.model.services[b.worker.index()].initial.startup_us = 2'000'000;
    b.model.tables.push_back({database, "rows", {}});
    b.model.tables[0].initial.rows = 5'000;
    b.model.lock_sets.push_back({database, "stock", 5, 500});
    const PoolId pool = b.pool(b.shop, database, 6);
    const OperationId write = b.operation(
        database, "write",
        {lock_one(LockSetId(0), 0, 2, milliseconds(1)), lock_one(LockSetId(0), 1, 2, milliseconds(1)),
         statement(TableId(0), TableVerb::kInsert), statement(TableId(0), TableVerb::kUpdate)});
    const OperationId read = b.operation(database, "read", {statement(TableId(0), TableVerb::kReadIndex)});
    b.model.operations.back().route = Route::kAny;
    const OperationId page = b.operation(
        b.shop, "page", {call(b.edge(b.shop, write, pool), true), call(b.edge(b.shop, read, pool), true)});
    b.journey(20, {call(b.order), call(b.edge(b.users, page)), await(b.group, b.order, seconds(5))});
    for (EdgeSpec& e : b.model.edges) {
      e.initial.timeout_us = pick(50'000, 1'000'000);
      e.initial.network_us = pick(0, 500);
    }
    Plan plan;
    for (int n = 0; n < 12; ++n) {
      const auto parameter = random.below(parameters().size());
      const ParameterInfo& info = parameters()[parameter];
      const bool mine = info.part == PartKind::kDatabase || info.part >= PartKind::kInstance ||
                        info.part == PartKind::kPool || info.part == PartKind::kOperation;
      const std::size_t parts = part_count(b.model, info.part);
      if (!mine || parts == 0) continue;
      const ParameterRef ref{static_cast<std::uint16_t>(parameter),
                             static_cast<std::uint16_t>(random.below(parts))};
      PlannedChange c = change_at(
          microseconds(pick(0, 60'000'000)), ref,
          std::min(info.max, info.min + pick(0, info.unit == Unit::kMicroseconds ? 2'000'000 : 1000)));
      c.lasts = microseconds(pick(0, 20'000'000));
      plan.changes.push_back(c);
    }
    std::sort(plan.changes.begin(), plan.changes.end(),
              [](const auto& x, const auto& y) { return x.at < y.at; });
    Simulation s = b.simulate(seed, plan);
    Simulation other = s;
    Meter meter;
    for (int i = 0; i < 300; ++i) {
      const SimTime end = s.now() + microseconds(pick(0, 500'000));
      s.run_until(end);
      other.run_until(end, &meter);
      ASSERT_EQ(s.broken_invariant(), "") << "seed " << seed << " at " << s.now().us;
      if (random.below(6) == 0) {
        Action a;
        a.kind = static_cast<ActionKind>(random.below(kActionKinds));
        a.target = static_cast<std::uint32_t>(random.below(22));
        a.value = pick(0, 8);
        const bool begun = s.begin(a).has_value();
        ASSERT_EQ(other.begin(a, &meter).has_value(), begun);
        ASSERT_EQ(s.broken_invariant(), "") << "seed " << seed << " after an action at " << s.now().us;
      }
      if (i % 50 == 0) {
        ASSERT_EQ(s.hash(), other.hash()) << "seed " << seed;
        other = s;
      }
    }
    EXPECT_GT(s.user_totals().all(), 100U);
  }
}

}  // namespace
}  // namespace incident::sim
