// Tables: what plans cost, statistics that mislead, bloat and who holds vacuum back, keys that end, locks of
// a rewrite, transactions that are left open.
#include <gtest/gtest.h>

#include "stores.h"

namespace incident::sim {
namespace {

using namespace testing;

double mean_between(Simulation& s, std::int64_t from, std::int64_t to) {
  s.run_until(SimTime{from * 1'000'000});
  Meter meter;
  s.run_until(SimTime{to * 1'000'000}, &meter);
  return meter.mean();
}

TEST(Tables, AMissingIndexCostsAScanAndBuildingItHeals) {
  Shop b;
  b.journey(5, {call(b.reads)});
  Plan plan;
  plan.changes.push_back(change_at(seconds(30), Builder::ref(PartKind::kTable, "index", 0), 0));
  Simulation s = b.simulate(1, plan);
  EXPECT_NEAR(mean_between(s, 0, 30), 50e-6, 15e-6);   // a look-up and five rows
  EXPECT_NEAR(mean_between(s, 31, 60), 0.010, 0.001);  // 100,000 rows at 100 us a thousand
  EXPECT_GT(reading(s, "pg_stat_user_tables_seq_scan", 0), 100);
  ASSERT_TRUE(s.begin({ActionKind::kCreateIndex, {}, 0, 0}).has_value());
  EXPECT_NEAR(mean_between(s, 65, 90), 50e-6, 15e-6);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  EXPECT_NE(s.action(ActionId(0)).cause, 0U);
  EXPECT_FALSE(s.begin({ActionKind::kCreateIndex, {}, 0, 0}).has_value());
}

TEST(Tables, OldStatisticsFlipThePlanUntilAnalyze) {
  Shop b;
  b.journey(5, {call(b.reads)});
  b.model.tables[0].initial.flip_rows = 1'000'000;
  b.parameters().autoanalyze = 0;
  Plan plan;
  plan.changes.push_back(change_at(seconds(30), Builder::ref(PartKind::kTable, "rows", 0), 2'000'000));
  Simulation s = b.simulate(1, plan);
  EXPECT_LT(mean_between(s, 0, 30), 0.001);
  EXPECT_GT(mean_between(s, 31, 60), 0.1);
  ASSERT_TRUE(s.begin({ActionKind::kAnalyzeTable, {}, 0, 0}).has_value());
  EXPECT_LT(mean_between(s, 70, 90), 0.001);
}

TEST(Tables, AutoanalyzeKeepsThePlan) {
  Shop b;
  b.journey(5, {call(b.reads)});
  b.model.tables[0].initial.flip_rows = 1'000'000;
  Plan plan;
  plan.changes.push_back(change_at(seconds(30), Builder::ref(PartKind::kTable, "rows", 0), 2'000'000));
  Simulation s = b.simulate(1, plan);
  EXPECT_LT(mean_between(s, 60, 90), 0.001);
}

TEST(Tables, AnOpenTransactionHoldsVacuumBack) {
  Shop b;
  b.model.tables[0].initial.rows = 2'000;
  b.journey(100, {call(b.updates)});
  Plan plan;
  plan.changes.push_back(
      change_at(minutes(5), Builder::ref(PartKind::kDatabase, "open_transaction", b.database.index()), 1));
  Simulation s = b.simulate(1, plan);
  s.run_until(SimTime{300'000'000});
  const std::int64_t usual = reading(s, "pg_stat_user_tables_n_dead_tup", 0);
  EXPECT_LT(usual, 4'000);
  s.run_until(SimTime{900'000'000});
  EXPECT_GT(reading(s, "pg_stat_user_tables_n_dead_tup", 0), 50'000);
  ASSERT_TRUE(s.begin({ActionKind::kVacuumTable, {}, 0, 0}).has_value());
  s.run_until(SimTime{930'000'000});
  EXPECT_GT(reading(s, "pg_stat_user_tables_n_dead_tup", 0), 50'000) << "it may not remove them";
  ASSERT_TRUE(s.begin({ActionKind::kEndIdleTransactions, {}, b.database.value, 60'000}).has_value());
  s.run_until(SimTime{1'000'000'000});
  EXPECT_LT(reading(s, "pg_stat_user_tables_n_dead_tup", 0), 6'000);
  EXPECT_EQ(s.broken_invariant(), "");
}

TEST(Tables, KeysEndForInsertsOnly) {
  Shop b;
  b.model.tables[0].initial.key_max = 2'147'483'647;
  b.model.tables[0].initial.key_next = 2'147'483'647 - 500;
  const JourneyId inserting = b.journey(20, {call(b.inserts)});
  const JourneyId reading_only = b.journey(20, {call(b.reads)});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{60'000'000});
  EXPECT_EQ(s.user_totals(inserting).ok, 501U);
  EXPECT_GT(s.user_totals(inserting).failed, 500U);
  EXPECT_EQ(s.user_totals(reading_only).failed, 0U);
  ASSERT_TRUE(s.begin({ActionKind::kWidenKey, {}, 0, 0}).has_value());
  const auto before = s.user_totals(inserting);
  s.run_until(SimTime{90'000'000});
  EXPECT_EQ(s.user_totals(inserting).failed, before.failed);
  EXPECT_GT(s.user_totals(inserting).ok, before.ok + 400);
}

TEST(Tables, ARewriteKeepsEverybodyOut) {
  Shop b;
  b.model.tables[0].initial.key_max = 2'147'483'647;
  b.model.tables[0].initial.rows = 5'000'000;
  b.model.tables[0].initial.build_us = 2'000;
  b.journey(10, {call(b.reads)}, 1'000'000);
  Simulation s = b.simulate(1);
  s.run_until(SimTime{10'000'000});
  const auto preview = s.preview({ActionKind::kWidenKey, {}, 0, 0});
  ASSERT_TRUE(preview.has_value());
  EXPECT_EQ(preview->takes.us, 20'000'000);
  ASSERT_TRUE(s.begin({ActionKind::kWidenKey, {}, 0, 0}).has_value());
  s.run_until(SimTime{40'000'000});
  EXPECT_GT(s.user_totals().slow, 150U);
  const auto slow = s.user_totals().slow;
  s.run_until(SimTime{60'000'000});
  EXPECT_EQ(s.user_totals().slow, slow);
}

TEST(Tables, TransactionsLeftOpenHoldTheirRows) {
  Builder b;
  const ServiceId database = b.service("db", 1, ServiceKind::kDatabase);
  b.model.lock_sets.push_back({database, "stock", 20, 0});
  const OperationId buy = b.operation(database, "buy", {lock(LockSetId(0)), delay(milliseconds(2))});
  b.journey(20, {call(b.edge(b.users, buy))}, 1'000'000);
  b.model.services[database.index()].database.lock_timeout_us = 2'000'000;
  Plan plan;
  plan.changes.push_back(
      change_at(seconds(60), Builder::ref(PartKind::kOperation, "left_open", buy.index()), 50));
  plan.changes.back().settings.push_back(
      {Builder::ref(PartKind::kOperation, "left_open_for", buy.index()), 0, 600'000'000});
  Simulation s = b.simulate(2, plan);
  s.run_until(SimTime{60'000'000});
  EXPECT_EQ(s.user_totals().failed, 0U);
  s.run_until(SimTime{120'000'000});
  EXPECT_GT(s.user_totals().failed, 300U);
  EXPECT_EQ(s.broken_invariant(), "");
  ASSERT_TRUE(s.begin({ActionKind::kEndIdleTransactions, {}, database.value, 1'000}).has_value());
  s.run_until(SimTime{122'000'000});
  EXPECT_EQ(s.broken_invariant(), "");
}

}  // namespace
}  // namespace incident::sim
