// Deadlines, hedging, bulkheads, admission control, rate limits and single-flight: the mechanics, and what
// emerges from them.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

// Keeps every answer's time, for percentiles.
struct Times : Meter {
  std::vector<double> seconds;
  void on_user(const UserRecord& r) override {
    Meter::on_user(r);
    if (r.outcome == Outcome::kOk) seconds.push_back((r.end - r.start).seconds());
  }
  double percentile(double p) {
    std::sort(seconds.begin(), seconds.end());
    return seconds[static_cast<std::size_t>(p * static_cast<double>(seconds.size() - 1))];
  }
};

void run_checked(Simulation& s, SimTime end, Observer* observer = nullptr) {
  for (SimTime t = s.now(); t < end;) {
    t = std::min(end, t + seconds(1));
    s.run_until(t, observer);
    ASSERT_EQ(s.broken_invariant(), "") << "at " << t.us;
  }
}

// users -> front -> back, both slow; the users wait half a second.
struct Chain : Builder {
  ServiceId front, back;
  EdgeId click, lookup;

  explicit Chain(double per_second, std::int64_t back_workers) {
    back = service("back", 1);
    of(back).workers = back_workers;
    of(back).queue_limit = 10'000;
    front = service("front", 1);
    lookup = edge(front, operation(back, "job", {delay(milliseconds(100), Shape::kConstant)}));
    click = edge(users, operation(front, "page", {call(lookup)}));
    of(click).timeout_us = 500'000;
    journey(per_second, {call(click)});
  }
  void propagate() {
    of(click).propagate_deadline = 1;
    of(lookup).propagate_deadline = 1;
  }
};

// After a burst the callee of callers that have gone works through their requests all the same, unless it
// knows. (While the overload lasts, deadlines alone do not help a queue: who begins just in time ends too
// late.)
TEST(Deadline, SparesTheCalleeTheBacklogThatNobodyWaitsFor) {
  PlannedChange burst;
  burst.at = SimTime{30'000'000};
  burst.settings.push_back({Builder::ref(PartKind::kJourney, "multiplier", 0), 0, 5000});
  burst.lasts = seconds(10);
  struct Refused : Observer {
    std::uint64_t late = 0;
    void on_task(const TaskRecord& r) override { late += r.outcome == Outcome::kDeadlineExceeded; }
  } refused;
  const auto failed_after = [&](bool propagate) {
    Chain b(12, 2);
    if (propagate) b.propagate();
    Simulation s = b.simulate(1, {{burst}});
    run_checked(s, SimTime{42'000'000}, propagate ? &refused : nullptr);
    const std::uint64_t before = s.user_totals().failed;
    run_checked(s, SimTime{90'000'000});
    return s.user_totals().failed - before;
  };
  EXPECT_GT(failed_after(false), 300U);
  EXPECT_LT(failed_after(true), 60U);
  EXPECT_GT(refused.late, 200U);
}

TEST(Deadline, BoundsWhatIsCalledNext) {
  // The first step takes all the time there is: the second is never sent.
  Builder b;
  const ServiceId back = b.service("back", 1);
  const ServiceId front = b.service("front", 1);
  const EdgeId next = b.edge(front, b.operation(back, "job", {}));
  const EdgeId click =
      b.edge(b.users, b.operation(front, "page", {delay(milliseconds(700), Shape::kConstant), call(next)}));
  b.of(click).timeout_us = 500'000;
  b.of(click).propagate_deadline = 1;
  b.of(next).propagate_deadline = 1;
  b.of(next).attempts = 3;
  b.journey(10, {call(click)});
  Simulation s = b.simulate(1);
  Meter m;
  run_checked(s, SimTime{30'000'000}, &m);
  EXPECT_EQ(m.attempts[static_cast<int>(Outcome::kOk)], 0U);
  EXPECT_NEAR(static_cast<double>(m.attempts[static_cast<int>(Outcome::kDeadlineExceeded)]),
              static_cast<double>(m.attempts[static_cast<int>(Outcome::kTimeout)]), 10.0);
}

// Ten instances of one worker; one request in twenty takes twenty times as long.
struct Tail : Builder {
  EdgeId click;
  ServiceId back;

  explicit Tail(double load) {
    back = service("back", 10);
    of(back).workers = 1;
    of(back).cpu_millicores = 1000;
    click = edge(users, operation(back, "job",
                                  {work(milliseconds(10), Shape::kExponential), maybe(20, 1),
                                   delay(milliseconds(200), Shape::kConstant)}));
    journey(load * 10 / 0.014, {call(click)});
  }
};

