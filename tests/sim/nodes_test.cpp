// Nodes, the scheduler, quotas and the autoscaler.
#include <gtest/gtest.h>

#include "platform_models.h"

namespace incident::sim {
namespace {

using namespace testing;

constexpr std::int64_t kGiB = 1LL << 30;

struct Cluster : Hosted {
  ServiceId batch;
  explicit Cluster(double per_second = 30, std::uint16_t instances = 4, int nodes = 4)
      : Hosted(per_second, instances) {
    for (int n = 0; n < nodes; ++n) {
      model.nodes.push_back({"node-" + std::to_string(n), n % 2 == 0 ? "a" : "b", {}});
      model.nodes.back().initial.cpu = 2000;
      model.nodes.back().initial.memory = 4 * kGiB;
    }
    deployment().cpu_request = 500;
    deployment().memory_request = kGiB;
    batch = service("batch", 1);
    operation(batch, "work", {work(milliseconds(1))});
    of(app).probe_interval_us = 2'000'000;
    model.services[app.index()].probe = operation(app, "health", {work(microseconds(100))});
  }
  NodeParameters& node(std::size_t n) { return model.nodes[n].initial; }
  std::int64_t on(const Simulation& s, std::size_t n) const { return gauge(s, "kube_node_pods", n); }
  std::size_t pending(const Simulation& s) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app)) n += s.instance(i).hold == PodHold::kPending;
    return n;
  }
  std::size_t ready(const Simulation& s) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app))
      n += s.instance(i).state == InstanceState::kReady && s.instance(i).healthy;
    return n;
  }
  static Action act(ActionKind kind, std::uint32_t target, std::int64_t value = 0) {
    return {kind, {}, target, value};
  }
};

TEST(Scheduler, SpreadsOverZonesAndNodes) {
  const Cluster b;
  const Simulation s = b.simulate(1);
  for (std::size_t n = 0; n < 4; ++n) EXPECT_LE(b.on(s, n), 2) << n;
  EXPECT_EQ(b.ready(s), 4U);
}

TEST(Scheduler, SaysWhyAPodFitsNowhere) {
  Cluster b;
  b.node(3).taints = 1;
  b.node(2).labels = 0;
  for (const std::size_t n : {0U, 1U, 3U}) b.node(n).labels = 2;
  b.deployment().node_selector = 2;
  b.deployment().cpu_request = 1500;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(b.pending(s), 2U);
  ASSERT_GE(seen.count(PartEvent::kPodPending), 2U);
  const auto why = static_cast<std::uint64_t>(seen.seen[PartEvent::kPodPending].back().value);
  EXPECT_EQ(why & 255, 4U);
  EXPECT_EQ(why >> 8 & 255, 2U);   // CPU
  EXPECT_EQ(why >> 32 & 255, 1U);  // taint
  EXPECT_EQ(why >> 40 & 255, 1U);  // selector
  EXPECT_EQ(gauge(s, "kube_pod_status_phase", b.first().index() + 3), 1);
}

TEST(Scheduler, AntiAffinityAllowsOnePodANode) {
  Cluster b(30, 3, 3);
  b.deployment().anti_affinity = 1;
  Simulation s = b.simulate(1);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kScale, b.app.value, 5)).has_value());
  run_checked(s, seconds(60));
  EXPECT_EQ(b.pending(s), 2U);
  EXPECT_EQ(b.ready(s), 3U);
}

TEST(Scheduler, HigherPriorityPushesLowerOut) {
  Cluster b(30, 4, 2);
  b.deployment().cpu_request = 1000;
  b.model.services[b.batch.index()].deployment.cpu_request = 1000;
  b.model.services[b.batch.index()].deployment.priority = 100;
  Simulation s = b.simulate(1);
  // Four pods of the app fill both nodes; batch came last and is more important.
  PartEvents seen;
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(s.instance(s.instances_of(b.batch)[0]).state, InstanceState::kReady);
  EXPECT_EQ(b.ready(s), 3U);
  EXPECT_EQ(b.pending(s), 1U);
}

