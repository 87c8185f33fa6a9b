// The engine against queueing theory. Each figure is the mean over 20 independent runs, and theory has to lie
// within its 99.9 % confidence interval, which may reach 5 % to either side at most (replications.h).
//
// Formulas: Kleinrock, Queueing Systems I (1975) for M/M/c and M/M/c/K; Pollaczek (1930) and Khinchine (1932)
// for M/G/1; Kleinrock II (1976), 4.4, for processor sharing and its insensitivity; Jackson (1957) and
// Baskett, Chandy, Muntz, Palacios (1975) for networks; Little (1961).
#include <gtest/gtest.h>

#include <cmath>

#include "models.h"
#include "replications.h"

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

// M/M/c/K by its stationary distribution.
struct Loss {
  double refused = 0;  // share of arrivals
  double sojourn = 0;  // of those that enter
};
Loss mmck(double lambda, double mu, int c, int k) {
  double p = 1, sum = 0, customers = 0;
  for (int n = 0; n <= k; ++n) {
    if (n > 0) p *= lambda / (mu * std::min(n, c));
    sum += p;
    customers += n * p;
  }
  const double refused = p / sum;
  return {refused, customers / sum / (lambda * (1 - refused))};
}

Meter run(const Builder& builder, std::uint64_t seed, Duration length) {
  Simulation s = builder.simulate(seed);
  Meter meter;
  meter.from = SimTime{length.us / 10};  // the first tenth fills the empty system
  s.run_until(SimTime{length.us}, &meter);
  EXPECT_EQ(s.broken_invariant(), "");
  return meter;
}

Interval sojourn(const Builder& builder, Duration length) {
  return replicate([&](std::uint64_t seed) { return run(builder, seed, length).mean(); });
}

