// Replication: lag and what it costs readers, failover and what it loses, two primaries, wrong primaries;
// shards; and the volume that they write to.
#include <gtest/gtest.h>

#include "stores.h"

namespace incident::sim {
namespace {

using namespace testing;

struct Pair : Shop {
  explicit Pair(std::uint16_t instances = 3) : Shop(instances, true, Route::kReplica) {
    of(database).startup_us = 5'000'000;
    journey(50, {call(inserts)});
    journey(50, {call(reads)});
  }
  std::uint16_t slot(std::uint16_t n) const { return static_cast<std::uint16_t>(first_of(database) + n); }
};

std::int64_t lag_ms(const Simulation& s, std::uint16_t slot) {
  return reading(s, "pg_replication_lag_seconds", slot) / 1000;
}
bool is_replica(const Simulation& s, std::uint16_t slot) {
  return reading(s, "pg_replication_is_replica", slot) == 1;
}

TEST(Replication, ReplicasFollowAtTheShippingDelay) {
  Pair b;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{30'500'000});
  EXPECT_FALSE(is_replica(s, b.slot(0)));
  EXPECT_TRUE(is_replica(s, b.slot(1)));
  EXPECT_LE(lag_ms(s, b.slot(1)), 100);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Replication, ASlowReplicaLagsAndShowsOldRows) {
  Pair b;
  b.model.operations[b.read.index()].initial.fresh_permille = 500;
  b.model.services[b.database.index()].database.apply_bytes = 1 << 20;  // 400 KiB a second are written
  Plan plan;
  plan.changes.push_back(change_at(
      seconds(60), Builder::ref(PartKind::kDatabase, "apply_rate", b.database.index()), 200 * 1024));
  plan.changes.push_back(
      change_at(seconds(180), Builder::ref(PartKind::kDatabase, "apply_rate", b.database.index()), 2 << 20));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{60'000'000});
  const auto before = s.user_totals().failed;
  EXPECT_LT(before, 100U);
  s.run_until(SimTime{180'000'000});
  EXPECT_NEAR(static_cast<double>(lag_ms(s, b.slot(1))), 60'000, 6'000);  // half of two minutes
  EXPECT_GT(s.user_totals().failed - before, 2'000U);                     // a quarter of all requests
  s.run_until(SimTime{300'000'000});
  EXPECT_LT(lag_ms(s, b.slot(1)), 200);
}

TEST(Replication, ALostPrimaryIsReplacedAndWhatItHadNotSentIsLost) {
  Pair b;
  b.parameters().ship_us = 2'000'000;
  b.parameters().resync_us = 5'000'000;
  b.of(b.database).startup_us = 40'000'000;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{60'300'000});
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, b.slot(0), 0}).has_value());
  s.run_until(SimTime{72'000'000});
  const auto during = s.user_totals();
  EXPECT_GT(during.failed, 400U);  // writes have nowhere to go
  s.run_until(SimTime{80'000'000});
  EXPECT_TRUE(is_replica(s, b.slot(0)));
  EXPECT_FALSE(is_replica(s, b.slot(1)) && is_replica(s, b.slot(2)));
  const auto after = s.user_totals();
  s.run_until(SimTime{140'000'000});
  EXPECT_LT(s.user_totals().failed - after.failed, 50U);
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Replication, WithoutAutomaticFailoverSomebodyHasToAct) {
  Pair b;
  b.parameters().auto_failover = 0;
  b.of(b.database).startup_us = 600'000'000;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{60'000'000});
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, b.slot(0), 0}).has_value());
  s.run_until(SimTime{100'000'000});
  EXPECT_GT(s.user_totals().failed, 1'800U);
  ASSERT_TRUE(s.begin({ActionKind::kFailOver, {}, b.database.value, 0}).has_value());
  s.run_until(SimTime{110'000'000});
  EXPECT_EQ(s.action(ActionId(1)).state, ActionState::kDone);
  const auto after = s.user_totals().failed;
  s.run_until(SimTime{130'000'000});
  EXPECT_EQ(s.user_totals().failed, after);
}

