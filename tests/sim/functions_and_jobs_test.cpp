// Functions that come and go with their requests, and scheduled jobs.
#include <gtest/gtest.h>

#include "platform_models.h"

namespace incident::sim {
namespace {

using namespace testing;

constexpr std::int64_t kMiB = 1 << 20;

struct Serverless : Hosted {
  explicit Serverless(double per_second, Duration job = milliseconds(100)) : Hosted(per_second, 1, job) {
    ServiceSpec& s = model.services[app.index()];
    s.function = true;
    s.instances_max = 50;
    s.initial.cpu_millicores = 1000;
    function().concurrency = 50;
    function().cold_start_us = 600'000;
    function().idle_timeout_us = 60'000'000;
  }
  FunctionParameters& function() { return model.services[app.index()].function_initial; }
  std::size_t there(const Simulation& s) const {
    std::size_t n = 0;
    for (const InstanceId i : s.instances_of(app)) n += s.instance(i).state != InstanceState::kAbsent;
    return n;
  }
};

TEST(Functions, ServeOneRequestEachAndStartCold) {
  const Serverless b(40);  // four at once on average
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(60), &seen);
  EXPECT_EQ(s.user_totals().failed, 0U);
  for (const InstanceId i : s.instances_of(b.app)) EXPECT_LE(s.instance(i).busy_workers, 1U);
  EXPECT_GT(b.there(s), 5U);
  EXPECT_LT(b.there(s), 40U);  // what arrives in the first cold start finds nobody
  const std::int64_t cold = gauge(s, "aws_lambda_cold_starts_total", b.app.index());
  EXPECT_EQ(cold + 1, static_cast<std::int64_t>(b.there(s)));
  EXPECT_EQ(gauge(s, "aws_lambda_throttles_total", b.app.index()), 0);
}

TEST(Functions, GoWhenNobodyUsesThem) {
  const Serverless b(40);
  Simulation s = b.simulate(1, {{change_at(seconds(60), {set(PartKind::kJourney, "multiplier", 0, 25)})}});
  run_checked(s, seconds(60));
  const std::size_t busy = b.there(s);
  run_checked(s, seconds(140));
  EXPECT_LT(b.there(s), busy / 2);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Functions, RefuseBeyondTheirConcurrency) {
  Serverless b(40);
  b.function().concurrency = 3;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(60), &seen);
  EXPECT_GT(seen.ended(Outcome::kRateLimited), 300U);
  EXPECT_LE(b.there(s), 3U);
  EXPECT_GE(seen.count(PartEvent::kFunctionThrottled), 30U);
  EXPECT_FALSE(s.begin({ActionKind::kScale, {}, b.app.value, 5}).has_value());
}

TEST(Functions, ADeployReplacesThemAsTheyAreNeeded) {
  Serverless b(40);
  const RevisionId second = b.revision(b.app);
  PlannedChange c = change_at(seconds(30), {});
  c.kind = ChangeKind::kDeploy;
  c.service = b.app;
  c.revision = second;
  Simulation s = b.simulate(1, {{c}});
  run_checked(s, seconds(60));
  EXPECT_EQ(s.user_totals().failed, 0U);
  for (const InstanceId i : s.instances_of(b.app)) {
    if (s.instance(i).state == InstanceState::kReady) {
      EXPECT_EQ(s.instance(i).revision, second);
    }
  }
}

struct Nightly : Hosted {
  ServiceId db;
  Nightly() : Hosted(20) {
    db = service("db", 1, ServiceKind::kDatabase);
    of(db).cpu_millicores = 1000;
    model.services[db.index()].database.max_connections = 20;
    const OperationId select = operation(db, "SELECT", {work(milliseconds(10))});
    model.operations[page.index()].steps.push_back(call(edge(app, select)));
    JobSpec job{"report", db, {}};
    job.initial.first_us = 60'000'000;
    job.initial.interval_us = 600'000'000;
    job.initial.duration_us = 120'000'000;
    model.jobs.push_back(job);
  }
  JobParameters& job() { return model.jobs[0].initial; }
  ResourceParameters& store() { return model.services[db.index()].resources; }
};

TEST(Jobs, TakeCpuWhileTheyRun) {
  Nightly b;
  b.job().cpu = 700;
  Simulation s = b.simulate(1);
  const auto mean = [&](Duration time) {
    PartEvents seen;
    seen.from = s.now();
    run_checked(s, time, &seen);
    return seen.mean();
  };
  const double before = mean(seconds(60));
  const double during = mean(seconds(120));
  (void)mean(seconds(30));
  const double after = mean(seconds(60));
  EXPECT_GT(during, 3 * before);
  EXPECT_LT(after, 1.5 * before);
  EXPECT_EQ(gauge(s, "kube_job_status_succeeded", 0), 1);
}

TEST(Jobs, HoldConnectionsAndGiveThemBack) {
  Nightly b;
  b.job().connections = 20;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(100), &seen);
  EXPECT_GT(seen.attempts[static_cast<int>(Outcome::kTooManyConnections)], 200U);
  EXPECT_EQ(gauge(s, "kube_job_status_active", 0), 1);
  ASSERT_TRUE(s.begin({ActionKind::kSuspendJob, {}, 0, 1}).has_value());
  run_checked(s, seconds(10), &seen);
  EXPECT_EQ(gauge(s, "kube_job_status_active", 0), 0);
  const auto failed = s.user_totals().failed;
  run_checked(s, seconds(30), &seen);
  EXPECT_EQ(s.user_totals().failed, failed);
}

TEST(Jobs, OutOfMemoryTheyAreTriedAgain) {
  Nightly b;
  b.job().memory = 512 * kMiB;
  b.job().memory_limit = 256 * kMiB;
  b.job().retries = 2;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(400), &seen);
  EXPECT_EQ(seen.count(PartEvent::kJobStarted), 3U);
  EXPECT_EQ(seen.count(PartEvent::kJobFailed), 3U);
  EXPECT_EQ(gauge(s, "kube_job_status_failed", 0), 3);
  EXPECT_EQ(s.user_totals().failed, 0U);
}

TEST(Jobs, WithoutALimitTheyTakeTheirHostWithThem) {
  Nightly b;
  b.job().memory = 512 * kMiB;
  b.store().memory_base = 200 * kMiB;
  b.store().memory_limit = 512 * kMiB;
  Simulation s = b.simulate(1);
  PartEvents seen;
  run_checked(s, seconds(200), &seen);
  EXPECT_EQ(seen.count(PartEvent::kOomKilled), 1U);
  EXPECT_GT(s.user_totals().failed, 50U);
}

TEST(Jobs, RunsBesideEachOtherOnlyWhenTheyMay) {
  for (const std::int64_t overlap : {0, 1, 2}) {
    Nightly b;
    b.job().interval_us = 50'000'000;
    b.job().overlap = overlap;
    Simulation s = b.simulate(1);
    run_checked(s, seconds(170));
    EXPECT_EQ(gauge(s, "kube_job_status_active", 0), overlap == 1 ? 3 : 1) << overlap;
  }
}

}  // namespace
}  // namespace incident::sim
