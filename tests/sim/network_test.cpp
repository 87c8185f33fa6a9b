// What lies between services: names, certificates, secrets, clocks, links, and the faults of routes and code.
#include <gtest/gtest.h>

#include <algorithm>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

constexpr int at(Outcome o) {
  return static_cast<int>(o);
}

void run_checked(Simulation& s, SimTime end, Observer* observer = nullptr) {
  for (SimTime t = s.now(); t < end;) {
    t = std::min(end, t + seconds(1));
    s.run_until(t, observer);
    ASSERT_EQ(s.broken_invariant(), "") << "at " << t.us;
  }
}

// users -> app (two instances) -> back, twenty requests a second.
struct Way : Builder {
  ServiceId back, app;
  EdgeId click, lookup;
  OperationId job, page;
  Plan plan;

  explicit Way(bool database = false) {
    back = service("back", 2, database ? ServiceKind::kDatabase : ServiceKind::kApplication);
    of(back).startup_us = 2'000'000;
    app = service("app", 2);
    of(app).startup_us = 2'000'000;
    job = operation(back, "job", {delay(milliseconds(5))});
    const PoolId connections = database ? pool(app, back, 5) : PoolId();
    lookup = edge(app, job, connections);
    of(lookup).timeout_us = 1'000'000;
    of(lookup).network_us = 200;
    page = operation(app, "page", {call(lookup)});
    click = edge(users, page);
    of(click).timeout_us = 3'000'000;
    journey(20, {call(click)});
  }
  void change(double at_seconds, PartKind kind, std::string_view parameter, std::size_t part,
              std::int64_t value, double lasts = 0) {
    PlannedChange c;
    c.at = SimTime{static_cast<std::int64_t>(at_seconds * 1e6)};
    c.causal = true;
    c.service = back;
    c.settings.push_back({ref(kind, parameter, part), 0, value});
    c.lasts = Duration{static_cast<std::int64_t>(lasts * 1e6)};
    plan.changes.push_back(c);
  }
  void named() {
    model.resolvers.push_back({"cluster-dns", {}});
    model.dns_names.push_back({"back.internal", back, ResolverId(0), {}});
  }
  void certified() { model.certificates.push_back({"back-tls", back, {}}); }
  void secured() { model.secrets.push_back({"back-password", back, {app}, {}}); }
  void linked() { model.links.push_back({"gateway", {app}, {back}, {}}); }
  Simulation start() const { return simulate(1, plan); }
};

// Failed requests from now until `end`, of all.
double failed_share(Simulation& s, SimTime end, Meter* meter = nullptr) {
  const UserTotals before = s.user_totals();
  run_checked(s, end, meter);
  const UserTotals after = s.user_totals();
  return static_cast<double>(after.failed - before.failed) / static_cast<double>(after.all() - before.all());
}

constexpr SimTime sec(std::int64_t s) {
  return SimTime{s * 1'000'000};
}

void act(Simulation& s, ActionKind kind, std::uint32_t target, std::int64_t value = 0) {
  const auto begun = s.begin({kind, {}, target, value});
  ASSERT_TRUE(begun.has_value()) << begun.error().message;
}

// DynamoDB, October 2025: the record goes, the service is healthy; who has kept the answer goes on for a
// while.
TEST(Dns, ADeletedRecordIsNoticedWhenItsTimeToLiveIsOver) {
  Way b;
  b.named();
  b.change(40, PartKind::kDnsName, "deleted", 0, 1);
  Simulation s = b.start();
  EXPECT_EQ(failed_share(s, sec(40)), 0);
  Meter m;
  const double soon = failed_share(s, sec(70), &m);
  EXPECT_GT(soon, 0.2);
  EXPECT_LT(soon, 0.98);
  EXPECT_EQ(failed_share(s, sec(100), &m), 1);
  EXPECT_GT(m.attempts[at(Outcome::kDnsFailure)], 500U);
  EXPECT_NE(m.causes, 0U);
  // Restarting what is healthy does not help.
  Simulation restarted = s;
  act(restarted, ActionKind::kRestart, b.back.value);
  restarted.run_until(sec(130));
  EXPECT_EQ(failed_share(restarted, sec(150)), 1);
  act(s, ActionKind::kRestoreRecord, 0);
  s.run_until(sec(137));
  EXPECT_LT(failed_share(s, sec(170)), 0.01);
}

