// Caches against Che's approximation and the renewal formula for expiry; row locks against M/M/1.
#include <gtest/gtest.h>

#include <cmath>

#include "models.h"
#include "replications.h"

namespace incident::sim {
namespace {

using namespace testing;

constexpr int kKeys = 5'000;
constexpr double kZipf = 0.9;
constexpr double kRate = 200;

std::vector<double> popularity() {
  std::vector<double> p(kKeys);
  double sum = 0;
  for (int k = 0; k < kKeys; ++k) sum += p[k] = std::pow(k + 1, -kZipf);
  for (double& x : p) x /= sum;
  return p;
}

struct Cached : Builder {
  ServiceId app, store, database;
  CacheId cache;

  Cached() {
    store = service("store", 1, ServiceKind::kCache);
    database = service("database", 1, ServiceKind::kDatabase);
    app = service("app", 1);
    const OperationId get = operation(store, "get", {}), set = operation(store, "set", {});
    const OperationId query = operation(database, "query", {});
    model.caches.push_back({store, "things", kKeys, 900, {}});
    cache = CacheId(0);
    const OperationId page = operation(
        app, "page",
        {cache_get(cache, edge(app, get), 2), call(edge(app, query)), cache_put(cache, edge(app, set))});
    journey(kRate, {call(edge(users, page))});
  }
  double hit_ratio(std::uint64_t seed, std::int64_t warm_seconds, std::int64_t seconds_long) const {
    Simulation s = simulate(seed);
    s.run_until(SimTime{warm_seconds * 1'000'000});
    const CacheView before = s.cache(cache);
    s.run_until(s.now() + seconds(seconds_long));
    const CacheView after = s.cache(cache);
    const auto hits = static_cast<double>(after.hits - before.hits);
    return hits / (hits + static_cast<double>(after.misses - before.misses));
  }
};

// The time T with sum over keys of filled(p T) = capacity.
template <class Filled>
double characteristic_time(const std::vector<double>& p, double capacity, Filled filled) {
  double low = 0, high = 1e9;
  for (int i = 0; i < 200; ++i) {
    const double t = (low + high) / 2;
    double sum = 0;
    for (const double x : p) sum += filled(x * t);
    (sum < capacity ? low : high) = t;
  }
  return low;
}
template <class Filled>
double hit_rate(const std::vector<double>& p, double capacity, Filled filled) {
  const double t = characteristic_time(p, capacity, filled);
  double hits = 0;
  for (const double x : p) hits += x * filled(x * t);
  return hits;
}

// Che, Tung and Wang (2002) for LRU; Fricker, Robert and Roberts (2012) for random eviction. The least
// recently used of five sampled lies between the two, and within 2.5 points of LRU.
TEST(Cache, SampledLruIsNearChesApproximation) {
  const auto p = popularity();
  for (const int capacity : {100, 500, 2000}) {
    const double lru = hit_rate(p, capacity, [](double pt) { return 1 - std::exp(-pt); });
    const double random = hit_rate(p, capacity, [](double pt) { return pt / (1 + pt); });
    Cached b;
    b.model.caches[0].initial.capacity = capacity;
    b.model.caches[0].initial.ttl_us = 0;
    const Interval hits = replicate([&](std::uint64_t seed) { return b.hit_ratio(seed, 100, 200); });
    EXPECT_LT(hits.half_width, 0.005) << capacity;
    EXPECT_LT(hits.mean, lru + hits.half_width) << capacity;
    EXPECT_GT(hits.mean, random - hits.half_width) << capacity;
    EXPECT_NEAR(hits.mean, lru, 0.025 + hits.half_width) << capacity;
  }
}

// A key that is filled on a miss and expires after T: of its requests rate*T out of 1 + rate*T hit (Jung,
// Berger and Balakrishnan 2003).
TEST(Cache, ExpiryFollowsTheRenewalFormula) {
  double theory = 0;
  for (double x : popularity()) theory += x * (kRate * x * 60) / (1 + kRate * x * 60);
  Cached b;
  b.model.caches[0].initial.ttl_us = 60'000'000;
  expect_theory(replicate([&](std::uint64_t seed) { return b.hit_ratio(seed, 200, 300); }), theory, 0.01);
}

TEST(Cache, RestartAndPurgeEmptyIt) {
  const Cached b;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{100'000'000});
  ASSERT_GT(s.cache(b.cache).entries, 1000U);
  Simulation purged = s;
  ASSERT_TRUE(purged.begin({ActionKind::kPurgeCache, {}, 0, 0}).has_value());
  purged.run_until(purged.now() + seconds(1));
  EXPECT_LT(purged.cache(b.cache).entries, 10U);
  const InstanceId instance = s.instances_of(b.store)[0];
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, instance.value, 0}).has_value());
  EXPECT_EQ(s.cache(b.cache).entries, 0U);
  EXPECT_EQ(s.instance(instance).state, InstanceState::kStarting);
  s.run_until(s.now() + seconds(8));
  EXPECT_EQ(s.instance(instance).state, InstanceState::kReady);
  EXPECT_EQ(s.instance(instance).restarts, 1U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  s.run_until(s.now() + seconds(10));
  EXPECT_GT(s.cache(b.cache).entries, 300U);
}

struct Locked : Builder {
  LockSetId rows;

  Locked(double per_second, std::uint32_t count) {
    const ServiceId database = service("database", 1, ServiceKind::kDatabase);
    model.lock_sets.push_back({database, "rows", count, 0});
    rows = LockSetId(0);
    model.services[database.index()].database.lock_timeout_us = 0;
    journey(per_second,
            {call(edge(users, operation(database, "update", {lock(rows), delay(milliseconds(100))})))},
            10'000'000);
  }
};

// One row that everybody wants is an M/M/1.
TEST(Locks, OneRowIsAQueueOfOneServer) {
  const Locked b(7, 1);
  expect_theory(replicate([&](std::uint64_t seed) {
                  Simulation s = b.simulate(seed);
                  Meter m;
                  m.from = SimTime{500'000'000};
                  s.run_until(SimTime{6'000'000'000}, &m);
                  return m.mean();
                }),
                0.1 / 0.3);
}

TEST(Locks, WaitersTimeOut) {
  Locked b(20, 1);
  b.model.services[1].database.lock_timeout_us = 200'000;
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{100'000'000}, &m);
  EXPECT_GT(m.attempts[static_cast<int>(Outcome::kLockTimeout)], 500U);
  EXPECT_GT(m.count, 700U);
  EXPECT_EQ(s.broken_invariant(), "");
}

// Two rows taken in any order: deadlocks, which only the lock timeout ends.
TEST(Locks, DeadlocksEndByTimeout) {
  Builder b;
  const ServiceId database = b.service("database", 1, ServiceKind::kDatabase);
  b.model.lock_sets.push_back({database, "rows", 2, 0});
  b.model.services[database.index()].database.lock_timeout_us = 500'000;
  const LockSetId rows(0);
  b.journey(5, {call(b.edge(b.users, b.operation(database, "transfer",
                                                 {lock(rows), delay(milliseconds(20)), lock(rows),
                                                  delay(milliseconds(20))})))});
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{200'000'000}, &m);
  EXPECT_GT(m.attempts[static_cast<int>(Outcome::kLockTimeout)], 10U);
  EXPECT_GT(m.count, 700U);
}

}  // namespace
}  // namespace incident::sim
