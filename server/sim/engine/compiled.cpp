#include "sim/engine/compiled.h"

#include <algorithm>

#include "sim/engine/slot_pool.h"
#include "sim/part_names.h"

namespace incident::sim {
namespace {

std::uint16_t lognormal_table(std::vector<LognormalTable>& tables, std::uint32_t variation_permille) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].variation_permille == variation_permille) return static_cast<std::uint16_t>(i);
  }
  tables.emplace_back(variation_permille);
  return static_cast<std::uint16_t>(tables.size() - 1);
}

bool writes(const OperationSpec& operation) {
  return operation.writes || std::any_of(operation.steps.begin(), operation.steps.end(), [](const Step& s) {
           return s.kind == StepKind::kTable && s.verb >= TableVerb::kInsert;
         });
}

// Whether anything about a parameter has to do with more than a database's connections and row locks.
bool concerns_store(ParameterRef ref, PartKind kind, std::size_t first_word) {
  const ParameterInfo& info = parameters()[ref.parameter];
  return info.part == kind && info.offset >= first_word;
}

bool is_store(const Model& model, const Plan& plan, ServiceId id) {
  if (store_in_model(model, id)) return true;
  if (model.services[id.index()].kind != ServiceKind::kDatabase) return false;
  const auto touches = [&](ParameterRef ref) {
    if (concerns_store(ref, PartKind::kDatabase, kDatabaseWords) && ref.part == id.value) return true;
    return concerns_store(ref, PartKind::kInstance, kInstanceWords) &&
           service_of_part(model, PartKind::kInstance, ref.part) == id;
  };
  for (const PlannedChange& change : plan.changes) {
    for (const Setting& s : change.settings) {
      if (touches(s.target)) return true;
    }
  }
  return std::any_of(model.config_keys.begin(), model.config_keys.end(),
                     [&](const ConfigKeySpec& key) { return touches(key.target); });
}

void compile_brokers(Compiled& c, const Model& model) {
  c.awaited.resize(model.topics.size(), GroupId::kNone);
  for (const CompiledStep& step : c.steps) {
    if (step.kind == StepKind::kAwait) c.awaited[model.groups[step.part].topic.index()] = step.part;
  }
  for (std::size_t t = 0; t < model.topics.size(); ++t) {
    const TopicSpec& spec = model.topics[t];
    CompiledTopic topic{spec.broker.value, static_cast<std::uint16_t>(c.groups_by_topic.size()), 0,
                        c.partitions, spec.partitions_max};
    for (std::size_t g = 0; g < model.groups.size(); ++g) {
      if (model.groups[g].topic.index() != t) continue;
      c.groups_by_topic.push_back(static_cast<std::uint16_t>(g));
      ++topic.groups;
    }
    c.topics.push_back(topic);
    c.topic_keys.emplace_back(std::max<std::uint32_t>(spec.keys, 1), spec.zipf_permille);
    c.partitions += spec.partitions_max;
  }
  for (const GroupSpec& spec : model.groups) {
    const std::uint16_t service = model.operations[spec.operation.index()].service.value;
    c.groups.push_back(
        {spec.topic.value, spec.operation.value, service, spec.dead_letters.value, c.readers, c.members});
    c.readers += model.topics[spec.topic.index()].partitions_max;
    c.members += model.services[service].instances_max;
  }
}

void compile_steps(Compiled& c, const Model& model) {
  for (const OperationSpec& operation : model.operations) {
    c.operations.push_back({static_cast<std::uint32_t>(c.steps.size()),
                            static_cast<std::uint16_t>(operation.steps.size()), operation.service.value,
                            writes(operation), operation.route});
    for (const Step& s : operation.steps) {
      CompiledStep step{};
      step.kind = s.kind;
      step.shape = s.shape;
      step.optional = s.optional;
      step.count = s.count;
      step.amount = s.amount.us;
      step.permille = s.permille;
      step.edge = s.edge.value;
      step.cache = s.cache.value;
      step.lock_set = s.lock_set.value;
      step.flag = s.flag.value;
      step.verb = s.verb;
      step.nth = s.nth;
      if (s.kind == StepKind::kTable) step.part = s.table.value;
      if (s.kind == StepKind::kAppend) step.part = s.topic.value;
      if (s.kind == StepKind::kAwait) step.part = s.group.value;
      c.awaits = c.awaits || s.kind == StepKind::kAwait;
      if (s.kind == StepKind::kTable) step.permille = s.rows;
      if (s.kind == StepKind::kLockOne) {
        step.table = s.of;
      } else if (s.shape == Shape::kLognormal) {
        if (s.variation_permille == 0) {
          step.shape = Shape::kConstant;
        } else {
          step.table = lognormal_table(c.lognormals, s.variation_permille);
        }
      }
      c.steps.push_back(step);
    }
  }
}

bool holds(const std::vector<ServiceId>& group, ServiceId service) {
  return group.empty() || std::find(group.begin(), group.end(), service) != group.end();
}

CompiledRoute route_of(Compiled& c, const Model& m, const EdgeSpec& edge) {
  const ServiceId to = m.operations[edge.to.index()].service;
  CompiledRoute route;
  for (std::size_t n = 0; n < m.dns_names.size(); ++n) {
    if (m.dns_names[n].service == to) route.name = static_cast<std::uint16_t>(n);
  }
  for (std::size_t n = 0; n < m.certificates.size(); ++n) {
    if (m.certificates[n].service == to) route.certificate = static_cast<std::uint16_t>(n);
  }
  for (std::size_t n = 0; n < m.secrets.size(); ++n) {
    if (m.secrets[n].service == to && holds(m.secrets[n].clients, edge.from))
      route.secret = static_cast<std::uint16_t>(n);
  }
  route.first_link = static_cast<std::uint32_t>(c.route_links.size());
  for (std::size_t n = 0; n < m.links.size(); ++n) {
    if (!holds(m.links[n].from, edge.from) || !holds(m.links[n].to, to)) continue;
    c.route_links.push_back(static_cast<std::uint16_t>(n));
    ++route.links;
  }
  return route;
}

