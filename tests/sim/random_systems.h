// Random small systems, plans and actions, for tests that must hold whatever the system is. No two draws
// stand in one call's arguments: compilers evaluate those in different orders.
#pragma once

#include "base/random.h"
#include "models.h"

namespace incident::sim::testing {

// The draws of this file stay what they are as mechanisms are added: these were there first.
inline constexpr std::uint64_t kFirstActions = 11, kFirstParameters = 45;

struct RandomSystem {
  Builder b;
  Plan plan;
  Random random;

  explicit RandomSystem(std::uint64_t seed) : random(Random::stream(seed, "random system", 0)) {
    const auto layers = 2 + random.below(4);
    std::vector<std::vector<OperationId>> operations(layers);
    // From the deepest layer upward, so that calls go down only.
    for (std::size_t layer = layers; layer-- > 0;) {
      const auto services = 1 + random.below(2);
      for (std::size_t n = 0; n < services; ++n) add_service(layer, layers, operations);
    }
    for (std::size_t n = 0; n < 1 + random.below(2); ++n) {
      std::vector<Step> steps;
      for (std::size_t k = 0; k < 1 + random.below(3); ++k) {
        const EdgeId click = vary(b.edge(b.users, one_of(operations[0])));
        steps.push_back(call(click, random.below(3) == 0));
        steps.push_back(delay(milliseconds(pick(1, 3000))));
      }
      b.journey(static_cast<double>(pick(1, 60)), steps);
      b.model.journeys.back().slow_us = 500'000;
    }
    if (random.below(3) == 0) b.model.day_shape_permille = {500, 1500, 800};
    for (std::size_t n = random.below(6); n > 0; --n) add_change();
    std::sort(plan.changes.begin(), plan.changes.end(),
              [](const auto& x, const auto& y) { return x.at < y.at; });
  }

  Action action() {
    Action a;
    a.kind = static_cast<ActionKind>(random.below(kFirstActions));
    a.target = static_cast<std::uint32_t>(random.below(12));
    a.value = pick(0, 5);
    if (a.kind == ActionKind::kShedTraffic) a.value *= 150;
    return a;
  }

 private:
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  OperationId one_of(const std::vector<OperationId>& list) { return list[random.below(list.size())]; }

