#include "sim/engine/run.h"

#include <cstdio>
#include <cstdlib>

#include "sim/engine/invariants.h"
#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/autoscaler.h"
#include "sim/parts/await.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/changes.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/consumers.h"
#include "sim/parts/cpu.h"
#include "sim/parts/cpu_quota.h"
#include "sim/parts/crash.h"
#include "sim/parts/hedging.h"
#include "sim/parts/instance.h"
#include "sim/parts/jobs.h"
#include "sim/parts/journeys.h"
#include "sim/parts/locks.h"
#include "sim/parts/memory.h"
#include "sim/parts/nodes.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/platform.h"
#include "sim/parts/pods.h"
#include "sim/parts/probes.h"
#include "sim/parts/route.h"
#include "sim/parts/steps.h"
#include "sim/parts/stores.h"

namespace incident::sim {
namespace {

template <class Parameters, class Specs>
void copy_initial(std::vector<Parameters>& parameters, const Specs& specs) {
  for (const auto& spec : specs) parameters.push_back(spec.initial);
}

void copy_parameters(World& w) {
  const Model& m = *w.model;
  copy_initial(w.service_parameters, m.services);
  copy_initial(w.revision_parameters, m.revisions);
  copy_initial(w.operation_parameters, m.operations);
  copy_initial(w.edge_parameters, m.edges);
  copy_initial(w.pool_parameters, m.pools);
  copy_initial(w.cache_parameters, m.caches);
  copy_initial(w.journey_parameters, m.journeys);
  copy_initial(w.flag_parameters, m.flags);
  copy_initial(w.link_parameters, m.links);
  copy_initial(w.dns_name_parameters, m.dns_names);
  copy_initial(w.resolver_parameters, m.resolvers);
  copy_initial(w.certificate_parameters, m.certificates);
  copy_initial(w.secret_parameters, m.secrets);
  copy_initial(w.table_parameters, m.tables);
  copy_initial(w.topic_parameters, m.topics);
  copy_initial(w.group_parameters, m.groups);
  for (const ServiceSpec& s : m.services) w.database_parameters.push_back(s.database);
  w.instance_parameters.resize(w.compiled->instances.size());
  for (int kind = 0; kind < kPartKinds; ++kind) {
    w.causes[kind].resize(part_count(m, static_cast<PartKind>(kind)));
  }
}

// False: nothing was due after all.
bool fire_timer(World& w, TimerTarget timer) {
  const auto index16 = static_cast<std::uint16_t>(timer.index);
  switch (timer.kind) {
    case TimerKind::kCpu:
      on_cpu_timer(w, index16);
      return true;
    case TimerKind::kLife:
      on_life_timer(w, index16);
      return true;
    case TimerKind::kProbe:
      on_probe_timer(w, index16);
      return true;
    case TimerKind::kEdge:
      return on_edge_timer(w, index16);
    case TimerKind::kPool:
      return on_pool_timer(w, timer.index);
    case TimerKind::kLockSet:
      return on_lock_timer(w, timer.index);
    case TimerKind::kJourney:
      on_arrival(w, timer.index);
      return true;
    case TimerKind::kPlan:
      on_plan_timer(w);
      return true;
    case TimerKind::kDay:
      on_day_step(w);
      return true;
    case TimerKind::kPause:
      on_pause_timer(w, index16);
      return true;
    case TimerKind::kQuota:
      on_quota_timer(w, index16);
      return true;
    case TimerKind::kMemory:
      on_memory_timer(w, index16);
      return true;
    case TimerKind::kStore:
      on_store_timer(w, timer.index);
      return true;
    case TimerKind::kGroup:
      on_group_timer(w, timer.index);
      return true;
    case TimerKind::kReader:
      on_reader_timer(w, timer.index);
      return true;
    case TimerKind::kAutoscaler:
      on_autoscaler_timer(w, index16);
      return true;
    case TimerKind::kCluster:
      on_cluster_timer(w);
      return true;
    case TimerKind::kJob:
      on_job_timer(w, index16);
      return true;
  }
  return false;
}

// False: what it was meant for is gone.
bool handle(World& w, const Event& event) {
  const Handle target = event.target;
  switch (event.kind()) {
    case EventKind::kArrive:
      if (!w.tasks.current(target)) return false;
      arrive(w, target.slot);
      return true;
    case EventKind::kResume:
      if (!w.tasks.current(target)) return false;
      resume(w, target.slot);
      return true;
    case EventKind::kReply:
      if (!w.calls.current(target)) return false;
      attempt_over(w, target.slot);
      return true;
    case EventKind::kSend:
      if (!w.calls.current(target)) return false;
      send_granted(w, target.slot);
      return true;
    case EventKind::kRetry:
      if (!w.calls.current(target)) return false;
      retry(w, target.slot);
      return true;
    case EventKind::kUndo:
      undo(w, target.slot);
      return true;
    case EventKind::kActionEffect:
      action_effect(w, target.slot);
      return true;
    case EventKind::kCrash:
      return crash(w, static_cast<std::uint16_t>(target.slot), target.generation);
    case EventKind::kHedge:
      if (!w.calls.current(target)) return false;
      return hedge(w, target.slot);
    case EventKind::kProcessEnds:
      return on_process_end(w, target);
    case EventKind::kLockCheck:
      if (!w.tasks.current(target)) return false;
      look_for_deadlock(w, target.slot);
      return true;
    case EventKind::kGoOn:
      if (!w.tasks.current(target)) return false;
      go_on(w, target.slot);
      return true;
    case EventKind::kAwaitOver:
      return w.tasks.current(target) && await_over(w, target.slot);
  }
  return false;
}

bool timer_is_next(const World& w) {
  if (w.timers.empty()) return false;
  if (w.events.empty()) return true;
  const auto& timer = w.timers.top();
  const Event& event = w.events.top();
  return timer.time != event.time ? timer.time < event.time : timer.order < event.order;
}

}  // namespace

std::unique_ptr<World> make_world(std::shared_ptr<const Model> model, std::shared_ptr<const Plan> plan,
                                  std::uint64_t seed) {
  auto world = std::make_unique<World>();
  World& w = *world;
  w.model = std::move(model);
  w.plan = std::move(plan);
  w.compiled = std::make_shared<const Compiled>(*w.model, *w.plan);
  w.seed = seed;
  const Compiled& c = *w.compiled;
  w.timers.resize(c.timers.size());
  copy_parameters(w);
  w.services.resize(c.services.size());
  w.serving.resize(c.services.size());
  w.instances.resize(c.instances.size());
  for (std::size_t i = 0; i < w.instances.size(); ++i) w.instances[i].service = c.service_of[i];
  w.cpu.resize(c.instances.size());
  make_platform(w);
  w.clients.resize(c.clients);
  for (Client& client : w.clients) client.retry_tokens = kRetryBudgetBurst;
  w.edge_deadlines.resize(c.edges.size());
  w.pools.resize(c.pool_states);
  w.idle_connections.resize(c.idle_counts);
  w.rows.resize(c.rows);
  w.lock_sets.resize(w.model->lock_sets.size());
  w.journeys.resize(w.model->journeys.size());
  w.caches.resize(w.model->caches.size());
  for (std::size_t i = 0; i < w.caches.size(); ++i) {
    w.caches[i].keys.resize(w.model->caches[i].keys);
    w.caches[i].random = Random::stream(seed, "eviction", i);
  }
  for (std::size_t r = w.model->revisions.size(); r-- > 0;) {
    w.services[w.model->revisions[r].service.index()].revision = static_cast<std::uint16_t>(r);
  }
  w.databases.resize(c.services.size());
  for (std::size_t s = 0; s < c.services.size(); ++s) {
    if (!c.services[s].users) start_initial(w, static_cast<std::uint16_t>(s));
  }
  load_all(w);
  start_stores(w);
  refresh_derived(w);
  start_journeys(w);
  arm_plan(w);
  start_autoscalers(w);
  start_nodes(w);
  start_jobs(w);
  return world;
}

namespace {

// The loop itself; `after` is called after each event and says whether to go on.
template <class After>
void run_each(World& w, std::int64_t end, After after) {
  for (;;) {
    if (timer_is_next(w)) {
      const std::int64_t time = w.timers.top().time;
      const std::uint64_t order = w.timers.top().order;
      const std::uint32_t id = w.timers.top().id();
      if (time > end) break;
      w.now = time;
      // Its handler sets it anew or not; the top is replaced in place in the usual case.
      if (fire_timer(w, w.compiled->timers[id])) ++w.events_handled;
      if (w.timers.armed(id) && w.timers.entry(id).order == order) w.timers.stop(id);
    } else {
      if (w.events.empty() || w.events.top().time > end) break;
      const Event event = w.events.top();
      w.events.pop();
      w.now = event.time;
      if (handle(w, event)) ++w.events_handled;
    }
    if (!after()) return;
  }
  w.now = end;
}

#ifdef INCIDENT_CHECK_INVARIANTS
// In debug builds every run of every test watches the invariants: after each event where that is cheap, else
// now and then.
constexpr std::size_t kSmallWorld = 256;
constexpr std::uint64_t kEventsBetweenChecks = 8192;

void expect_invariants(const World& w) {
  const bool small = w.tasks.slots() + w.calls.slots() + w.instances.size() + w.rows.size() < kSmallWorld;
  if (!small && w.events_handled % kEventsBetweenChecks != 0) return;
  if (const std::string broken = find_broken_invariant(w); !broken.empty()) {
    std::fprintf(stderr, "invariant broken at %lld us: %s\n", static_cast<long long>(w.now), broken.c_str());
    std::abort();
  }
}
#endif

}  // namespace

void run_events(World& w, std::int64_t end) {
#ifdef INCIDENT_CHECK_INVARIANTS
  run_each(w, end, [&] {
    expect_invariants(w);
    return true;
  });
#else
  run_each(w, end, [] { return true; });
#endif
}

std::string run_events_checked(World& w, std::int64_t end) {
  std::string broken;
  run_each(w, end, [&] {
    broken = find_broken_invariant(w);
    return broken.empty();
  });
  return broken;
}

}  // namespace incident::sim
