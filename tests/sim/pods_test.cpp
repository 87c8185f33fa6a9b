// Pods that do not start, start and end, or do not go away.
#include <gtest/gtest.h>

#include "platform_models.h"

namespace incident::sim {
namespace {

using namespace testing;

struct Rolled : Hosted {
  RevisionId second;
  explicit Rolled(std::uint16_t instances = 3) : Hosted(30, instances) {
    second = revision(app);
    of(app).probe_interval_us = 2'000'000;
    model.services[app.index()].probe = operation(app, "health", {work(microseconds(100))});
  }
  Plan deploy(std::vector<Setting> settings) const {
    PlannedChange c = change_at(seconds(20), std::move(settings));
    c.kind = ChangeKind::kDeploy;
    c.service = app;
    c.revision = second;
    return {{c}};
  }
  Setting with(std::string_view parameter, std::int64_t value = 1) const {
    return set(PartKind::kDeployment, parameter, app.index(), value);
  }
  std::size_t held(const Simulation& s, PodHold why) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app)) n += s.instance(i).hold == why;
    return n;
  }
  std::size_t ready(const Simulation& s, RevisionId r) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app)) {
      const InstanceView view = s.instance(i);
      n += view.state == InstanceState::kReady && view.healthy && view.revision == r;
    }
    return n;
  }
};

// What keeps a new pod from starting leaves the old ones serving, and goes with the roll-back.
void stands_still(std::string_view parameter, PodHold why, PartEvent event) {
  SCOPED_TRACE(parameter);
  const Rolled b;
  Simulation s = b.simulate(1, b.deploy({b.with(parameter)}));
  PartEvents seen;
  run_checked(s, seconds(180), &seen);
  EXPECT_EQ(b.held(s, why), 1U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 3U);
  EXPECT_GE(seen.count(event), 3U);
  EXPECT_EQ(seen.seen[event][0].cause, 1U);
  EXPECT_EQ(s.user_totals().failed, 0U);
  ASSERT_TRUE(s.begin({ActionKind::kRollback, {}, b.app.value, 0}).has_value());
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  EXPECT_EQ(b.held(s, why), 0U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 3U);
}

TEST(Pods, DoNotStartWithoutWhatTheyNeed) {
  stands_still("image_missing", PodHold::kImage, PartEvent::kPodWaitsForImage);
  stands_still("config_missing", PodHold::kConfig, PartEvent::kPodWaitsForConfig);
  stands_still("volume_stuck", PodHold::kVolume, PartEvent::kPodWaitsForVolume);
  stands_still("init_blocked", PodHold::kInit, PartEvent::kPodWaitsForInit);
}

TEST(Pods, AProcessThatExitsLoopsAndTheRolloutStands) {
  const Rolled b;
  Simulation s = b.simulate(1, b.deploy({b.with("crash_on_start")}));
  PartEvents seen;
  run_checked(s, seconds(300), &seen);
  EXPECT_GE(seen.count(PartEvent::kProcessExited), 4U);
  EXPECT_GE(seen.count(PartEvent::kBackOff), 3U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 3U);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Pods, AReadinessProbeOfAWrongPathNeverPasses) {
  const Rolled b;
  Simulation s = b.simulate(1, b.deploy({b.with("readiness_broken")}));
  run_checked(s, seconds(120));
  EXPECT_EQ(b.ready(s, b.second), 0U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 3U);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Pods, ALivenessProbeOfAWrongPathRestartsWhatIsWell) {
  const Rolled b;
  Simulation s = b.simulate(1, b.deploy({b.with("liveness_broken")}));
  PartEvents seen;
  run_checked(s, seconds(300), &seen);
  EXPECT_GE(seen.count(PartEvent::kLivenessRestart), 5U);
  EXPECT_GT(s.user_totals().failed, 20U);
}

TEST(Pods, ATooEagerLivenessProbeKillsThemBeforeTheyHaveStarted) {
  Rolled b;
  b.of(b.app).startup_us = 20'000'000;
  Simulation s =
      b.simulate(1, b.deploy({b.with("liveness_delay", 5'000'000), b.with("liveness_period", 2'000'000)}));
  PartEvents seen;
  run_checked(s, seconds(200), &seen);
  EXPECT_GE(seen.count(PartEvent::kLivenessRestart), 4U);
  EXPECT_EQ(b.ready(s, b.second), 0U);
}