TEST(Quota, KeepsPodsFromBeingCreated) {
  Cluster b;
  b.model.cluster.quota_pods = 5;
  Simulation s = b.simulate(1, {{change_at(seconds(60), {set(PartKind::kCluster, "quota_pods", 0, 8)})}});
  PartEvents seen;
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kScale, b.app.value, 6)).has_value());
  run_checked(s, seconds(55), &seen);
  EXPECT_EQ(b.ready(s), 4U);
  EXPECT_GE(seen.count(PartEvent::kQuotaExceeded), 3U);
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(b.ready(s), 6U);
}

TEST(Addresses, RunOut) {
  Cluster b;
  b.model.cluster.pod_addresses = 5;
  Simulation s = b.simulate(1);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kScale, b.app.value, 6)).has_value());
  run_checked(s, seconds(60));
  EXPECT_EQ(b.ready(s), 4U);
}

TEST(Nodes, APowerLossIsNoticedLateAndHealedLater) {
  const Cluster b(40);
  Simulation s = b.simulate(3, {{change_at(seconds(60), {set(PartKind::kNode, "up", 1, 0)})}});
  PartEvents seen;
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(s.user_totals().failed, 0U);
  ASSERT_GE(b.on(s, 1), 1);
  run_checked(s, seconds(30), &seen);
  // Its share of the requests is lost: callers wait for their whole patience.
  const auto lost = seen.ended(Outcome::kTimeout);
  EXPECT_GT(lost, 200U);
  EXPECT_EQ(seen.causes & 1U, 1U);
  run_checked(s, seconds(30), &seen);
  EXPECT_GE(seen.count(PartEvent::kNodeNotReady), 1U);
  EXPECT_EQ(gauge(s, "kube_node_status_condition", 1, "Ready"), 0);
  const auto failed = s.user_totals().failed;
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(s.user_totals().failed, failed);
  EXPECT_EQ(b.ready(s), 3U);
  run_checked(s, seconds(300), &seen);
  EXPECT_GE(seen.count(PartEvent::kPodEvicted), 1U);
  EXPECT_EQ(b.ready(s), 4U);
  EXPECT_EQ(b.on(s, 1), 0);
}

TEST(Nodes, ADeadKubeletLosesNoRequests) {
  const Cluster b(40);
  Simulation s = b.simulate(3, {{change_at(seconds(60), {set(PartKind::kNode, "kubelet_up", 1, 0)})}});
  run_checked(s, seconds(150));
  EXPECT_EQ(s.user_totals().failed, 0U);
  EXPECT_EQ(b.ready(s), 3U);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kRebootNode, 1)).has_value());
  run_checked(s, seconds(200));
  EXPECT_EQ(b.ready(s), 4U);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
}

TEST(Nodes, ANeighbourMakesWorkDearerThereOnly) {
  const Cluster b(60);
  Simulation s = b.simulate(5, {{change_at(seconds(20), {set(PartKind::kNode, "steal", 0, 800)})}});
  struct ByInstance : Observer {
    std::map<std::uint16_t, std::pair<double, int>> sums;
    void on_task(const TaskRecord& r) override {
      if (r.trace == 0) return;
      sums[r.instance.value].first += (r.end - r.started).seconds();
      ++sums[r.instance.value].second;
    }
  } seen;
  s.run_until(SimTime{25'000'000});
  s.run_until(SimTime{120'000'000}, &seen);
  int slow = 0;
  for (const auto& [instance, sum] : seen.sums) slow += sum.first / sum.second > 0.015;
  EXPECT_EQ(slow, 1);
  EXPECT_EQ(seen.sums.size(), 4U);
  // Draining the node moves its pods away.
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kDrainNode, 0)).has_value());
  run_checked(s, seconds(30));
  EXPECT_EQ(b.on(s, 0), 0);
  EXPECT_EQ(b.ready(s), 4U);
  EXPECT_EQ(gauge(s, "kube_node_spec_unschedulable", 0), 1);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kCordonNode, 0, 0)).has_value());
  run_checked(s, seconds(5));
  EXPECT_EQ(gauge(s, "kube_node_spec_unschedulable", 0), 0);
}