std::uint32_t add_timers(Compiled& c, TimerKind kind, std::size_t count) {
  const auto first = static_cast<std::uint32_t>(c.timers.size());
  for (std::uint32_t i = 0; i < count; ++i) c.timers.push_back({kind, i});
  return first;
}

}  // namespace

bool store_in_model(const Model& model, ServiceId id) {
  const ServiceSpec& spec = model.services[id.index()];
  if (spec.kind == ServiceKind::kBroker) return true;
  if (spec.kind != ServiceKind::kDatabase) return false;
  if (spec.replicated) return true;
  for (const TableSpec& t : model.tables) {
    if (t.database == id) return true;
  }
  for (const OperationSpec& o : model.operations) {
    if (o.service == id && writes(o)) return true;
  }
  const DatabaseParameters fresh;
  const auto* mine = reinterpret_cast<const std::int64_t*>(&spec.database);
  const auto* usual = reinterpret_cast<const std::int64_t*>(&fresh);
  return !std::equal(mine + kDatabaseWords, mine + sizeof fresh / sizeof *usual, usual + kDatabaseWords);
}

Compiled::Compiled(const Model& model, const Plan& plan) {
  compile_steps(*this, model);
  for (std::size_t s = 0; s < model.services.size(); ++s) {
    const ServiceSpec& spec = model.services[s];
    services.push_back(
        {static_cast<std::uint16_t>(service_of.size()), spec.instances_max, spec.kind == ServiceKind::kUsers,
         spec.kind == ServiceKind::kDatabase, is_store(model, plan, ServiceId(s)), spec.replicated,
         spec.shard_keys > 0 ? static_cast<std::uint32_t>(shard_keys.size()) : kNone, spec.function});
    if (spec.shard_keys > 0) shard_keys.emplace_back(spec.shard_keys, spec.shard_zipf_permille);
    if (services.back().store) stores.push_back(static_cast<std::uint16_t>(s));
    replicas = replicas || spec.replicated;
    service_of.insert(service_of.end(), spec.instances_max, static_cast<std::uint16_t>(s));
  }
  for (std::size_t i = 0; i < service_of.size(); ++i) instances.emplace_back(i);
  for (const EdgeSpec& e : model.edges) {
    const std::uint16_t to = model.operations[e.to.index()].service.value;
    // Users have no instances, so no pools: each customer has a connection of their own.
    const bool users = services[e.from.index()].users;
    const std::uint16_t pool = users ? PoolId::kNone : e.pool.value;
    const bool connects = pool != PoolId::kNone || services[to].database;
    edges.push_back({e.from.value, to, e.to.value, pool, connects, clients,
                     services[to].replicated || services[to].shard_table != kNone, services[to].function});
    clients += services[e.from.index()].slots;
  }
  if (!model.links.empty() || !model.dns_names.empty() || !model.certificates.empty() ||
      !model.secrets.empty()) {
    for (const EdgeSpec& e : model.edges) routes.push_back(route_of(*this, model, e));
  }
  for (const PoolSpec& p : model.pools) {
    pools.push_back({p.owner.value, p.target.value, pool_states, idle_counts});
    pool_states += services[p.owner.index()].slots;
    idle_counts += services[p.owner.index()].slots * services[p.target.index()].slots;
  }
  for (const CacheSpec& c : model.caches) cache_keys.emplace_back(c.keys, c.zipf_permille);
  for (const LockSetSpec& l : model.lock_sets) {
    lock_rows.emplace_back(l.rows, l.zipf_permille);
    first_row.push_back(rows);
    rows += l.rows;
  }
  compile_brokers(*this, model);
  plan_causes = causes_of(plan);

  add_timers(*this, TimerKind::kCpu, instances.size());
  timer_life = add_timers(*this, TimerKind::kLife, instances.size());
  timer_probe = add_timers(*this, TimerKind::kProbe, instances.size());
  timer_edge = add_timers(*this, TimerKind::kEdge, edges.size());
  timer_pool = add_timers(*this, TimerKind::kPool, pool_states);
  timer_lock = add_timers(*this, TimerKind::kLockSet, model.lock_sets.size());
  timer_journey = add_timers(*this, TimerKind::kJourney, model.journeys.size());
  timer_plan = add_timers(*this, TimerKind::kPlan, 1);
  timer_day = add_timers(*this, TimerKind::kDay, 1);
  managed = model.platform;
  if (managed) {
    timer_pause = add_timers(*this, TimerKind::kPause, instances.size());
    timer_quota = add_timers(*this, TimerKind::kQuota, instances.size());
    timer_memory = add_timers(*this, TimerKind::kMemory, instances.size());
    timer_autoscaler = add_timers(*this, TimerKind::kAutoscaler, part_count(model, PartKind::kAutoscaler));
    timer_cluster = add_timers(*this, TimerKind::kCluster, 1);
    timer_job = add_timers(*this, TimerKind::kJob, model.jobs.size());
  }
  timer_store = add_timers(*this, TimerKind::kStore, stores.size());
  timer_group = add_timers(*this, TimerKind::kGroup, groups.size());
  timer_reader = add_timers(*this, TimerKind::kReader, readers);
}

}  // namespace incident::sim