TEST(Pods, AnInitContainerWaitsForItsDependency) {
  Rolled b;
  const ServiceId store = b.service("store", 1);
  b.of(store).startup_us = 60'000'000;
  b.operation(store, "get", {work(milliseconds(1))});
  b.model.services[b.app.index()].waits_for = store;
  Simulation s = b.simulate(1);
  run_checked(s, seconds(5));
  const InstanceId first = s.instances_of(store)[0];
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, first.value, 0}).has_value());
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, b.first().value, 0}).has_value());
  run_checked(s, seconds(50));
  EXPECT_EQ(s.instance(b.first()).hold, PodHold::kInit);
  run_checked(s, seconds(40));
  EXPECT_EQ(s.instance(b.first()).state, InstanceState::kReady);
}

TEST(Pods, AVolumeForOnePodMakesASurgeADeadlock) {
  Rolled b(1);
  b.deployment().volume_single = 1;
  Simulation s = b.simulate(1, b.deploy({}));
  run_checked(s, seconds(200));
  EXPECT_EQ(b.held(s, PodHold::kVolume), 1U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 1U);
  Rolled recreate(1);
  recreate.deployment().volume_single = 1;
  recreate.deployment().max_surge = 0;
  recreate.deployment().max_unavailable = 1;
  Simulation r = recreate.simulate(1, recreate.deploy({}));
  run_checked(r, seconds(200));
  EXPECT_EQ(recreate.ready(r, recreate.second), 1U);
}

TEST(Pods, AStrategyThatAllowsAllToBeAwayTakesTheServiceDown) {
  const Rolled b;
  Simulation s = b.simulate(1, b.deploy({b.with("max_surge", 0), b.with("max_unavailable", 3)}));
  run_checked(s, seconds(60));
  EXPECT_EQ(b.ready(s, b.second), 3U);
  EXPECT_GT(s.user_totals().failed, 60U);
  const Rolled careful;
  Simulation c = careful.simulate(1, careful.deploy({}));
  run_checked(c, seconds(60));
  EXPECT_EQ(careful.ready(c, careful.second), 3U);
  EXPECT_EQ(c.user_totals().failed, 0U);
}

TEST(Pods, AFinalizerKeepsStoppedPodsUntilItIsGone) {
  const Rolled b;
  Simulation s = b.simulate(1, {{change_at(seconds(10), {b.with("finalizer_stuck")}),
                                 change_at(seconds(120), {b.with("finalizer_stuck", 0)})}});
  run_checked(s, seconds(20));
  ASSERT_TRUE(s.begin({ActionKind::kScale, {}, b.app.value, 1}).has_value());
  run_checked(s, seconds(60));
  EXPECT_EQ(b.held(s, PodHold::kFinalizer), 2U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kRunning);
  run_checked(s, seconds(60));
  EXPECT_EQ(b.held(s, PodHold::kFinalizer), 0U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
}

TEST(Services, AWrongSelectorOrPortReachesNobody) {
  const Rolled b;
  Simulation s =
      b.simulate(1, {{change_at(seconds(10), {b.with("selector_broken")}),
                      change_at(seconds(40), {b.with("selector_broken", 0), b.with("port_broken")}),
                      change_at(seconds(70), {b.with("port_broken", 0)})}});
  PartEvents seen;
  run_checked(s, seconds(40), &seen);
  EXPECT_GT(seen.ended(Outcome::kNoInstance), 800U);
  EXPECT_EQ(seen.ended(Outcome::kConnectionRefused), 0U);
  EXPECT_EQ(b.ready(s, RevisionId(1)), 3U);
  run_checked(s, seconds(30), &seen);
  EXPECT_GT(seen.ended(Outcome::kConnectionRefused), 800U);
  const auto failed = s.user_totals().failed;
  run_checked(s, seconds(30), &seen);
  EXPECT_LE(s.user_totals().failed - failed, 2U);
  EXPECT_TRUE((seen.causes & 3U) == 3U);
}

}  // namespace
}  // namespace incident::sim