TEST(Replication, APlannedFailoverLosesNothing) {
  Pair b;
  b.parameters().ship_us = 3'000'000;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{60'000'000});
  const std::int64_t written = reading(s, "pg_wal_size_bytes", b.database.index());
  ASSERT_TRUE(s.begin({ActionKind::kFailOver, {}, b.database.value, 0}).has_value());
  s.run_until(SimTime{66'000'000});
  EXPECT_TRUE(is_replica(s, b.slot(0)));
  EXPECT_GE(reading(s, "pg_wal_size_bytes", b.database.index()), written);
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Replication, ACutOffPrimaryWithoutFencingBecomesASecondOne) {
  Pair b;
  b.parameters().fencing = 0;
  b.parameters().resync_us = 10'000'000;
  b.model.operations[b.read.index()].initial.fresh_permille = 1000;
  Plan plan;
  plan.changes.push_back(change_at(seconds(60), Builder::ref(PartKind::kInstance, "isolated", b.slot(0)), 1));
  plan.changes.push_back(
      change_at(seconds(100), Builder::ref(PartKind::kInstance, "isolated", b.slot(0)), 0));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{150'000'000});
  EXPECT_FALSE(is_replica(s, b.slot(0)));
  EXPECT_FALSE(is_replica(s, b.slot(1)) && is_replica(s, b.slot(2)));
  ASSERT_TRUE(s.begin({ActionKind::kFenceInstance, {}, b.slot(0), 0}).has_value());
  s.run_until(SimTime{180'000'000});
  EXPECT_TRUE(is_replica(s, b.slot(0)));
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Replication, WritesLedToAReplicaAreRefused) {
  Pair b;
  b.parameters().misrouted_permille = 300;
  Simulation s = b.simulate(1);
  Meter meter;
  s.run_until(SimTime{60'000'000}, &meter);
  const double refused = static_cast<double>(meter.attempts[static_cast<int>(Outcome::kReadOnly)]);
  EXPECT_NEAR(refused / (60 * 50), 0.3, 0.03);
}

TEST(Replication, SynchronousWritesWaitForAReplica) {
  Pair b(2);
  b.parameters().synchronous = 1;
  b.parameters().ship_us = 20'000;
  b.of(b.database).startup_us = 20'000'000;
  Simulation s = b.simulate(1);
  Meter meter;
  s.run_until(SimTime{30'000'000}, &meter);
  EXPECT_NEAR(meter.mean(), 0.010, 0.002);  // half of the requests are writes
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, b.slot(1), 0}).has_value());
  const auto ok = s.user_totals().ok;
  s.run_until(SimTime{45'000'000});
  EXPECT_LT(s.user_totals().ok - ok, 50U * 15U + 100U);  // reads only: writes hang
  s.run_until(SimTime{90'000'000});
  EXPECT_GT(s.user_totals().all(), 8'000U);
}

TEST(Shards, AHotTenantFillsOneShard) {
  Builder b;
  const ServiceId database = b.service("db", 4, ServiceKind::kDatabase);
  b.of(database).cpu_millicores = 1000;
  b.model.services[database.index()].shard_keys = 1000;
  const OperationId read = b.operation(database, "read", {work(milliseconds(10))});
  b.journey(100, {call(b.edge(b.users, read))});
  Plan plan;
  plan.changes.push_back(
      change_at(seconds(60), Builder::ref(PartKind::kDatabase, "hot_shard", database.index()), 700));
  Simulation s = b.simulate(1, plan);
  const std::uint16_t first = 5;
  s.run_until(SimTime{60'000'000});
  const double even = s.instance(InstanceId(first)).cpu_used.us / 60e6;
  EXPECT_NEAR(even, 0.25, 0.05);
  s.run_until(SimTime{120'000'000});
  EXPECT_NEAR(s.instance(InstanceId(first)).cpu_used.us / 60e6 - even, 0.775, 0.08);
  EXPECT_NEAR((s.instance(InstanceId(first + 1U)).cpu_used.us / 60e6) - even, 0.075, 0.06);
}

