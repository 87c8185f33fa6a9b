// Deploys, rollbacks, scaling, restarts, health checks, changes and what players' actions do to them.
#include <gtest/gtest.h>

#include "models.h"

namespace incident::sim {
namespace {

using namespace testing;

struct Deployed : Builder {
  ServiceId app;
  OperationId page;
  RevisionId good, bad;
  FlagId flag;
  ConfigKeyId workers;

  explicit Deployed(std::int64_t error_permille = 300) {
    app = service("app", 3);
    of(app).probe_interval_us = 1'000'000;
    good = RevisionId(1);
    bad = revision(app, {1000, error_permille, 0});
    model.services[app.index()].probe = operation(app, "health", {work(microseconds(100))});
    model.flags.push_back({"slow-path", app, {0}});
    flag = FlagId(0);
    page = operation(app, "page", {work(milliseconds(5)), if_flag(flag, 1), delay(seconds(3))});
    const EdgeId e = edge(users, page);
    of(e).network_us = 1000;
    journey(50, {call(e)});
    workers = key(app, PartKind::kService, "workers", app.index());
  }
  Plan deploy() const {
    PlannedChange c;
    c.at = SimTime{60'000'000};
    c.kind = ChangeKind::kDeploy;
    c.service = app;
    c.revision = bad;
    c.causal = true;
    return {{c}};
  }
  std::size_t running(const Simulation& s, RevisionId r) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app)) {
      n += s.instance(i).state == InstanceState::kReady && s.instance(i).revision == r;
    }
    return n;
  }
};

TEST(Deploy, RollsOneByOneWithoutLosingRequestsAndCanBeRolledBack) {
  const Deployed b;
  Simulation s = b.simulate(1, b.deploy());
  Meter m;
  s.run_until(SimTime{60'000'000}, &m);
  EXPECT_EQ(s.user_totals().failed, 0U);
  EXPECT_EQ(m.causes, 0U);
  s.run_until(SimTime{69'000'000}, &m);
  EXPECT_EQ(b.running(s, b.bad), 1U);
  s.run_until(SimTime{120'000'000}, &m);
  EXPECT_EQ(b.running(s, b.bad), 3U);
  EXPECT_EQ(b.running(s, b.good), 0U);
  EXPECT_EQ(s.revision_of(b.app), b.bad);
  EXPECT_GT(m.outcomes[static_cast<int>(Outcome::kError)], 100U);
  EXPECT_EQ(m.outcomes[static_cast<int>(Outcome::kConnectionReset)], 0U);
  EXPECT_EQ(m.causes, 1U);
  ASSERT_EQ(s.change_count(), 1U);
  EXPECT_EQ(s.change(ChangeId(0)).from, b.good);
  EXPECT_EQ(s.change(ChangeId(0)).to, b.bad);

  const auto preview = s.preview({ActionKind::kRollback, {}, b.app.value, 0});
  ASSERT_TRUE(preview.has_value());
  ASSERT_TRUE(s.begin({ActionKind::kRollback, {}, b.app.value, 0}).has_value());
  s.run_until(s.now() + preview->takes + seconds(5), &m);
  EXPECT_EQ(b.running(s, b.good), 3U);
  const ActionView action = s.action(ActionId(0));
  EXPECT_EQ(action.state, ActionState::kDone);
  EXPECT_EQ(action.cause, 1U);
  EXPECT_LE((action.ended - action.begun).us, preview->takes.us);
  EXPECT_TRUE(s.change(ChangeId(0)).reverted);
  EXPECT_EQ(s.change(ChangeId(1)).to, b.good);
  const auto failed = s.user_totals().failed;
  s.run_until(s.now() + seconds(60), &m);
  EXPECT_EQ(s.user_totals().failed, failed);
  EXPECT_FALSE(s.begin({ActionKind::kRollback, {}, b.app.value, b.good.value + 1}).has_value());
}

