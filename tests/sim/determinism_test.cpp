// The same course everywhere: golden hashes for every compiler and optimisation, arrivals that no action
// moves, and no allocation once a system runs steadily.
#include <gtest/gtest.h>

#include <cstdlib>

#include "count_allocations.h"
#include "random_systems.h"
#include "web_shop.h"

namespace incident::sim {
namespace {

using namespace testing;

// A change of simulated behaviour changes these; say why in the commit.
constexpr std::uint64_t kGoldenWebShop = 0xf02ab4fdeef17a99;
constexpr std::uint64_t kGoldenRandomSystems = 0xa2aba18aa21c484f;

TEST(Determinism, GoldenHashOfAWebShop) {
  const WebShop shop;
  Simulation s = shop.simulate(42);
  s.run_until(SimTime{60'000'000});
  ASSERT_TRUE(s.begin({ActionKind::kRestart, {}, shop.cart.value, 0}).has_value());
  s.run_until(SimTime{90'000'000});
  EXPECT_EQ(s.hash(), kGoldenWebShop) << "0x" << std::hex << s.hash();
}

TEST(Determinism, GoldenHashOfRandomSystems) {
  std::uint64_t combined = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomSystem r(seed);
    Simulation s = r.b.simulate(seed, r.plan);
    for (int i = 0; i < 5; ++i) {
      s.run_until(s.now() + seconds(10));
      (void)s.begin(r.action());
    }
    combined = combined * 31 + s.hash();
  }
  EXPECT_EQ(combined, kGoldenRandomSystems) << "0x" << std::hex << combined;
}

// When customers came, whatever was done to the system meanwhile.
struct Arrivals : Observer {
  std::vector<std::int64_t> times;
  void on_user(const UserRecord& r) override { times.push_back(r.start.us); }
};

TEST(Determinism, ActionsDoNotMoveArrivals) {
  WebShop shop;
  shop.model.journeys.erase(shop.model.journeys.begin(),
                            shop.model.journeys.begin() + 2);  // one request each
  Simulation quiet = shop.simulate(7);
  quiet.run_until(SimTime{20'000'000});
  Simulation busy = quiet;
  Arrivals a, b;
  quiet.run_until(SimTime{60'000'000}, &a);
  ASSERT_TRUE(busy.begin({ActionKind::kRestart, {}, shop.catalog.value, 0}, &b).has_value());
  ASSERT_TRUE(busy.begin({ActionKind::kScale, {}, shop.gateway.value, 1}, &b).has_value());
  ASSERT_TRUE(busy.begin({ActionKind::kPurgeCache, {}, 0, 0}, &b).has_value());
  busy.run_until(SimTime{60'000'000}, &b);
  EXPECT_NE(quiet.hash(), busy.hash());
  std::sort(a.times.begin(), a.times.end());
  std::sort(b.times.begin(), b.times.end());
  // The last ones may still be in flight in one of the two.
  const std::size_t common = std::min(a.times.size(), b.times.size()) - 20;
  ASSERT_GT(common, 500U);
  a.times.resize(common);
  b.times.resize(common);
  EXPECT_EQ(a.times, b.times);
}

TEST(Determinism, SeedsDiffer) {
  const WebShop shop;
  Simulation a = shop.simulate(1), b = shop.simulate(2);
  a.run_until(SimTime{1'000'000});
  b.run_until(SimTime{1'000'000});
  EXPECT_NE(a.hash(), b.hash());
}

TEST(Allocation, NoneInSteadyState) {
  const WebShop shop;
  Simulation s = shop.simulate(1);
  s.run_until(SimTime{600'000'000});
  const std::uint64_t allocations = allocations_so_far(), events = s.events_handled();
  s.run_until(SimTime{660'000'000});
  EXPECT_EQ(allocations_so_far() - allocations, 0U);
  EXPECT_GT(s.events_handled() - events, 50'000U);
}

}  // namespace
}  // namespace incident::sim
