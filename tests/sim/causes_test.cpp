// What a causal change touches carries its bit, up to the customer, and nothing does before it or once it is
// put back.
#include <gtest/gtest.h>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

// Two journeys through one database: reports use the slow statement, pages the fast one.
struct Shared : Builder {
  ServiceId database, app;
  OperationId report;
  JourneyId reports, pages;
  EdgeId page_edge;

  Shared() {
    database = service("database", 1, ServiceKind::kDatabase);
    of(database).workers = 16;
    of(database).cpu_millicores = 4000;
    app = service("app", 2);
    report = operation(database, "report", {work(milliseconds(20))});
    const OperationId lookup = operation(database, "lookup", {work(milliseconds(2))});
    const EdgeId report_edge = edge(app, report);
    page_edge = edge(app, lookup);
    reports = journey(40, {call(edge(users, operation(app, "GET /report", {call(report_edge)})))});
    pages = journey(100, {call(edge(users, operation(app, "GET /page", {call(page_edge)})))});
  }
  static Plan plan(ParameterRef target, std::int64_t value, bool causal) {
    PlannedChange c;
    c.at = SimTime{20'000'000};
    c.causal = causal;
    c.settings.push_back({target, 0, value});
    return {{c}};
  }
};

struct ByJourney : Observer {
  std::uint64_t all[2] = {}, touched[2] = {};
  void on_user(const UserRecord& r) override {
    ++all[r.journey.index()];
    touched[r.journey.index()] += r.cause != 0;
  }
  double share(JourneyId j) const {
    return static_cast<double>(touched[j.index()]) / static_cast<double>(all[j.index()]);
  }
};

TEST(Causes, ASlowStatementTouchesItsCallersAndWhoWaitsBehindIt) {
  const Shared b;
  const ParameterRef cost = Builder::ref(PartKind::kOperation, "cpu_factor", b.report.index());
  Simulation s = b.simulate(1, Shared::plan(cost, 6000, true));
  ByJourney before, during, after;
  s.run_until(SimTime{20'000'000 - 1}, &before);
  EXPECT_EQ(before.touched[0] + before.touched[1], 0U);
  s.run_until(SimTime{25'000'000});
  s.run_until(SimTime{60'000'000}, &during);
  EXPECT_GT(during.share(b.reports), 0.99);
  EXPECT_GT(during.share(b.pages), 0.5);
  ASSERT_TRUE(s.begin({ActionKind::kRevertChange, {}, 0, 0}).has_value());
  s.run_until(SimTime{120'000'000});
  s.run_until(SimTime{160'000'000}, &after);
  EXPECT_EQ(after.touched[0] + after.touched[1], 0U);
}

TEST(Causes, ARedHerringTouchesNothing) {
  const Shared b;
  const ParameterRef cost = Builder::ref(PartKind::kOperation, "cpu_factor", b.report.index());
  Simulation s = b.simulate(1, Shared::plan(cost, 1500, false));
  ByJourney all;
  s.run_until(SimTime{60'000'000}, &all);
  EXPECT_EQ(all.touched[0] + all.touched[1], 0U);
}

TEST(Causes, AnEdgeTouchesItsOwnCallsOnly) {
  const Shared b;
  const ParameterRef network = Builder::ref(PartKind::kEdge, "network", b.page_edge.index());
  Simulation s = b.simulate(1, Shared::plan(network, 50'000, true));
  s.run_until(SimTime{21'000'000});
  ByJourney during;
  s.run_until(SimTime{60'000'000}, &during);
  EXPECT_EQ(during.share(b.pages), 1.0);
  EXPECT_EQ(during.share(b.reports), 0.0);
}

TEST(Causes, TheKthCausalChangeHasBitK) {
  Plan plan;
  for (const bool causal : {false, true, false, true}) {
    plan.changes.emplace_back();
    plan.changes.back().causal = causal;
  }
  EXPECT_EQ(causes_of(plan), (std::vector<CauseMask>{0, 1, 0, 2}));
}

}  // namespace
}  // namespace incident::sim
