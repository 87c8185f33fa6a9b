// The engine against queueing theory: means within a confidence interval over independent seeds.
#include <gtest/gtest.h>

#include <cmath>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

// Mean time in an M/M/c station: Erlang C.
double erlang_c_sojourn(double lambda, double mu, int c) {
  const double a = lambda / mu;
  double term = 1, sum = 1;
  for (int k = 1; k < c; ++k) {
    term *= a / k;
    sum += term;
  }
  term *= a / c;
  const double tail = term / (1 - a / c);
  const double wait_probability = tail / (sum + tail);
  return 1 / mu + wait_probability / (c * mu - lambda);
}

struct Estimate {
  double mean, half_width;  // 99.9 % confidence, Student with 9 degrees of freedom
};

Estimate sojourn(const Builder& builder, Duration length) {
  constexpr int kSeeds = 10;
  double sum = 0, squares = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    Simulation s = builder.simulate(static_cast<std::uint64_t>(seed));
    Meter meter;
    meter.from = SimTime{length.us / 10};
    s.run_until(SimTime{length.us}, &meter);
    EXPECT_EQ(s.broken_invariant(), "");
    sum += meter.mean();
    squares += meter.mean() * meter.mean();
  }
  const double mean = sum / kSeeds;
  const double variance = (squares - sum * mean) / (kSeeds - 1);
  return {mean, 4.781 * std::sqrt(variance / kSeeds)};
}

void expect_near(const Estimate& e, double theory) {
  EXPECT_NEAR(e.mean, theory, e.half_width);
  EXPECT_LT(e.half_width / theory, 0.06) << "too wide to mean anything";
}

TEST(Queueing, MM1) {
  expect_near(sojourn(station(7, 1, work(milliseconds(100))), seconds(20'000)), erlang_c_sojourn(7, 10, 1));
}

TEST(Queueing, MM4) {
  expect_near(sojourn(station(3.2, 4, work(seconds(1))), seconds(30'000)), erlang_c_sojourn(3.2, 1, 4));
}

TEST(Queueing, MM10) {
  expect_near(sojourn(station(9, 10, work(seconds(1))), seconds(15'000)), erlang_c_sojourn(9, 1, 10));
}

// Delays hold a worker but no CPU: the same station.
TEST(Queueing, WaitingIsLikeWorkingWhenCoresSuffice) {
  expect_near(sojourn(station(3.2, 4, delay(seconds(1))), seconds(30'000)), erlang_c_sojourn(3.2, 1, 4));
}

// Pollaczek-Khinchine: constant service halves the wait of M/M/1; lognormal by its variation.
TEST(Queueing, MG1) {
  const double rho = 0.7, mean = 0.1;
  const auto theory = [&](double cv) { return mean + rho * mean * (1 + cv * cv) / (2 * (1 - rho)); };
  expect_near(sojourn(station(7, 1, work(milliseconds(100), Shape::kConstant)), seconds(20'000)), theory(0));
  Step job = work(milliseconds(100), Shape::kLognormal);
  job.variation_permille = 1500;
  expect_near(sojourn(station(7, 1, job), seconds(40'000)), theory(1.5));
}

// Processor sharing on one core: the mean of M/M/1, and the same for any other shape of service
// (insensitivity).
TEST(Queueing, ProcessorSharing) {
  for (const Shape shape : {Shape::kExponential, Shape::kConstant}) {
    Builder b = station(7, 1, work(milliseconds(100), shape));
    b.model.services[1].initial.workers = 4096;
    expect_near(sojourn(b, seconds(20'000)), 0.1 / (1 - 0.7));
  }
}

// Half a core: everything takes twice as long.
TEST(Queueing, FractionsOfACore) {
  Builder b = station(3.5, 1, work(milliseconds(100)));
  b.model.services[1].initial.cpu_millicores = 500;
  expect_near(sojourn(b, seconds(30'000)), erlang_c_sojourn(3.5, 5, 1));
}

TEST(Queueing, TandemOfThreeMM4) {
  Builder b = tandem();
  Simulation s = b.simulate(1);
  Meter meter;
  s.run_until(SimTime{0} + seconds(312'500), &meter);  // about 1,000,000 customers
  EXPECT_NEAR(meter.mean() * 3, 5.237, 0.01 * 5.237);
  EXPECT_GT(meter.count, 2'900'000U);
}

// Little's law on a station, with requests refused by a full queue as well: L = lambda W for those that
// enter.
TEST(Queueing, LittlesLaw) {
  Builder b = station(12, 2, work(milliseconds(200)));
  b.model.services[1].initial.queue_limit = 6;
  Simulation s = b.simulate(3);
  Meter meter;
  double area = 0;
  constexpr int kSamples = 400'000;
  for (int i = 0; i < kSamples; ++i) {
    s.run_until(s.now() + milliseconds(50), &meter);
    area += static_cast<double>(s.tasks_in_flight());
  }
  const double l = area / kSamples;
  const double lambda = static_cast<double>(meter.count) / s.now().seconds();
  EXPECT_NEAR(l, lambda * meter.mean(), 0.01 * l);
  EXPECT_GT(meter.outcomes[static_cast<int>(Outcome::kQueueFull)], 1000U);
}

}  // namespace
}  // namespace incident::sim