TEST(Deploy, StandsStillWhenTheNewVersionIsUnhealthy) {
  Deployed b(900);
  b.of(b.app).probe_fall = 1;
  Simulation s = b.simulate(1, b.deploy());
  s.run_until(SimTime{300'000'000});
  EXPECT_GE(b.running(s, b.good), 1U);
  ASSERT_TRUE(s.begin({ActionKind::kRollback, {}, b.app.value, 0}).has_value());
  s.run_until(s.now() + seconds(60));
  EXPECT_EQ(b.running(s, b.good), 3U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
}

TEST(Deploy, WorksWithoutASpareSlot) {
  Deployed b;
  b.model.services[b.app.index()].instances_max = 3;
  Simulation s = b.simulate(1, b.deploy());
  s.run_until(SimTime{120'000'000});
  EXPECT_EQ(b.running(s, b.bad), 3U);
}

TEST(Scale, UpAndDown) {
  const Deployed b;
  Simulation s = b.simulate(1);
  s.run_until(SimTime{10'000'000});
  EXPECT_FALSE(s.begin({ActionKind::kScale, {}, b.app.value, 3}).has_value());
  EXPECT_FALSE(s.begin({ActionKind::kScale, {}, b.app.value, 8}).has_value());
  ASSERT_TRUE(s.begin({ActionKind::kScale, {}, b.app.value, 6}).has_value());
  s.run_until(s.now() + seconds(9));
  EXPECT_EQ(b.running(s, b.good), 6U);
  ASSERT_TRUE(s.begin({ActionKind::kScale, {}, b.app.value, 2}).has_value());
  s.run_until(s.now() + seconds(9));
  EXPECT_EQ(b.running(s, b.good), 2U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  EXPECT_EQ(s.action(ActionId(1)).state, ActionState::kDone);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Restart, CutsRequestsInProgressAndTellsBefore) {
  Deployed b;
  b.model.flags[0].initial.on = 1;  // each page takes three seconds
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{10'000'000}, &m);
  const InstanceId i = s.instances_of(b.app)[0];
  const Action action{ActionKind::kRestartInstance, {}, i.value, 0};
  const auto preview = s.preview(action);
  EXPECT_GT(preview->requests_cut, 20U);
  ASSERT_TRUE(s.begin(action, &m).has_value());
  s.run_until(s.now() + seconds(1), &m);
  EXPECT_NEAR(static_cast<double>(m.outcomes[static_cast<int>(Outcome::kConnectionReset)]),
              static_cast<double>(preview->requests_cut), 2.0);
  b.of(b.app).drain_us = 60'000'000;  // long enough for the longest
  Simulation rolling = b.simulate(1);
  rolling.run_until(SimTime{10'000'000});
  ASSERT_TRUE(rolling.begin({ActionKind::kRestart, {}, b.app.value, 0}).has_value());
  rolling.run_until(rolling.now() + seconds(200));
  EXPECT_EQ(rolling.action(ActionId(0)).state, ActionState::kDone);
  EXPECT_EQ(rolling.user_totals().failed, 0U);
}

// A broken machine is taken out by its health checks; the users see errors until then only.
TEST(Probes, EjectABrokenInstanceAndTakeItBack) {
  const Deployed b;
  PlannedChange c;
  c.at = SimTime{20'000'000};
  c.lasts = seconds(40);
  c.visible = false;
  const std::size_t broken = Simulation(b.simulate(1)).instances_of(b.app)[1].index();
  c.settings.push_back({Builder::ref(PartKind::kInstance, "errors", broken), 0, 1000});
  Simulation s = b.simulate(1, {{c}});
  Meter m;
  s.run_until(SimTime{30'000'000}, &m);
  EXPECT_FALSE(s.instance(InstanceId(broken)).healthy);
  EXPECT_EQ(m.parts[static_cast<int>(PartEvent::kInstanceUnhealthy)], 1U);
  const auto failed = s.user_totals().failed;
  EXPECT_GT(failed, 10U);
  s.run_until(SimTime{60'000'000}, &m);
  EXPECT_EQ(s.user_totals().failed, failed);
  s.run_until(SimTime{70'000'000}, &m);
  EXPECT_TRUE(s.instance(InstanceId(broken)).healthy);
}

TEST(Probes, SaturationFailsThemAndLivenessRestarts) {
  Deployed b;
  b.of(b.app).workers = 2;
  b.of(b.app).queue_limit = 1000;
  b.of(b.app).liveness_fall = 5;
  b.model.flags[0].initial.on = 1;
  Simulation s = b.simulate(1);
  Meter m;
  s.run_until(SimTime{120'000'000}, &m);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kInstanceUnhealthy)], 2U);
  EXPECT_GT(m.parts[static_cast<int>(PartEvent::kLivenessRestart)], 2U);
  EXPECT_GT(m.outcomes[static_cast<int>(Outcome::kNoInstance)], 0U);
}

