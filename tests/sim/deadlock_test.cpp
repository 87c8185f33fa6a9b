// Rows that are locked together: in the order of rows no deadlock can come about; in the order of their names
// it does, and is found after deadlock_timeout.
#include <gtest/gtest.h>

#include "stores.h"

namespace incident::sim {
namespace {

using namespace testing;

// Two kinds of transactions that lock a row of stock and one of orders, each naming them in its own order.
struct TwoOrders : Builder {
  ServiceId database;
  OperationId checkout, cancel;

  TwoOrders() {
    database = service("db", 1, ServiceKind::kDatabase);
    model.lock_sets.push_back({database, "stock", 12, 0});
    model.lock_sets.push_back({database, "orders", 12, 0});
    const LockSetId stock(0), orders(1);
    const Duration each = milliseconds(5);
    checkout = operation(database, "checkout", {lock_one(stock, 0, 2, each), lock_one(orders, 1, 2, each)});
    cancel = operation(database, "cancel", {lock_one(orders, 0, 2, each), lock_one(stock, 1, 2, each)});
    journey(20, {call(edge(users, checkout))});
    journey(20, {call(edge(users, cancel))});
    model.services[database.index()].database.deadlock_timeout_us = 1'000'000;
    model.services[database.index()].database.lock_timeout_us = 20'000'000;
  }
};

TEST(Deadlock, RowsAreTakenInOneOrder) {
  TwoOrders b;
  Simulation s = b.simulate(3);
  Meter meter;
  s.run_until(SimTime{120'000'000}, &meter);
  EXPECT_EQ(s.user_totals().failed, 0U);
  EXPECT_GT(meter.count, 4'000U);
}

TEST(Deadlock, AChangedOrderMakesThemAndTheDatabaseEndsOne) {
  TwoOrders b;
  Plan plan;
  const ParameterRef order = Builder::ref(PartKind::kOperation, "unordered_locks", b.cancel.index());
  plan.changes.push_back(change_at(seconds(60), order, 1));
  Simulation s = b.simulate(3, plan);
  Meter before, after;
  s.run_until(SimTime{60'000'000}, &before);
  EXPECT_EQ(before.attempts[static_cast<int>(Outcome::kDeadlock)], 0U);
  s.run_until(SimTime{180'000'000}, &after);
  EXPECT_GT(after.attempts[static_cast<int>(Outcome::kDeadlock)], 1U);
  EXPECT_EQ(after.attempts[static_cast<int>(Outcome::kLockTimeout)], 0U);
  EXPECT_EQ(reading(s, "pg_stat_database_deadlocks", b.database.index()),
            static_cast<std::int64_t>(after.attempts[static_cast<int>(Outcome::kDeadlock)]));
  EXPECT_EQ(s.broken_invariant(), "");
  EXPECT_NE(after.causes, 0U);
}

TEST(Deadlock, WithoutDetectionTheyWaitUntilTheLockTimesOut) {
  TwoOrders b;
  b.model.operations[b.cancel.index()].initial.unordered_locks = 1;
  b.model.services[b.database.index()].database.deadlock_timeout_us = 0;
  Simulation s = b.simulate(3);
  Meter meter;
  s.run_until(SimTime{180'000'000}, &meter);
  EXPECT_EQ(meter.attempts[static_cast<int>(Outcome::kDeadlock)], 0U);
  EXPECT_GT(meter.attempts[static_cast<int>(Outcome::kLockTimeout)], 0U);
}

}  // namespace
}  // namespace incident::sim
