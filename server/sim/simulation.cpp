#include "sim/simulation.h"

#include <cassert>

#include "sim/engine/invariants.h"
#include "sim/engine/run.h"
#include "sim/engine/state_hash.h"
#include "sim/engine/world.h"
#include "sim/gauges.h"
#include "sim/parts/actions.h"
#include "sim/parts/changes.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/cpu.h"

namespace incident::sim {

Simulation::Simulation(std::shared_ptr<const Model> model, std::shared_ptr<const Plan> plan,
                       std::uint64_t seed)
    : world_(make_world(std::move(model), std::move(plan), seed)) {}
Simulation::Simulation(const Simulation& o) : world_(std::make_unique<World>(*o.world_)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(const Simulation& o) {
  if (this != &o) *world_ = *o.world_;
  return *this;
}
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

void Simulation::run_until(SimTime end, Observer* observer) {
  assert(end.us >= world_->now);
  world_->observer = observer;
  run_events(*world_, end.us);
  world_->observer = nullptr;
}

Result<ActionId> Simulation::begin(const Action& action, Observer* observer) {
  world_->observer = observer;
  auto result = begin_action(*world_, action);
  world_->observer = nullptr;
  return result;
}

Result<Simulation::ActionPreview> Simulation::preview(const Action& action) const {
  return preview_action(*world_, action);
}

SimTime Simulation::now() const {
  return {world_->now};
}
std::uint64_t Simulation::hash() const {
  return state_hash(*world_);
}
std::uint64_t Simulation::events_handled() const {
  return world_->events_handled;
}
const Model& Simulation::model() const {
  return *world_->model;
}
const Plan& Simulation::plan() const {
  return *world_->plan;
}
std::shared_ptr<const Model> Simulation::shared_model() const {
  return world_->model;
}

UserTotals Simulation::user_totals() const {
  UserTotals sum;
  for (const JourneyState& j : world_->journeys) {
    sum.ok += j.totals.ok;
    sum.failed += j.totals.failed;
    sum.slow += j.totals.slow;
  }
  return sum;
}
UserTotals Simulation::user_totals(JourneyId journey) const {
  return world_->journeys[journey.index()].totals;
}
std::int64_t Simulation::parameter(ParameterRef ref) const {
  return parameter_value(*world_, ref);
}
std::int64_t Simulation::config_value(ConfigKeyId key) const {
  const ConfigKeySpec& spec = world_->model->config_keys[key.index()];
  return parameter(spec.target) / spec.unit_divisor;
}

InstanceView Simulation::instance(InstanceId id) const {
  const Instance& i = world_->instances[id.index()];
  InstanceView view;
  view.service = ServiceId(world_->service_of(id.value));
  view.revision.value = i.revision;
  view.state = i.state;
  view.healthy = i.healthy != 0;
  view.hold = i.hold;
  view.drained = i.drained != 0;
  view.serial = i.serial;
  view.restarts = i.restarts;
  view.started = SimTime{i.started};
  view.busy_workers = i.busy;
  view.queued = i.queue.size;
  view.running_cpu = static_cast<std::uint32_t>(world_->cpu[id.index()].size());
  view.cpu_used = Duration{cpu_used_us(*world_, id.value)};
  view.connections = i.connections;
  return view;
}
std::size_t Simulation::instance_slots() const {
  return world_->instances.size();
}
std::span<const InstanceId> Simulation::instances_of(ServiceId service) const {
  const CompiledService& s = world_->compiled->services[service.index()];
  return std::span<const InstanceId>(world_->compiled->instances).subspan(s.first, s.slots);
}
RevisionId Simulation::revision_of(ServiceId service) const {
  RevisionId revision;
  revision.value = world_->services[service.index()].revision;
  return revision;
}

PoolView Simulation::pool(PoolId pool, InstanceId owner) const {
  if (world_->service_of(owner.value) != world_->compiled->pools[pool.index()].owner) return {};
  const PoolState& s = world_->pools[pool_state_of(*world_, pool.index(), owner.value)];
  return {s.in_use, s.open, s.waiting.size,
          static_cast<std::uint32_t>(world_->pool_parameters[pool.index()].size)};
}
CacheView Simulation::cache(CacheId cache) const {
  const CacheState& c = world_->caches[cache.index()];
  return {c.hits, c.misses, c.evictions, c.present.size()};
}
BreakerView Simulation::breaker(EdgeId edge, InstanceId caller) const {
  const CompiledEdge& e = world_->compiled->edges[edge.index()];
  if (!caller.valid() || world_->service_of(caller.value) != e.from) return {};
  const Client& c = world_->clients[e.client + (caller.value - world_->compiled->services[e.from].first)];
  return {c.breaker == BreakerState::kOpen, c.breaker == BreakerState::kHalfOpen};
}
std::uint32_t Simulation::lock_waiters(LockSetId set) const {
  return world_->lock_sets[set.index()].waiting;
}
std::int64_t Simulation::gauge(std::size_t gauge, std::size_t at, std::uint32_t lane) const {
  return gauges()[gauge].read(*world_, at, lane);
}

std::size_t Simulation::tasks_in_flight() const {
  return world_->server_tasks;
}
std::uint64_t Simulation::requests_open() const {
  return world_->requests_begun - world_->requests_ended;
}
std::size_t Simulation::change_count() const {
  return world_->changes.size();
}
ChangeView Simulation::change(ChangeId id) const {
  return world_->changes[id.index()].view;
}
std::size_t Simulation::action_count() const {
  return world_->actions.size();
}
ActionView Simulation::action(ActionId id) const {
  return world_->actions[id.index()];
}
std::string Simulation::run_checked(SimTime end, Observer* observer) {
  assert(end.us >= world_->now);
  world_->observer = observer;
  std::string broken = run_events_checked(*world_, end.us);
  world_->observer = nullptr;
  return broken;
}
std::string Simulation::broken_invariant() const {
  return find_broken_invariant(*world_);
}

}  // namespace incident::sim