TEST(Storage, AFullVolumeStopsWritesUntilItHasRoom) {
  Shop b;
  b.journey(50, {call(b.inserts)});
  b.journey(50, {call(b.reads)});
  b.parameters().volume_bytes = 4LL << 30;
  b.parameters().base_bytes = 2LL << 30;
  b.parameters().other_bytes = 1LL << 30;
  Plan plan;
  plan.changes.push_back(change_at(
      seconds(30), Builder::ref(PartKind::kDatabase, "other_growth", b.database.index()), 100LL << 20));
  Simulation s = b.simulate(1, plan);
  Meter meter;
  s.run_until(SimTime{60'000'000}, &meter);
  EXPECT_GT(meter.attempts[static_cast<int>(Outcome::kDiskFull)], 500U);
  EXPECT_GT(meter.parts[static_cast<int>(PartEvent::kVolumeFull)], 0U);
  EXPECT_EQ(reading(s, "kubelet_volume_stats_used_bytes", b.database.index()), 4LL << 30);
  ASSERT_TRUE(s.begin({ActionKind::kExtendVolume, {}, b.database.value, 100}).has_value());
  s.run_until(SimTime{125'000'000});
  Meter healed;
  s.run_until(SimTime{160'000'000}, &healed);
  EXPECT_EQ(healed.attempts[static_cast<int>(Outcome::kDiskFull)], 0U);
}

TEST(Storage, AnAbandonedSlotKeepsTheLog) {
  Shop b;
  b.journey(200, {call(b.inserts)});
  b.parameters().volume_bytes = 1LL << 30;
  b.parameters().wal_keep_bytes = 64LL << 20;
  b.parameters().wal_bytes = 64 * 1024;
  Plan plan;
  plan.changes.push_back(
      change_at(seconds(30), Builder::ref(PartKind::kDatabase, "abandoned_slot", b.database.index()), 1));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{30'000'000});
  EXPECT_LE(reading(s, "pg_wal_size_bytes", b.database.index()), 64LL << 20);
  s.run_until(SimTime{150'000'000});
  EXPECT_GT(s.user_totals().failed, 1000U);
  ASSERT_TRUE(s.begin({ActionKind::kDropSlot, {}, b.database.value, 0}).has_value());
  s.run_until(SimTime{155'000'000});
  const auto failed = s.user_totals().failed;
  s.run_until(SimTime{170'000'000});
  EXPECT_EQ(s.user_totals().failed, failed);
}

TEST(Storage, ASlowDiskSlowsWritesOnly) {
  Shop b;
  b.parameters().commit_us = 1'000;
  const JourneyId writing = b.journey(20, {call(b.inserts)}, 20'000);
  const JourneyId reading_only = b.journey(20, {call(b.reads)}, 20'000);
  Plan plan;
  plan.changes.push_back(
      change_at(seconds(30), Builder::ref(PartKind::kDatabase, "disk_factor", b.database.index()), 50'000));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{30'000'000});
  EXPECT_EQ(s.user_totals().slow, 0U);
  s.run_until(SimTime{60'000'000});
  EXPECT_GT(s.user_totals(writing).slow, 500U);
  EXPECT_EQ(s.user_totals(reading_only).slow, 0U);
}

TEST(Pools, LeakedConnectionsAreGoneUntilARestart) {
  Builder b;
  const ServiceId database = b.service("db", 1, ServiceKind::kDatabase);
  const ServiceId app = b.service("app", 1);
  b.of(app).startup_us = 2'000'000;
  const PoolId pool = b.pool(app, database, 10);
  const OperationId query = b.operation(database, "query", {work(milliseconds(1))});
  const OperationId page = b.operation(app, "page", {call(b.edge(app, query, pool))});
  b.journey(20, {call(b.edge(b.users, page))});
  Plan plan;
  plan.changes.push_back(change_at(seconds(30), Builder::ref(PartKind::kPool, "leak", 0), 20));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{30'000'000});
  EXPECT_EQ(s.user_totals().failed, 0U);
  s.run_until(SimTime{120'000'000});
  const std::uint16_t slot = 10;
  EXPECT_EQ(s.pool(pool, InstanceId(slot)).in_use, 10U);
  EXPECT_GT(s.user_totals().failed, 500U);
  EXPECT_EQ(s.broken_invariant(), "");
  const auto failed = s.user_totals().failed;
  ASSERT_TRUE(s.begin({ActionKind::kRestart, {}, app.value, 0}).has_value());
  s.run_until(SimTime{140'000'000});
  EXPECT_LT(s.user_totals().failed, failed + 150);
  EXPECT_EQ(s.broken_invariant(), "");
}

}  // namespace
}  // namespace incident::sim