TEST(Dns, AStaleRecordLeadsNowhereAndAFlushEndsIt) {
  Way b;
  b.named();
  b.model.dns_names[0].initial.ttl_us = 300'000'000;
  b.change(10, PartKind::kDnsName, "stale", 0, 1, 20);
  Simulation s = b.start();
  s.run_until(sec(11));
  act(s, ActionKind::kFlushDns, 0);  // at a bad moment: now everybody learns the wrong address
  Meter m;
  EXPECT_GT(failed_share(s, sec(60), &m), 0.8);
  EXPECT_GT(m.attempts[at(Outcome::kTimeout)], 500U);
  act(s, ActionKind::kFlushDns, 0);
  s.run_until(sec(67));
  EXPECT_LT(failed_share(s, sec(90)), 0.01);
}

// ndots: five questions for each look-up, and a resolver that takes fewer.
TEST(Dns, TheSearchPathExhaustsTheResolver) {
  Way b;
  b.named();
  b.model.dns_names[0].initial.ttl_us = 0;  // nobody keeps answers
  b.model.resolvers[0].initial.rate_limit = 60'000;
  Simulation fine = b.start();
  EXPECT_LT(failed_share(fine, sec(60)), 0.01);
  b.model.dns_names[0].initial.queries = 5;
  Simulation s = b.start();
  Meter m;
  EXPECT_GT(failed_share(s, sec(60), &m), 0.2);
  EXPECT_GT(m.attempts[at(Outcome::kTimeout)], 100U);  // five seconds a question, the caller waits one
}

TEST(Dns, OpenConnectionsNeedNoName) {
  Way b(true);
  b.named();
  b.change(10, PartKind::kDnsName, "deleted", 0, 1);
  Simulation s = b.start();
  s.run_until(sec(50));
  EXPECT_LT(failed_share(s, sec(100)), 0.15);  // now and then one more is opened
}

TEST(Certificate, ExpiresForNewConnectionsAndRenewalNeedsAReload) {
  Way b;
  b.certified();
  b.model.certificates[0].initial.not_after_us = 30'000'000;
  b.model.certificates[0].initial.auto_reload = 0;
  Simulation s = b.start();
  EXPECT_EQ(failed_share(s, sec(30)), 0);
  Meter m;
  EXPECT_EQ(failed_share(s, sec(40), &m), 1);
  EXPECT_GT(m.attempts[at(Outcome::kTlsFailure)], 150U);
  act(s, ActionKind::kRenewCertificate, 0);
  s.run_until(sec(101));
  EXPECT_EQ(failed_share(s, sec(110)), 1);  // still the old one in memory
  Simulation reloaded = s;
  act(reloaded, ActionKind::kReloadCertificate, 0);
  reloaded.run_until(sec(116));
  EXPECT_EQ(failed_share(reloaded, sec(130)), 0);
  act(s, ActionKind::kRestart, b.back.value);
  s.run_until(sec(125));
  EXPECT_EQ(failed_share(s, sec(140)), 0);
}

// Let's Encrypt, September 2021: only clients with an old trust store fail, from one moment on.
TEST(Certificate, AnExpiredRootFailsOldClientsOnly) {
  Way b;
  b.model.certificates.push_back({"app-tls", b.app, {}});
  b.model.certificates[0].initial.chain_not_after_us = 30'000'000;
  b.of(b.click).old_clients_permille = 250;
  Simulation s = b.start();
  EXPECT_EQ(failed_share(s, sec(30)), 0);
  EXPECT_NEAR(failed_share(s, sec(130)), 0.25, 0.03);
  act(s, ActionKind::kRenewCertificate, 0);
  s.run_until(sec(195));
  EXPECT_NEAR(failed_share(s, sec(295)), 0.25, 0.03);  // the leaf was never the problem
}