TEST(Queueing, MM1) {
  expect_theory(sojourn(station(7, 1, work(milliseconds(100))), seconds(9'000)), erlang_c_sojourn(7, 10, 1));
}

TEST(Queueing, MMc) {
  expect_theory(sojourn(station(3.2, 4, work(seconds(1))), seconds(15'000)), erlang_c_sojourn(3.2, 1, 4));
  expect_theory(sojourn(station(9, 10, work(seconds(1))), seconds(9'000)), erlang_c_sojourn(9, 1, 10));
}

// Delays hold a worker but no CPU: the same station.
TEST(Queueing, WaitingIsLikeWorkingWhenCoresSuffice) {
  expect_theory(sojourn(station(3.2, 4, delay(seconds(1))), seconds(15'000)), erlang_c_sojourn(3.2, 1, 4));
}

// Losses: a full queue refuses. Without any queue this is Erlang B.
TEST(Queueing, MMcK) {
  struct Case {
    double lambda;
    int workers, queue;
  };
  for (const Case& c : {Case{12, 2, 6}, Case{9, 2, 3}, Case{8, 2, 0}}) {
    Builder b = station(c.lambda, c.workers, work(milliseconds(200)));
    b.model.services[1].initial.queue_limit = c.queue;
    const Loss theory = mmck(c.lambda, 5, c.workers, c.workers + c.queue);
    expect_theory(replicate([&](std::uint64_t seed) {
                    const Meter m = run(b, seed, seconds(6'000));
                    const auto refused =
                        static_cast<double>(m.outcomes[static_cast<int>(Outcome::kQueueFull)]);
                    return refused / (refused + static_cast<double>(m.outcomes[0]));
                  }),
                  theory.refused);
    expect_theory(sojourn(b, seconds(6'000)), theory.sojourn);
  }
}

// Pollaczek-Khinchine: constant service halves the wait of M/M/1; lognormal by its variation.
TEST(Queueing, MG1) {
  const double rho = 0.7, mean = 0.1;
  const auto theory = [&](double cv) { return mean + rho * mean * (1 + cv * cv) / (2 * (1 - rho)); };
  expect_theory(sojourn(station(7, 1, work(milliseconds(100), Shape::kConstant)), seconds(9'000)), theory(0));
  Step job = work(milliseconds(100), Shape::kLognormal);
  job.variation_permille = 1500;
  expect_theory(sojourn(station(7, 1, job), seconds(20'000)), theory(1.5));
}

// Processor sharing on one core: the mean of M/M/1, and the same for any other shape of service
// (insensitivity).
TEST(Queueing, ProcessorSharing) {
  for (const Shape shape : {Shape::kExponential, Shape::kConstant, Shape::kLognormal}) {
    Step job = work(milliseconds(100), shape);
    job.variation_permille = 2000;
    Builder b = station(7, 1, job);
    b.model.services[1].initial.workers = 4096;
    expect_theory(sojourn(b, seconds(10'000)), 0.1 / (1 - 0.7));
  }
}

// Half a core: everything takes twice as long.
TEST(Queueing, FractionsOfACore) {
  Builder b = station(3.5, 1, work(milliseconds(100)));
  b.model.services[1].initial.cpu_millicores = 500;
  expect_theory(sojourn(b, seconds(18'000)), erlang_c_sojourn(3.5, 5, 1));
}

TEST(Queueing, TandemOfThreeMM4) {
  Builder b = tandem();
  Simulation s = b.simulate(1);
  Meter meter;
  s.run_until(SimTime{0} + seconds(312'500), &meter);  // about 1,000,000 customers
  EXPECT_NEAR(meter.mean() * 3, 5.237, 0.01 * 5.237);
  EXPECT_GT(meter.count, 2'900'000U);
}

// A network with branches and feedback: everybody visits the desk, one in three the specialist, all the till,
// and one in four comes back to the desk. Service is exponential, so each station is an M/M/c with the sum of
// its flows, and times add up (product form).
struct Network : Builder {
  static constexpr double kLambda = 2;
  struct Station {
    double visits, mu;
    int workers;
  };
  static constexpr Station kStations[] = {{1.25, 1, 4}, {0.3, 0.5, 2}, {1, 2.5, 1}};

  Network() {
    std::vector<EdgeId> to;
    for (const Station& station : kStations) {
      const ServiceId s = service("station", 1);
      of(s).workers = station.workers;
      of(s).cpu_millicores = station.workers * 1000;
      const auto mean = microseconds(static_cast<std::int64_t>(1e6 / station.mu));
      to.push_back(edge(users, operation(s, "job", {work(mean)})));
    }
    journey(kLambda, {call(to[0]), maybe(300, 1), call(to[1]), call(to[2]), maybe(250, 1), call(to[0])},
            3'600'000'000);
  }
  static double flow(int station) { return kLambda * kStations[station].visits; }
  static double sojourn_at(int station) {
    const Station& s = kStations[station];
    return erlang_c_sojourn(flow(station), s.mu, s.workers);
  }
};

TEST(Queueing, JacksonNetwork) {
  const Network network;
  constexpr auto kLength = seconds(24'000);
  // Customers present at each station, seen at equal steps.
  struct Present : Observer {
    double time[3] = {};
    std::uint64_t count[3] = {};
    SimTime from{kLength.us / 10};
    void on_task(const TaskRecord& r) override {
      if (r.arrived < from) return;
      time[r.operation.index()] += (r.end - r.arrived).seconds();
      ++count[r.operation.index()];
    }
  };
  double theory = 0;
  for (int station = 0; station < 3; ++station) {
    theory += Network::kStations[station].visits * Network::sojourn_at(station);
    expect_theory(replicate([&](std::uint64_t seed) {
                    Simulation s = network.simulate(seed);
                    Present present;
                    s.run_until(SimTime{0} + kLength, &present);
                    return present.time[station] / static_cast<double>(present.count[station]);
                  }),
                  Network::sojourn_at(station));
  }
  // Through the whole network: the sum over visits.
  expect_theory(replicate([&](std::uint64_t seed) {
                  Simulation s = network.simulate(seed);
                  Present present;
                  s.run_until(SimTime{0} + kLength, &present);
                  return (present.time[0] + present.time[1] + present.time[2]) /
                         static_cast<double>(present.count[2]);
                }),
                theory);
}

// Little's law, where requests are refused by a full queue as well: L = lambda W for those that enter. The
// difference of the two sides has an interval that holds 0 and is narrow.
TEST(Queueing, LittlesLaw) {
  Builder b = station(12, 2, work(milliseconds(200)));
  b.model.services[1].initial.queue_limit = 6;
  double l = 0;
  const Interval difference = replicate([&](std::uint64_t seed) {
    Simulation s = b.simulate(seed);
    Meter meter;
    double area = 0;
    constexpr int kSamples = 40'000;
    for (int i = 0; i < kSamples; ++i) {
      s.run_until(s.now() + milliseconds(50), &meter);
      area += static_cast<double>(s.tasks_in_flight());
    }
    l = area / kSamples;
    EXPECT_GT(meter.outcomes[static_cast<int>(Outcome::kQueueFull)], 1000U);
    return l - static_cast<double>(meter.count) / s.now().seconds() * meter.mean();
  });
  EXPECT_NEAR(difference.mean, 0, difference.half_width);
  EXPECT_LT(difference.half_width, 0.005 * l);
}

}  // namespace
}  // namespace incident::sim