  EdgeId vary(EdgeId e) {
    EdgeParameters& p = b.of(e);
    p.network_us = random.below(3) == 0 ? 0 : pick(50, 2000);
    p.timeout_us = random.below(4) == 0 ? 0 : pick(5'000, 1'000'000);
    p.attempts = pick(1, 4);
    p.backoff_us = pick(0, 100'000);
    p.retry_budget_permille = random.below(2) == 0 ? 0 : pick(50, 300);
    p.breaker_failure_permille = random.below(2) == 0 ? 0 : pick(200, 800);
    p.breaker_window = pick(1, 64);
    p.loss_permille = random.below(4) == 0 ? pick(1, 50) : 0;
    p.cancel = pick(0, 1);
    return e;
  }

  void add_service(std::size_t layer, std::size_t layers, std::vector<std::vector<OperationId>>& operations) {
    const bool deepest = layer + 1 == layers;
    const ServiceId s =
        b.service("s" + std::to_string(b.model.services.size()), static_cast<std::uint16_t>(pick(1, 3)),
                  deepest ? ServiceKind::kDatabase : ServiceKind::kApplication);
    ServiceParameters& p = b.of(s);
    p.workers = pick(1, 12);
    p.queue_limit = pick(0, 30);
    p.cpu_millicores = pick(300, 4000);
    p.startup_us = pick(0, 9'000'000);
    p.warmup_us = pick(0, 5'000'000);
    p.warmup_factor_permille = pick(1000, 4000);
    p.drain_us = pick(0, 3'000'000);
    p.least_loaded = pick(0, 1);
    p.liveness_fall = random.below(3) == 0 ? pick(2, 6) : 0;
    p.probe_interval_us = pick(500'000, 4'000'000);
    p.probe_timeout_us = pick(10'000, 1'000'000);
    b.model.services.back().instances_max =
        static_cast<std::uint16_t>(b.model.services.back().instances + pick(0, 2));
    b.model.services.back().database.max_connections = pick(2, 40);
    b.model.services.back().database.lock_timeout_us = random.below(3) == 0 ? 0 : pick(10'000, 500'000);
    b.revision(s, {pick(500, 4000), pick(0, 100), random.below(3) == 0 ? pick(0, 50'000) : 0});
    b.model.flags.push_back({"flag", s, {pick(0, 1)}});
    b.key(s, PartKind::kService, "workers", s.index());
    const FlagId flag(b.model.flags.size() - 1);

    std::vector<Step> steps;
    const auto amount = [&] { return microseconds(pick(0, 30'000)); };
    if (deepest) {
      b.model.lock_sets.push_back({s, "rows", static_cast<std::uint32_t>(pick(1, 8)), 500});
      const LockSetId rows(b.model.lock_sets.size() - 1);
      if (random.below(2) == 0) steps.push_back(lock(rows));
      const auto shape = static_cast<Shape>(random.below(3));
      steps.push_back(work(amount(), shape));
      if (random.below(2) == 0) steps.push_back(lock(rows));
      steps.push_back(delay(amount()));
    } else {
      const auto& below = operations[layer + 1];
      const auto edge = [&] {
        const OperationId to = one_of(below);
        PoolId pool;
        if (random.below(2) == 0) pool = b.pool(s, b.model.operations[to.index()].service, pick(1, 6));
        if (pool.valid()) b.model.pools.back().initial.acquire_timeout_us = pick(1'000, 500'000);
        return vary(b.edge(s, to, pool));
      };
      steps.push_back(work(amount()));
      steps.push_back(if_flag(flag, 1));
      const EdgeId first = edge();
      steps.push_back(call(first, random.below(2) == 0));
      if (random.below(2) == 0) {
        steps.push_back(parallel(2));
        steps.push_back(call(edge()));
        steps.push_back(call(edge(), true));
      }
      b.model.caches.push_back({b.model.operations[below.front().index()].service, "cache", 200, 900, {}});
      b.model.caches.back().initial.capacity = pick(1, 300);
      const CacheId cache(b.model.caches.size() - 1);
      steps.push_back(cache_get(cache, edge(), 2));
      steps.push_back(call(edge(), true));
      steps.push_back(cache_put(cache, edge()));
      steps.push_back(maybe(300, 1));
      steps.push_back(delay(amount()));
    }
    operations[layer].push_back(b.operation(s, "op", steps));
    const OperationId probe = b.operation(s, "health", {work(microseconds(100))});
    if (random.below(3) != 0) b.model.services[s.index()].probe = probe;
  }

  void add_change() {
    PlannedChange c;
    c.at = SimTime{pick(0, 40'000'000)};
    c.causal = random.below(2) == 0;
    if (random.below(4) == 0) {
      const auto r = random.below(b.model.revisions.size());
      if (b.model.services[b.model.revisions[r].service.index()].kind != ServiceKind::kUsers) {
        c.kind = ChangeKind::kDeploy;
        c.service = b.model.revisions[r].service;
        c.revision = RevisionId(r);
      }
    }
    for (std::size_t n = 1 + random.below(3); n > 0; --n) {
      const auto parameter = random.below(kFirstParameters);
      const ParameterInfo& info = parameters()[parameter];
      const std::size_t parts = part_count(b.model, info.part);
      if (parts == 0) continue;
      Setting s;
      s.target = {static_cast<std::uint16_t>(parameter), static_cast<std::uint16_t>(random.below(parts))};
      // Rates and times within reason, so that a test ends.
      s.value = std::min(info.max, info.min + pick(0, info.unit == Unit::kMicroseconds    ? 800'000
                                                      : info.unit == Unit::kPerKilosecond ? 60'000
                                                      : info.unit == Unit::kPermille      ? 3'000
                                                                                          : 20));
      c.settings.push_back(s);
    }
    if (random.below(3) == 0) c.lasts = microseconds(pick(1, 20'000'000));
    plan.changes.push_back(c);
  }
};

}  // namespace incident::sim::testing