TEST(Certificate, AClockThatIsWrongRefusesAGoodOne) {
  Way b;
  b.certified();
  b.model.certificates[0].initial.not_before_us = -600'000'000;
  Simulation probe = b.start();
  const InstanceId one = probe.instances_of(b.app)[0];
  b.change(10, PartKind::kInstance, "clock_drift", one.index(), -3'600'000'000);
  Simulation s = b.start();
  s.run_until(sec(11));
  EXPECT_NEAR(failed_share(s, sec(60)), 0.5, 0.02);
  act(s, ActionKind::kSyncClock, one.value);
  s.run_until(sec(71));
  EXPECT_EQ(failed_share(s, sec(90)), 0);
}

TEST(Secret, ARotationLeavesClientsBehindUntilTheyLoadIt) {
  Way b;
  b.secured();
  b.change(20, PartKind::kSecret, "accepted_from", 0, 2);
  b.plan.changes[0].settings.push_back({Builder::ref(PartKind::kSecret, "version", 0), 0, 2});
  Simulation s = b.start();
  EXPECT_EQ(failed_share(s, sec(20)), 0);
  Meter m;
  EXPECT_GT(failed_share(s, sec(30), &m), 0.99);
  EXPECT_GT(m.attempts[at(Outcome::kUnauthorized)], 150U);
  // Half of it after one of two clients has restarted.
  Simulation half = s;
  act(half, ActionKind::kRestartInstance, half.instances_of(b.app)[0].value);
  half.run_until(sec(35));
  EXPECT_NEAR(failed_share(half, sec(60)), 0.5, 0.02);
  act(s, ActionKind::kSyncSecret, 0);
  s.run_until(sec(46));
  EXPECT_EQ(failed_share(s, sec(60)), 0);
  // And a rotation by hand does it again.
  act(s, ActionKind::kRotateSecret, 0);
  s.run_until(sec(71));
  EXPECT_GT(failed_share(s, sec(80)), 0.99);
}

TEST(Secret, OpenDatabaseConnectionsLiveOn) {
  Way b(true);
  b.secured();
  b.change(20, PartKind::kSecret, "accepted_from", 0, 2);
  Simulation s = b.start();
  s.run_until(sec(21));
  EXPECT_LT(failed_share(s, sec(60)), 0.2);
  act(s, ActionKind::kRestart, b.app.value);
  s.run_until(sec(75));
  EXPECT_GT(failed_share(s, sec(100)), 0.99);  // now every connection is a new one
}

TEST(Secret, AReloadPeriodHealsARotationByItself) {
  Way b;
  b.secured();
  b.model.secrets[0].initial.reload_us = 30'000'000;
  b.change(20, PartKind::kSecret, "accepted_from", 0, 2);
  b.plan.changes[0].settings.push_back({Builder::ref(PartKind::kSecret, "version", 0), 0, 2});
  Simulation s = b.start();
  s.run_until(sec(20));
  EXPECT_GT(failed_share(s, sec(29)), 0.99);
  s.run_until(sec(31));
  EXPECT_EQ(failed_share(s, sec(60)), 0);
}

TEST(Secret, RevokedMissingAndSkewed) {
  Way b;
  b.secured();
  b.model.secrets[0].initial.max_skew_us = 300'000'000;
  Simulation probe = b.start();
  b.change(10, PartKind::kSecret, "revoked", 0, 1, 10);
  b.change(30, PartKind::kSecret, "missing", 0, 1, 10);
  b.change(50, PartKind::kInstance, "clock_drift", probe.instances_of(b.app)[0].index(), 400'000'000);
  Simulation s = b.start();
  Meter revoked, missing, skewed;
  run_checked(s, sec(25), &revoked);
  run_checked(s, sec(45), &missing);
  run_checked(s, sec(70), &skewed);
  EXPECT_NEAR(static_cast<double>(revoked.attempts[at(Outcome::kForbidden)]), 200, 60);
  EXPECT_NEAR(static_cast<double>(missing.attempts[at(Outcome::kUnauthorized)]), 200, 60);
  EXPECT_NEAR(static_cast<double>(skewed.attempts[at(Outcome::kUnauthorized)]), 200, 60);
}

TEST(Link, APartitionOfEitherDirectionTimesOutAndAPolicyRefuses) {
  for (const std::string_view parameter : {"blocked", "blocked_back", "refused"}) {
    Way b;
    b.linked();
    b.change(10, PartKind::kLink, parameter, 0, 1);
    Simulation s = b.start();
    EXPECT_EQ(failed_share(s, sec(10)), 0);
    Meter m;
    s.run_until(sec(12));
    EXPECT_EQ(failed_share(s, sec(30), &m), 1) << parameter;
    const Outcome expected = parameter == "refused" ? Outcome::kUnreachable : Outcome::kTimeout;
    EXPECT_GT(m.attempts[at(expected)], 300U) << parameter;
    // With answers lost the callee works all the same.
    EXPECT_EQ(s.instance(s.instances_of(b.back)[0]).busy_workers, 0U);
    act(s, ActionKind::kSetLinkPolicy, 0, 1);
    s.run_until(sec(42));
    EXPECT_EQ(failed_share(s, sec(60)), 0) << parameter;
  }
}

TEST(Link, LossIsATailOfRetransmissionsFirst) {
  Way b;
  b.linked();
  b.model.links[0].initial.loss_permille = 20;
  Simulation s = b.start();
  struct Slow : Meter {
    std::uint64_t slow = 0;
    void on_call(const CallRecord& r) override {
      Meter::on_call(r);
      slow += r.end - r.start > milliseconds(200);
    }
  } m;
  EXPECT_LT(failed_share(s, sec(200), &m), 0.005);
  EXPECT_NEAR(static_cast<double>(m.slow) / 4000, 2 * 0.04, 0.03);  // both directions, seen by both calls
}

// Answers larger than what fits vanish; small ones, and the health checks, are fine.
TEST(Link, AnMtuBlackHoleSwallowsLargeAnswersOnly) {
  Way b;
  b.linked();
  const OperationId list = b.operation(b.back, "list", {delay(milliseconds(5))});
  const EdgeId large = b.edge(b.app, list);
  b.of(large).timeout_us = 1'000'000;
  b.of(large).response_bytes = 60'000;
  const JourneyId lists = b.journey(10, {call(b.edge(b.users, b.operation(b.app, "lists", {call(large)})))});
  b.change(10, PartKind::kLink, "mtu", 0, 9'000);
  Simulation s = b.start();
  run_checked(s, sec(60));
  EXPECT_EQ(s.user_totals(JourneyId(0)).failed, 0U);
  EXPECT_GT(s.user_totals(lists).failed, 450U);
}

// A transit gateway that does not grow with the morning (Slack, January 2021).
TEST(Link, ASaturatedGatewayDelaysAndDrops) {
  Way b;
  b.linked();
  b.of(b.lookup).response_bytes = 50'000;
  b.model.links[0].initial.bytes_per_s = 1'500'000;  // twenty a second need one million
  Simulation s = b.start();
  EXPECT_LT(failed_share(s, sec(60)), 0.01);
  b.change(10, PartKind::kJourney, "multiplier", 0, 2000);
  Simulation morning = b.start();
  morning.run_until(sec(11));
  Meter m;
  EXPECT_GT(failed_share(morning, sec(60), &m), 0.02);
  EXPECT_LT(m.attempts[at(Outcome::kOk)], 4000U);
}

TEST(Route, WrongPortForbiddenMisroutedAndTooLarge) {
  Way b;
  b.change(10, PartKind::kEdge, "wrong_port", b.lookup.index(), 1, 10);
  b.change(30, PartKind::kEdge, "forbidden", b.lookup.index(), 1, 10);
  b.change(50, PartKind::kEdge, "misroute", b.lookup.index(), 500, 10);
  b.change(70, PartKind::kOperation, "max_size", b.job.index(), 500, 10);
  b.of(b.lookup).attempts = 3;
  b.of(b.lookup).backoff_us = 1'000;
  b.of(b.lookup).propagate_deadline = 1;
  Simulation s = b.start();
  Meter m[4];
  for (int i = 0; i < 4; ++i) run_checked(s, sec(25 + 20 * i), &m[i]);
  EXPECT_NEAR(static_cast<double>(m[0].attempts[at(Outcome::kConnectionRefused)]), 600, 150);  // tried again
  EXPECT_NEAR(static_cast<double>(m[1].attempts[at(Outcome::kForbidden)]), 200, 60);           // not
  EXPECT_NEAR(static_cast<double>(m[2].attempts[at(Outcome::kNotFound)]), 100, 40);
  EXPECT_NEAR(static_cast<double>(m[3].attempts[at(Outcome::kTooLarge)]), 200, 60);
  EXPECT_EQ(failed_share(s, sec(100)), 0);
}

TEST(Code, AnNPlusOneQueryMultipliesCallsAndTime) {
  Way b;
  b.change(30, PartKind::kEdge, "repeat", b.lookup.index(), 40);
  Simulation s = b.start();
  Meter before, after;
  run_checked(s, sec(30), &before);
  run_checked(s, sec(33));
  run_checked(s, sec(60), &after);
  const double rate_before = static_cast<double>(before.attempts[at(Outcome::kOk)]) / 30;
  const double rate_after = static_cast<double>(after.attempts[at(Outcome::kOk)]) / 27;
  EXPECT_NEAR(rate_after / rate_before, 41.0 / 2, 3);  // forty-one calls where there were two
  EXPECT_GT(after.mean(), 20 * before.mean());
}

// Cloudflare, November 2025: a generated file outgrows a fixed limit, and errors come and go with its size.
TEST(Code, AFilePastItsLimitFailsEveryRequest) {
  Way b;
  b.of(b.back).file_limit = 200'000;
  b.of(b.back).file_bytes = 60'000;
  b.change(10, PartKind::kService, "file_size", b.back.index(), 240'000, 10);
  Simulation s = b.start();
  EXPECT_EQ(failed_share(s, sec(10)), 0);
  EXPECT_GT(failed_share(s, sec(20)), 0.97);
  EXPECT_EQ(failed_share(s, sec(40)), 0);
}

// Google Cloud, June 2025: a policy with an empty field ends every process that meets it.
TEST(Code, ACrashTakesTheProcessAndItStartsIntoTheSame) {
  Way b;
  b.change(10, PartKind::kOperation, "crashes", b.job.index(), 100, 30);
  Simulation s = b.start();
  run_checked(s, sec(10));
  Meter m;
  EXPECT_GT(failed_share(s, sec(40), &m), 0.3);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kProcessCrashed)], 8U);
  EXPECT_GT(s.instance(s.instances_of(b.back)[0]).restarts, 3U);
  EXPECT_GT(m.attempts[at(Outcome::kConnectionReset)], 8U);
  s.run_until(sec(45));
  EXPECT_EQ(failed_share(s, sec(60)), 0);
}

