// Small systems built by hand, for tests of the engine. The Builder keeps the wiring short: parts are added
// in order, and every service gets a first revision.
#pragma once

#include <memory>
#include <string>

#include "sim/simulation.h"

namespace incident::sim::testing {

struct Builder {
  Model model;
  ServiceId users;

  Builder() { users = service("users", 1); }

  ServiceId service(const std::string& name, std::uint16_t instances,
                    ServiceKind kind = ServiceKind::kApplication) {
    ServiceSpec s;
    s.name = name;
    s.kind = model.services.empty() ? ServiceKind::kUsers : kind;
    s.instances = instances;
    s.instances_max = static_cast<std::uint16_t>(instances + 4);
    s.initial.probe_interval_us = 0;
    s.initial.workers = 4096;
    s.initial.queue_limit = 100'000;
    s.initial.cpu_millicores = 64'000;
    model.services.push_back(s);
    const ServiceId id(model.services.size() - 1);
    revision(id);
    return id;
  }
  ServiceParameters& of(ServiceId s) { return model.services[s.index()].initial; }
  EdgeParameters& of(EdgeId e) { return model.edges[e.index()].initial; }
  RevisionId revision(ServiceId s, RevisionParameters p = {}) {
    model.revisions.push_back({s, "1." + std::to_string(model.revisions.size()), p});
    return RevisionId(model.revisions.size() - 1);
  }
  OperationId operation(ServiceId s, const std::string& name, std::vector<Step> steps) {
    model.operations.push_back({s, name, std::move(steps), {}});
    return OperationId(model.operations.size() - 1);
  }
  // Instant, lossless and patient, unless changed afterwards.
  EdgeId edge(ServiceId from, OperationId to, PoolId pool = {}) {
    EdgeSpec e{from, to, pool, "edge" + std::to_string(model.edges.size()), {}};
    e.initial.timeout_us = 0;
    e.initial.network_us = 0;
    model.edges.push_back(e);
    return EdgeId(model.edges.size() - 1);
  }
  PoolId pool(ServiceId owner, ServiceId target, std::int64_t size) {
    PoolSpec p{owner, target, "pool" + std::to_string(model.pools.size()), {}};
    p.initial.size = size;
    model.pools.push_back(p);
    return PoolId(model.pools.size() - 1);
  }
  JourneyId journey(double per_second, std::vector<Step> steps, std::int64_t slow_us = 2'000'000) {
    JourneySpec j;
    j.name = "journey" + std::to_string(model.journeys.size());
    j.operation = operation(users, j.name, std::move(steps));
    j.initial.rate_per_kilosecond = static_cast<std::int64_t>(per_second * 1000 + 0.5);
    j.slow_us = slow_us;
    model.journeys.push_back(j);
    return JourneyId(model.journeys.size() - 1);
  }
  ConfigKeyId key(ServiceId s, PartKind part, std::string_view parameter, std::size_t index) {
    ConfigKeySpec k;
    k.name = std::string(parameter);
    k.service = s;
    k.target = ref(part, parameter, index);
    k.min = 0;
    k.max = 1'000'000'000;
    model.config_keys.push_back(k);
    return ConfigKeyId(model.config_keys.size() - 1);
  }
  static ParameterRef ref(PartKind part, std::string_view parameter, std::size_t index) {
    return {static_cast<std::uint16_t>(find_parameter(part, parameter) - parameters().data()),
            static_cast<std::uint16_t>(index)};
  }
  Simulation simulate(std::uint64_t seed, Plan plan = {}) const {
    validate(model).value();
    return {std::make_shared<const Model>(model), std::make_shared<const Plan>(std::move(plan)), seed};
  }
};

inline Step work(Duration mean, Shape shape = Shape::kExponential) {
  Step s;
  s.kind = StepKind::kWork;
  s.shape = shape;
  s.amount = mean;
  return s;
}
inline Step delay(Duration mean, Shape shape = Shape::kExponential) {
  Step s = work(mean, shape);
  s.kind = StepKind::kDelay;
  return s;
}
inline Step call(EdgeId edge, bool optional = false) {
  Step s;
  s.kind = StepKind::kCall;
  s.edge = edge;
  s.optional = optional;
  return s;
}
inline Step parallel(std::uint16_t count) {
  Step s;
  s.kind = StepKind::kParallel;
  s.count = count;
  return s;
}
inline Step cache_get(CacheId cache, EdgeId edge, std::uint16_t skip) {
  Step s;
  s.kind = StepKind::kCacheGet;
  s.cache = cache;
  s.edge = edge;
  s.count = skip;
  return s;
}
inline Step cache_put(CacheId cache, EdgeId edge) {
  Step s = cache_get(cache, edge, 0);
  s.kind = StepKind::kCachePut;
  return s;
}
inline Step lock(LockSetId set) {
  Step s;
  s.kind = StepKind::kLock;
  s.lock_set = set;
  return s;
}
inline Step maybe(std::uint32_t permille, std::uint16_t count) {
  Step s;
  s.kind = StepKind::kMaybe;
  s.permille = permille;
  s.count = count;
  return s;
}
inline Step if_flag(FlagId flag, std::uint16_t count) {
  Step s;
  s.kind = StepKind::kIfFlag;
  s.flag = flag;
  s.count = count;
  return s;
}

// One station behind the users: `workers` of them, first come first served.
inline Builder station(double per_second, std::int64_t workers, Step job) {
  Builder b;
  const ServiceId s = b.service("station", 1);
  b.of(s).workers = workers;
  b.of(s).cpu_millicores = workers * 1000;
  const OperationId o = b.operation(s, "job", {job});
  b.journey(per_second, {call(b.edge(b.users, o))});
  return b;
}

// performance.md's tandem: three M/M/4 stations, 3.2 arrivals a second, mean service 1 s.
inline Builder tandem() {
  Builder b;
  std::vector<Step> calls;
  for (int i = 0; i < 3; ++i) {
    const ServiceId s = b.service("station" + std::to_string(i), 1);
    b.of(s).workers = 4;
    b.of(s).cpu_millicores = 4000;
    calls.push_back(call(b.edge(b.users, b.operation(s, "job", {work(seconds(1))}))));
  }
  b.journey(3.2, calls, 3'600'000'000);
  return b;
}

// Time from arrival to end of every customer request or task, and how requests ended.
struct Meter : Observer {
  double sum = 0, squares = 0;
  std::uint64_t count = 0;
  std::uint64_t outcomes[kOutcomes] = {};
  std::uint64_t attempts[kOutcomes] = {};
  std::uint64_t parts[256] = {};
  SimTime from{0};
  CauseMask causes = 0;
  double mean() const { return sum / static_cast<double>(count); }

  void on_user(const UserRecord& r) override {
    ++outcomes[static_cast<int>(r.outcome)];
    causes |= r.cause;
    if (r.start < from || r.outcome != Outcome::kOk) return;
    const double t = (r.end - r.start).seconds();
    sum += t;
    squares += t * t;
    ++count;
  }
  void on_call(const CallRecord& r) override { ++attempts[static_cast<int>(r.outcome)]; }
  void on_part(const PartRecord& r) override { ++parts[static_cast<int>(r.event)]; }
};

}  // namespace incident::sim::testing