TEST(Changes, FlagConfigAndRevert) {
  const Deployed b;
  PlannedChange c;
  c.at = SimTime{10'000'000};
  c.kind = ChangeKind::kFlag;
  c.service = b.app;
  c.causal = true;
  c.settings.push_back({Builder::ref(PartKind::kFlag, "on", 0), 0, 1});
  Simulation s = b.simulate(1, {{c}});
  Meter m;
  s.run_until(SimTime{30'000'000}, &m);
  EXPECT_EQ(m.causes, 1U);
  EXPECT_GT(s.user_totals().slow, 300U);
  Simulation by_flag = s;
  ASSERT_TRUE(s.begin({ActionKind::kRevertChange, {}, 0, 0}).has_value());
  ASSERT_TRUE(by_flag.begin({ActionKind::kSetFlag, {}, 0, 0}).has_value());
  for (Simulation* fixed : {&s, &by_flag}) {
    fixed->run_until(SimTime{40'000'000});
    EXPECT_EQ(fixed->action(ActionId(0)).cause, 1U);
    EXPECT_EQ(fixed->parameter(Builder::ref(PartKind::kFlag, "on", 0)), 0);
    EXPECT_EQ(fixed->change_count(), 2U);
    EXPECT_EQ(fixed->change(ChangeId(1)).action, ActionId(0));
    fixed->run_until(SimTime{90'000'000});  // what was begun under the flag has ended
    Meter after;
    const auto slow = fixed->user_totals().slow;
    fixed->run_until(SimTime{120'000'000}, &after);
    EXPECT_EQ(fixed->user_totals().slow, slow);
    EXPECT_EQ(after.causes, 0U) << "the cause is gone with the value";
  }
  EXPECT_TRUE(s.change(ChangeId(0)).reverted);
  ASSERT_TRUE(s.begin({ActionKind::kSetConfig, {}, b.workers.value, 7}).has_value());
  EXPECT_FALSE(s.begin({ActionKind::kSetConfig, {}, b.workers.value, 0}).has_value());
  s.run_until(s.now() + seconds(6));
  EXPECT_EQ(s.config_value(b.workers), 7);
}

TEST(Actions, RefuseWhatIsNotThere) {
  const Deployed b;
  Simulation s = b.simulate(1);
  const std::uint64_t before = s.hash();
  for (int kind = 0; kind < kActionKinds; ++kind) {
    const auto result = s.begin({static_cast<ActionKind>(kind), {}, 999, 1});
    ASSERT_FALSE(result.has_value()) << kind;
    EXPECT_FALSE(result.error().message.empty());
  }
  EXPECT_FALSE(s.begin({static_cast<ActionKind>(200), {}, 0, 0}).has_value());
  EXPECT_FALSE(s.begin({ActionKind::kScale, {}, b.users.value, 1}).has_value());
  EXPECT_FALSE(s.begin({ActionKind::kKillQueries, {}, b.app.value, 1}).has_value());
  EXPECT_EQ(s.hash(), before);
  EXPECT_EQ(s.action_count(), 0U);
}

TEST(Actions, KillQueriesAndDrain) {
  Builder b;
  const ServiceId database = b.service("database", 2, ServiceKind::kDatabase);
  b.journey(10,
            {call(b.edge(b.users, b.operation(database, "report", {delay(seconds(30), Shape::kConstant)})))});
  Simulation s = b.simulate(1);
  s.run_until(SimTime{20'000'000});
  const Action kill{ActionKind::kKillQueries, {}, database.value, 10'000};
  const auto cut = s.preview(kill)->requests_cut;
  EXPECT_GT(cut, 50U);
  ASSERT_TRUE(s.begin(kill).has_value());
  s.run_until(s.now() + seconds(2));
  EXPECT_GE(s.user_totals().failed, cut);
  const InstanceId i = s.instances_of(database)[0];
  ASSERT_TRUE(s.begin({ActionKind::kDrainInstance, {}, i.value, 1}).has_value());
  s.run_until(s.now() + seconds(40));
  EXPECT_TRUE(s.instance(i).drained);
  EXPECT_EQ(s.instance(i).busy_workers, 0U);
  ASSERT_TRUE(s.begin({ActionKind::kDrainInstance, {}, i.value, 0}).has_value());
  s.run_until(s.now() + seconds(5));
  EXPECT_GT(s.instance(i).busy_workers, 10U);
}

}  // namespace
}  // namespace incident::sim
