// Memory, garbage collection, CPU quotas, files, threads and ports: limits that are hit, what shows it, and
// what heals.
#include <gtest/gtest.h>

#include "platform_models.h"

namespace incident::sim {
namespace {

using namespace testing;

constexpr std::int64_t kMiB = 1 << 20;

TEST(Memory, ALeakIsKilledByTheKernelAndStartsAgainWithGrowingDelays) {
  Hosted b(20);
  b.resources().memory_limit = 256 * kMiB;
  b.resources().memory_base = 100 * kMiB;
  Simulation s = b.simulate(
      1,
      {{change_at(seconds(10), {set(PartKind::kResources, "leak_per_second", b.app.index(), 10 * kMiB)})}});
  PartEvents seen;
  run_checked(s, seconds(20), &seen);
  EXPECT_NEAR(static_cast<double>(gauge(s, "container_memory_working_set_bytes", b.first().index())),
              200.0 * kMiB, 12.0 * kMiB);
  EXPECT_EQ(seen.count(PartEvent::kOomKilled), 0U);
  run_checked(s, seconds(300), &seen);
  ASSERT_GE(seen.count(PartEvent::kOomKilled), 5U);
  EXPECT_GT(seen.seen[PartEvent::kOomKilled][0].value, 256 * kMiB);
  EXPECT_EQ(seen.seen[PartEvent::kOomKilled][0].cause, 1U);
  const auto& backs = seen.seen[PartEvent::kBackOff];
  ASSERT_GE(backs.size(), 3U);
  for (std::size_t n = 0; n < backs.size(); ++n) EXPECT_EQ(backs[n].value, 10'000'000LL << n);
  EXPECT_EQ(s.instance(b.first()).restarts, seen.count(PartEvent::kOomKilled));
  EXPECT_GT(seen.ended(Outcome::kNoInstance), 100U);
  EXPECT_EQ(gauge(s, "container_oom_events_total", b.first().index()),
            static_cast<std::int64_t>(seen.count(PartEvent::kOomKilled)));
}

TEST(Memory, RequestsInProgressCount) {
  Hosted b(20);
  b.resources().memory_base = 10 * kMiB;
  b.resources().memory_per_request = kMiB;
  b.resources().memory_limit = 60 * kMiB;
  b.model.operations[b.page.index()].steps.push_back(delay(seconds(1)));
  Simulation s = b.simulate(3, {{change_at(seconds(30), {set(PartKind::kJourney, "multiplier", 0, 4000)})}});
  PartEvents seen;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(seen.count(PartEvent::kOomKilled), 0U);
  EXPECT_GT(gauge(s, "container_memory_working_set_bytes", b.first().index()), 20 * kMiB);
  run_checked(s, seconds(30), &seen);
  EXPECT_GE(seen.count(PartEvent::kOomKilled), 1U);
  EXPECT_GT(seen.ended(Outcome::kConnectionReset), 20U);
}

struct Collected : Hosted {
  explicit Collected(double per_second) : Hosted(per_second) {
    resources().memory_base = 50 * kMiB;
    resources().heap_limit = 512 * kMiB;
    resources().heap_base = 128 * kMiB;
    resources().alloc_per_request = kMiB;
    resources().gc_pause_us = 5'000;
    resources().gc_pause_per_mib_us = 400;
  }
  double gc_share(Simulation& s, Duration over, Observer* o = nullptr) const {
    const std::int64_t before = gauge(s, "jvm_gc_pause_seconds_sum", first().index());
    run_checked(s, over, o);
    return static_cast<double>(gauge(s, "jvm_gc_pause_seconds_sum", first().index()) - before) /
           static_cast<double>(over.us);
  }
};

TEST(Heap, TimeLostFollowsWhatIsLeftOfTheHeap) {
  Collected b(100);
  Simulation s = b.simulate(5);
  run_checked(s, seconds(20));
  // 100 MiB/s of garbage into 384 MiB: a collection each 3.84 s, of 5 ms + 128 * 0.4 ms.
  EXPECT_NEAR(b.gc_share(s, seconds(300)), 0.0562 / 3.84, 0.0015);
  Collected full(100);
  full.resources().heap_base = 448 * kMiB;  // an eighth is left: six times as often, three times as long
  Simulation f = full.simulate(5);
  run_checked(f, seconds(20));
  EXPECT_NEAR(full.gc_share(f, seconds(300)), 0.1842 / 0.64, 0.01);
}

TEST(Heap, ALeakEndsInASpiralAndThenInOutOfMemory) {
  Collected b(100);
  Simulation s = b.simulate(
      7, {{change_at(seconds(60), {set(PartKind::kResources, "leak_per_request", b.app.index(), 15'000)})}});
  PartEvents seen;
  const double before = b.gc_share(s, seconds(60), &seen);
  const double during = b.gc_share(s, seconds(180), &seen);
  const double late = b.gc_share(s, seconds(80), &seen);
  EXPECT_LT(before, 0.03);
  EXPECT_GT(during, before);
  EXPECT_GT(late, 0.2);
  EXPECT_EQ(seen.count(PartEvent::kOutOfMemory), 0U);
  EXPECT_GT(seen.count(PartEvent::kLongPause), 10U);
  run_checked(s, seconds(120), &seen);
  EXPECT_GE(seen.count(PartEvent::kOutOfMemory), 1U);
  EXPECT_EQ(seen.count(PartEvent::kOomKilled), 0U);
  EXPECT_TRUE((seen.causes & 1U) != 0);
}

TEST(Heap, AFullCollectionHelpsOnlyAgainstGarbage) {
  Collected b(100);
  Simulation s = b.simulate(9);
  run_checked(s, microseconds(3'000'000));
  const std::int64_t used = gauge(s, "jvm_memory_used_bytes", b.first().index());
  ASSERT_GT(used, 300 * kMiB);
  ASSERT_TRUE(s.begin({ActionKind::kCollectGarbage, {}, b.app.value, 0}).has_value());
  run_checked(s, seconds(3));
  EXPECT_LT(gauge(s, "jvm_memory_used_bytes", b.first().index()), used);
  EXPECT_EQ(s.action(ActionId(0)).state, ActionState::kDone);
  Hosted plain(10);
  Simulation p = plain.simulate(1);
  EXPECT_FALSE(p.begin({ActionKind::kCollectGarbage, {}, plain.app.value, 0}).has_value());
}

TEST(CpuQuota, BurstsAreStalledBelowTheLimitOnAverage) {
  // 40 requests a second of 20 ms are 0.8 cores, and the limit is one; but they come in tens.
  const auto run = [](std::int64_t period) {
    Hosted b(4, 1, milliseconds(20));
    b.of(b.app).cpu_millicores = 1000;
    b.resources().cfs_period_us = period;
    b.model.operations[b.page.index()].steps = {work(milliseconds(20), Shape::kConstant)};
    std::vector<Step> burst = {parallel(10)};
    for (int n = 0; n < 10; ++n) burst.push_back(call(b.visit));
    b.model.operations[b.model.journeys[0].operation.index()].steps = burst;
    Simulation s = b.simulate(11);
    PartEvents seen;
    run_checked(s, seconds(120), &seen);
    struct Result {
      double mean;
      std::int64_t throttled, periods;
    };
    return Result{seen.mean(), gauge(s, "container_cpu_cfs_throttled_periods_total", b.first().index()),
                  gauge(s, "container_cpu_cfs_periods_total", b.first().index())};
  };
  const auto smooth = run(0), quota = run(100'000);
  EXPECT_EQ(smooth.throttled, 0);
  EXPECT_GT(quota.throttled, 400);
  EXPECT_LE(quota.throttled, quota.periods);
  // The same work is done: both keep up.
  EXPECT_LT(quota.mean, 2.0);
  EXPECT_GT(quota.mean, 0.0);
}

TEST(CpuQuota, UsesNoMoreThanTheLimit) {
  Hosted b(200, 1, milliseconds(20));  // four cores wanted, one allowed
  b.of(b.app).cpu_millicores = 1000;
  b.of(b.app).queue_limit = 50;
  b.resources().cfs_period_us = 100'000;
  b.resources().cfs_burst = 4000;
  Simulation s = b.simulate(13);
  run_checked(s, seconds(60));
  EXPECT_NEAR(s.instance(b.first()).cpu_used.seconds(), 60.0, 0.5);
  EXPECT_GT(gauge(s, "container_cpu_cfs_throttled_seconds_total", b.first().index()), 40'000'000);
}

TEST(Files, ALeakEndsInTooManyFilesUntilARestart) {
  Hosted b(50);
  b.resources().files_limit = 1024;
  b.resources().files_base = 50;
  Simulation s = b.simulate(
      15, {{change_at(seconds(10), {set(PartKind::kResources, "files_leak", b.app.index(), 500)})}});
  PartEvents seen;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(seen.ended(Outcome::kTooManyFiles), 0U);
  run_checked(s, seconds(60), &seen);
  EXPECT_GT(seen.ended(Outcome::kTooManyFiles), 100U);
  EXPECT_GE(seen.count(PartEvent::kFilesExhausted), 5U);
  EXPECT_GE(gauge(s, "process_open_fds", b.first().index()), 1020);
  ASSERT_TRUE(s.begin({ActionKind::kRestartInstance, {}, b.first().value, 0}).has_value());
  run_checked(s, seconds(5), &seen);
  EXPECT_LT(gauge(s, "process_open_fds", b.first().index()), 200);
}

TEST(Threads, AddingServersPassesTheLimitOfEveryServer) {
  Hosted b(50, 4);
  b.resources().threads_limit = 120;
  b.resources().threads_base = 20;
  b.resources().threads_per_peer = 20;
  Simulation s = b.simulate(17);
  PartEvents seen;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(s.user_totals().failed, 0U);
  ASSERT_TRUE(s.begin({ActionKind::kScale, {}, b.app.value, 6}).has_value());
  run_checked(s, seconds(30), &seen);
  EXPECT_GT(seen.ended(Outcome::kError), 500U);
  EXPECT_GE(seen.count(PartEvent::kThreadsExhausted), 10U);
  ASSERT_TRUE(s.begin({ActionKind::kScale, {}, b.app.value, 3}).has_value());
  run_checked(s, seconds(5), &seen);
  const auto after = s.user_totals().failed;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(s.user_totals().failed, after);
}

TEST(Ports, ACallerWithoutAPoolRunsOutOfThem) {
  const auto failed = [](bool pooled) {
    Hosted b(30);
    b.resources().ports_limit = 1000;
    const ServiceId store = b.service("store", 1);
    const OperationId get = b.operation(store, "get", {work(milliseconds(1))});
    const PoolId pool = pooled ? b.pool(b.app, store, 10) : PoolId();
    b.model.operations[b.page.index()].steps.push_back(call(b.edge(b.app, get, pool)));
    Simulation s = b.simulate(19);
    PartEvents seen;
    run_checked(s, seconds(20), &seen);
    EXPECT_EQ(s.user_totals().failed, 0U);
    run_checked(s, seconds(70), &seen);
    if (!pooled) {
      EXPECT_GT(seen.attempts[static_cast<int>(Outcome::kPortsExhausted)], 300U);
      EXPECT_GE(gauge(s, "container_network_tcp_ports_in_use", b.first().index()), 950);
    }
    return s.user_totals().failed;
  };
  EXPECT_GT(failed(false), 300U);
  EXPECT_EQ(failed(true), 0U);
}

TEST(SharedMemory, IsFullAtManyRequests) {
  Hosted b(20);
  b.model.operations[b.page.index()].steps.push_back(delay(seconds(1)));
  b.resources().shm_limit = 64 * kMiB;
  b.resources().shm_per_request = kMiB;
  Simulation s = b.simulate(21, {{change_at(seconds(20), {set(PartKind::kJourney, "multiplier", 0, 5000)})}});
  PartEvents seen;
  run_checked(s, seconds(20), &seen);
  EXPECT_EQ(seen.ended(Outcome::kDiskFull), 0U);
  run_checked(s, seconds(10), &seen);
  EXPECT_GT(seen.ended(Outcome::kDiskFull), 50U);
}

}  // namespace
}  // namespace incident::sim