TEST(Nodes, AFullConnectionTableDropsNewConnections) {
  Cluster b(40, 2, 2);
  for (std::size_t n = 0; n < 2; ++n) b.node(n).conntrack_limit = 4000;
  Simulation s = b.simulate(7, {{change_at(seconds(30), {set(PartKind::kJourney, "multiplier", 0, 4000)})}});
  PartEvents seen;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(s.user_totals().failed, 0U);
  run_checked(s, seconds(100), &seen);
  EXPECT_GT(seen.ended(Outcome::kTimeout), 500U);
  EXPECT_GE(seen.count(PartEvent::kConntrackFull), 10U);
  EXPECT_GE(gauge(s, "node_nf_conntrack_entries", 0), 3900);
  EXPECT_GT(gauge(s, "node_nf_conntrack_stat_drop_total", 0), 100);
}

TEST(Nodes, ADiskThatFillsUpEvictsPods) {
  const Cluster b;
  Simulation s =
      b.simulate(9, {{change_at(seconds(20), {set(PartKind::kNode, "disk_growth", 0, 2 * kGiB)})}});
  PartEvents seen;
  run_checked(s, seconds(50), &seen);
  EXPECT_EQ(seen.count(PartEvent::kPodEvictedForDisk), 0U);
  run_checked(s, seconds(40), &seen);
  EXPECT_GE(seen.count(PartEvent::kPodEvictedForDisk), 1U);
  EXPECT_EQ(b.on(s, 0), 0);
  EXPECT_EQ(gauge(s, "kube_node_status_condition", 0, "DiskPressure"), 1);
  EXPECT_EQ(b.ready(s), 4U);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kCleanNode, 0)).has_value());
  run_checked(s, seconds(65), &seen);
  EXPECT_EQ(gauge(s, "kube_node_status_condition", 0, "DiskPressure"), 0);
}

TEST(Nodes, AllThreadsOfAHost) {
  Cluster b(30, 2, 1);
  b.resources().threads_base = 50;
  b.node(0).threads_limit = 110;
  b.model.operations[b.page.index()].steps.push_back(delay(seconds(1)));
  Simulation s = b.simulate(11);
  PartEvents seen;
  run_checked(s, seconds(20), &seen);
  EXPECT_GT(seen.ended(Outcome::kError), 50U);
}

struct Scaled : Hosted {
  explicit Scaled(double per_second) : Hosted(per_second, 2, milliseconds(20)) {
    of(app).cpu_millicores = 1000;
    of(app).least_loaded = 1;
    deployment().cpu_request = 1000;
    model.services[app.index()].autoscaled = true;
    model.services[app.index()].autoscaler.min = 2;
    model.services[app.index()].autoscaler.max = 6;
    model.services[app.index()].autoscaler.target_permille = 500;
  }
  AutoscalerParameters& autoscaler() { return model.services[app.index()].autoscaler; }
  std::int64_t wanted(const Simulation& s) const {
    return gauge(s, "kube_deployment_spec_replicas", app.index());
  }
};

