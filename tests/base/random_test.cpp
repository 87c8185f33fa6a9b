#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace incident {
namespace {

TEST(PortableMath, AgreesWithLibm) {
  Random random(7);
  for (int i = 0; i < 200'000; ++i) {
    const double x = random.uniform() * 100 + 1e-12;
    ASSERT_NEAR(portable_log(x), std::log(x), 1e-14 * (1 + std::fabs(std::log(x)))) << x;
    const double y = (random.uniform() - 0.5) * 100;
    ASSERT_NEAR(portable_exp(y) / std::exp(y), 1.0, 1e-14) << y;
  }
}

TEST(Random, SameBitsOnEveryMachine) {
  Random random = Random::stream(42, "arrivals", 3);
  EXPECT_EQ(random.next(), Random::stream(42, "arrivals", 3).next());
  EXPECT_NE(Random::stream(42, "arrivals", 3).next(), Random::stream(42, "arrivals", 4).next());
  EXPECT_NE(Random::stream(42, "arrivals", 3).next(), Random::stream(42, "work", 3).next());
  EXPECT_NE(Random::stream(42, "arrivals", 3).next(), Random::stream(43, "arrivals", 3).next());
}

TEST(Random, ExponentialHasItsMeanAndVariance) {
  Random random(1);
  double sum = 0, squares = 0;
  constexpr int kDraws = 400'000;
  for (int i = 0; i < kDraws; ++i) {
    const auto x = static_cast<double>(random.exponential(milliseconds(10)).us);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 10'000, 80);  // 5 standard errors
  EXPECT_NEAR(std::sqrt(squares / kDraws - mean * mean), 10'000, 150);
}

TEST(Random, LognormalHasItsMeanAndVariation) {
  Random random(2);
  double sum = 0, squares = 0;
  constexpr int kDraws = 400'000;
  for (int i = 0; i < kDraws; ++i) {
    const auto x = static_cast<double>(random.lognormal(milliseconds(10), 500).us);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 10'000, 40);
  EXPECT_NEAR(std::sqrt(squares / kDraws - mean * mean) / mean, 0.5, 0.01);
}

TEST(Random, BelowIsUniform) {
  Random random(3);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts[random.below(10)];
  for (int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

}  // namespace
}  // namespace incident