// Dean and Barroso 2013: the tail falls for a few percent more load, as long as there is room for it.
TEST(Hedging, CutsTheTailAtModerateLoadAndHurtsNearSaturation) {
  const auto p99 = [](double load, std::int64_t hedge_us, std::uint64_t& attempts) {
    Tail b(load);
    b.of(b.click).hedge_us = hedge_us;
    b.of(b.back).least_loaded = 1;
    Simulation s = b.simulate(3);
    Times t;
    run_checked(s, SimTime{60'000'000}, &t);
    attempts = t.attempts[static_cast<int>(Outcome::kOk)] + t.attempts[static_cast<int>(Outcome::kCancelled)];
    return t.percentile(0.99);
  };
  std::uint64_t plain = 0, hedged = 0;
  const double calm = p99(0.4, 0, plain), calm_hedged = p99(0.4, 60'000, hedged);
  EXPECT_GT(calm, 0.2);
  EXPECT_LT(calm_hedged, 0.6 * calm);
  EXPECT_LT(static_cast<double>(hedged), 1.1 * static_cast<double>(plain));
  const double busy = p99(0.9, 0, plain), busy_hedged = p99(0.9, 60'000, hedged);
  EXPECT_GT(busy_hedged, 1.2 * busy);
  EXPECT_GT(static_cast<double>(hedged), 1.1 * static_cast<double>(plain));
}

TEST(Hedging, TheSecondAttemptSavesTheCallWhoseFirstIsLost) {
  Builder b = station(20, 64, delay(milliseconds(5)));
  b.of(EdgeId(0)).loss_permille = 100;
  b.of(EdgeId(0)).timeout_us = 1'000'000;
  b.of(EdgeId(0)).hedge_us = 50'000;
  b.of(EdgeId(0)).attempts = 2;
  b.of(EdgeId(0)).network_us = 300;
  Simulation s = b.simulate(1);
  Times t;
  run_checked(s, SimTime{200'000'000}, &t);
  EXPECT_LT(t.percentile(0.985), 0.1);
  EXPECT_NEAR(static_cast<double>(s.user_totals().failed) / static_cast<double>(s.user_totals().all()),
              0.0001, 0.0015);
  EXPECT_NEAR(static_cast<double>(t.attempts[static_cast<int>(Outcome::kCancelled)]) /
                  static_cast<double>(s.user_totals().all()),
              0.1, 0.02);
}

TEST(Bulkhead, KeepsWorkersFreeForOtherDependencies) {
  const auto fast_ok = [](std::int64_t bulkhead) {
    Builder b;
    const ServiceId slow = b.service("slow", 1);
    const ServiceId fast = b.service("fast", 1);
    const ServiceId front = b.service("front", 1);
    b.of(front).workers = 10;
    b.of(front).queue_limit = 10;
    const EdgeId bad = b.edge(front, b.operation(slow, "job", {delay(seconds(5), Shape::kConstant)}));
    const EdgeId good = b.edge(front, b.operation(fast, "job", {delay(milliseconds(10))}));
    b.of(bad).bulkhead = bulkhead;
    b.of(bad).attempts = 2;
    b.journey(10, {call(b.edge(b.users, b.operation(front, "reports", {call(bad)})))});
    const JourneyId fine = b.journey(20, {call(b.edge(b.users, b.operation(front, "pages", {call(good)})))});
    Simulation s = b.simulate(1);
    run_checked(s, SimTime{60'000'000});
    const UserTotals t = s.user_totals(fine);
    return static_cast<double>(t.ok) / static_cast<double>(t.all());
  };
  EXPECT_LT(fast_ok(0), 0.3);
  EXPECT_GT(fast_ok(4), 0.99);
}

// Goodput of a service whose callers wait one second, offered 150 % of what it can do.
double goodput(const std::function<void(ServiceParameters&)>& change, Meter* meter = nullptr) {
  Builder b = station(150, 4, work(milliseconds(40)));
  b.of(ServiceId(1)).queue_limit = 2000;
  b.of(EdgeId(0)).timeout_us = 1'000'000;
  change(b.of(ServiceId(1)));
  Simulation s = b.simulate(1);
  run_checked(s, SimTime{30'000'000});
  const std::uint64_t before = s.user_totals().ok;
  run_checked(s, SimTime{90'000'000}, meter);
  return static_cast<double>(s.user_totals().ok - before) / 60.0;
}

TEST(Admission, GoodputCollapsesWithoutSheddingAndHoldsWithIt) {
  EXPECT_LT(goodput([](ServiceParameters&) {}), 5);
  EXPECT_GT(goodput([](ServiceParameters& p) { p.codel_target_us = 50'000; }), 85);
  EXPECT_GT(goodput([](ServiceParameters& p) { p.concurrency_target_us = 300'000; }), 85);
  EXPECT_GT(goodput([](ServiceParameters& p) { p.rate_limit = 90'000; }), 80);
}

TEST(Admission, LetsEverybodyInWhileThereIsRoom) {
  for (const int rule : {0, 1, 2}) {
    Builder b = station(50, 4, work(milliseconds(40)));
    if (rule == 0) b.of(ServiceId(1)).codel_target_us = 50'000;
    if (rule == 1) b.of(ServiceId(1)).concurrency_target_us = 500'000;
    if (rule == 2) b.of(ServiceId(1)).rate_limit = 80'000;
    if (rule == 2) b.of(ServiceId(1)).rate_burst = 30;
    Simulation s = b.simulate(1);
    run_checked(s, SimTime{200'000'000});
    EXPECT_LT(static_cast<double>(s.user_totals().failed), 0.02 * static_cast<double>(s.user_totals().all()))
        << rule;
  }
}

TEST(RateLimit, RefusesWhatIsOverTheRateForOneClientOnly) {
  Builder b;
  const ServiceId provider = b.service("provider", 1, ServiceKind::kExternal);
  const OperationId charge = b.operation(provider, "charge", {delay(milliseconds(20))});
  const ServiceId shop = b.service("shop", 2), office = b.service("office", 1);
  const EdgeId mine = b.edge(shop, charge), theirs = b.edge(office, charge);
  b.of(mine).rate_limit = 10'000;
  b.of(mine).rate_burst = 5;
  const JourneyId buy = b.journey(30, {call(b.edge(b.users, b.operation(shop, "buy", {call(mine)})))});
  const JourneyId book = b.journey(30, {call(b.edge(b.users, b.operation(office, "book", {call(theirs)})))});
  Simulation s = b.simulate(1);
  Meter m;
  run_checked(s, SimTime{100'000'000}, &m);
  EXPECT_NEAR(static_cast<double>(s.user_totals(buy).ok), 1005, 12);
  EXPECT_EQ(s.user_totals(book).failed, 0U);
  EXPECT_NEAR(static_cast<double>(m.attempts[static_cast<int>(Outcome::kRateLimited)]), 2000, 150);
}

// One popular key that takes a second to load; every request wants it.
struct Stampede : Builder {
  ServiceId store, app;
  CacheId cache;

  Stampede() {
    const ServiceId memory = service("memory", 1, ServiceKind::kCache);
    store = service("store", 1);
    of(store).workers = 4;
    of(store).queue_limit = 100;
    app = service("app", 2);
    CacheSpec spec;
    spec.service = memory;
    spec.name = "page";
    spec.keys = 1;
    spec.initial.ttl_us = 20'000'000;
    model.caches.push_back(spec);
    cache = CacheId(0);
    const EdgeId get = edge(app, operation(memory, "get", {}));
    const EdgeId load = edge(app, operation(store, "load", {delay(seconds(1), Shape::kConstant)}));
    const OperationId page =
        operation(app, "page", {cache_get(cache, get, 2), call(load), cache_put(cache, get)});
    journey(50, {call(edge(users, page))}, 3'000'000);
  }
};

TEST(SingleFlight, LoadsAKeyOnceForEachInstance) {
  Stampede many, one;
  one.model.caches[0].initial.single_flight = 1;
  Simulation a = many.simulate(1), b = one.simulate(1);
  Meter loads_many, loads_one;
  run_checked(a, SimTime{100'000'000}, &loads_many);
  run_checked(b, SimTime{100'000'000}, &loads_one);
  // Five expiries; each is a second of fifty misses, or one load for each of the two instances.
  EXPECT_GT(a.user_totals().harmed(), 80U);
  EXPECT_EQ(b.user_totals().harmed(), 0U);
  const auto calls = [](const Meter& m) { return m.attempts[static_cast<int>(Outcome::kOk)]; };
  EXPECT_GT(calls(loads_many), calls(loads_one) + 200);
}

TEST(SingleFlight, SharesTheLeadersFailure) {
  Stampede b;
  b.model.caches[0].initial.single_flight = 1;
  b.model.operations[1].initial.error_permille = 1000;  // the store
  Simulation s = b.simulate(1);
  run_checked(s, SimTime{20'000'000});
  EXPECT_EQ(s.user_totals().ok, 0U);
  EXPECT_GT(s.user_totals().failed, 800U);
}

// A restart in the middle of a load takes the leader and everybody who waits with it.
TEST(SingleFlight, EndsWithItsInstance) {
  Stampede b;
  b.model.caches[0].initial.single_flight = 1;
  Simulation s = b.simulate(1);
  run_checked(s, SimTime{500'000});
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, s.instances_of(b.app)[0].value, 0}).has_value());
  run_checked(s, SimTime{60'000'000});
  EXPECT_GT(s.user_totals().ok, 2500U);
}

TEST(Guards, CopiesRunTheSameCourse) {
  Chain b(40, 2);
  b.propagate();
  b.of(b.lookup).hedge_us = 150'000;
  b.of(b.lookup).bulkhead = 8;
  b.of(b.back).codel_target_us = 20'000;
  b.of(b.back).concurrency_target_us = 200'000;
  b.of(b.back).rate_limit = 30'000;
  Simulation s = b.simulate(7);
  run_checked(s, SimTime{10'000'000});
  Simulation copy = s;
  EXPECT_EQ(copy.hash(), s.hash());
  run_checked(s, SimTime{20'000'000});
  copy.run_until(SimTime{20'000'000});
  EXPECT_EQ(copy.hash(), s.hash());
}

}  // namespace
}  // namespace incident::sim