TEST(Orchestrator, WithoutAdmissionNothingNewStartsAndWhatRunsGoesOn) {
  Way b;
  b.change(10, PartKind::kService, "admission", b.back.index(), 0, 50);
  Simulation s = b.start();
  run_checked(s, sec(12));
  Meter m;
  s.run_until(sec(13), &m);
  ASSERT_TRUE(s.begin({ActionKind::kRestart, {}, b.back.value, 0}, &m).has_value());
  EXPECT_EQ(failed_share(s, sec(60), &m), 0);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kAdmissionDenied)], 0U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kRunning);
  EXPECT_EQ(failed_share(s, sec(80)), 0);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
}

TEST(Network, CopiesRunTheSameCourseAndShowInTheHash) {
  Way b;
  b.named();
  b.certified();
  b.secured();
  b.linked();
  b.model.links[0].initial.loss_permille = 30;
  b.model.links[0].initial.jitter_us = 3'000;
  b.model.links[0].initial.bytes_per_s = 200'000;
  b.change(10, PartKind::kDnsName, "deleted", 0, 1, 10);
  b.change(15, PartKind::kOperation, "crashes", b.job.index(), 20, 10);
  Simulation s = b.start();
  run_checked(s, sec(12));
  Simulation copy = s;
  EXPECT_EQ(copy.hash(), s.hash());
  run_checked(s, sec(40));
  copy.run_until(sec(40));
  EXPECT_EQ(copy.hash(), s.hash());
  act(copy, ActionKind::kRotateSecret, 0);
  copy.run_until(sec(60));
  s.run_until(sec(60));
  EXPECT_NE(copy.hash(), s.hash());
}

}  // namespace
}  // namespace incident::sim