TEST(Autoscaler, FollowsTheLoadUpAtOnceAndDownAfterItsWindow) {
  const Scaled b(40);  // 0.8 cores: two pods
  Simulation s = b.simulate(1, {{change_at(seconds(120), {set(PartKind::kJourney, "multiplier", 0, 2000)}),
                                 change_at(seconds(300), {set(PartKind::kJourney, "multiplier", 0, 1000)})}});
  PartEvents seen;
  run_checked(s, seconds(120), &seen);
  EXPECT_EQ(b.wanted(s), 2);
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(b.wanted(s), 4);
  EXPECT_GE(seen.count(PartEvent::kScaledUp), 1U);
  run_checked(s, seconds(300), &seen);
  EXPECT_GE(b.wanted(s), 4);
  run_checked(s, seconds(300), &seen);
  EXPECT_EQ(b.wanted(s), 2);
}

TEST(Autoscaler, WithoutRequestsKnowsNothing) {
  Scaled b(100);
  b.deployment().cpu_request = 0;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(120), &seen);
  EXPECT_EQ(b.wanted(s), 2);
  EXPECT_GE(seen.count(PartEvent::kAutoscalerBlind), 7U);
}

TEST(Autoscaler, OscillatesWhenPodsStartSlowlyAndNothingHoldsItBack) {
  const auto turns = [](std::int64_t window, std::int64_t warmup) {
    Scaled b(130);
    b.autoscaler().down_window_us = window;
    b.of(b.app).warmup_us = warmup;
    b.of(b.app).warmup_factor_permille = warmup == 0 ? 1000 : 6000;
    b.of(b.app).startup_us = warmup == 0 ? 3'000'000 : 30'000'000;
    b.autoscaler().target_permille = 650;
    b.autoscaler().tolerance_permille = 20;
    Simulation s = b.simulate(3);
    PartEvents seen;
    run_checked(s, minutes(20), &seen, seconds(10));
    return seen.count(PartEvent::kScaledUp) + seen.count(PartEvent::kScaledDown);
  };
  const auto held = turns(300'000'000, 0), loose = turns(0, 40'000'000);
  EXPECT_GT(loose, 10U);
  EXPECT_LT(held, 8U);
}

TEST(Autoscaler, APlayerCanSuspendIt) {
  const Scaled b(50);
  Simulation s = b.simulate(1, {{change_at(seconds(60), {set(PartKind::kJourney, "multiplier", 0, 3000)})}});
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kSetAutoscaler, b.app.value, 0)).has_value());
  run_checked(s, seconds(180));
  EXPECT_EQ(b.wanted(s), 2);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kSetAutoscaler, b.app.value, 5)).has_value());
  run_checked(s, seconds(60));
  EXPECT_EQ(b.wanted(s), 5);
}

TEST(Limits, ARaisedMemoryLimitRollsThePods) {
  Hosted b(20, 2);
  b.resources().memory_base = 100 << 20;
  b.resources().memory_limit = 128 << 20;
  Simulation s = b.simulate(
      1, {{change_at(seconds(5), {set(PartKind::kResources, "leak_per_second", b.app.index(), 1 << 20)})}});
  run_checked(s, seconds(10));
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kSetMemoryLimit, b.app.value, 512 << 20)).has_value());
  run_checked(s, seconds(60));
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  EXPECT_EQ(s.instance(b.first()).restarts, 0U);
  EXPECT_EQ(gauge(s, "container_spec_memory_limit_bytes", b.first().index()), 512 << 20);
}

TEST(Replicas, ScaledToZeroNobodyServes) {
  const Hosted b(30, 2);
  Simulation s =
      b.simulate(1, {{change_at(seconds(20), {set(PartKind::kDeployment, "replicas", b.app.index(), 0)})}});
  PartEvents seen;
  run_checked(s, seconds(60), &seen);
  EXPECT_GT(seen.ended(Outcome::kNoInstance), 800U);
  EXPECT_EQ(seen.causes, 1U);
  ASSERT_TRUE(s.begin(Cluster::act(ActionKind::kScale, b.app.value, 2)).has_value());
  run_checked(s, seconds(5), &seen);
  const auto failed = s.user_totals().failed;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(s.user_totals().failed, failed);
}

}  // namespace
}  // namespace incident::sim
