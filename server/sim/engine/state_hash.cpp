#include "sim/engine/state_hash.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace incident::sim {
namespace {

template <class T>
void add_pool(Hasher& h, const SlotPool<T>& pool) {
  h.add(pool.slots());
  for (std::uint32_t slot = 0; slot < pool.slots(); ++slot) {
    if (pool.live(slot)) {
      h.add(slot);
      h.add(pool[slot]);
    }
  }
}

void add_timers(Hasher& h, const TimerHeap& timers) {
  for (std::uint32_t id = 0; id < timers.timers(); ++id) {
    h.add(timers.armed(id) ? timers.entry(id).time : INT64_MAX);
    h.add(timers.armed(id) ? timers.entry(id).order : 0U);
  }
}

void add_journey(Hasher& h, const JourneyState& j) {
  h.add(j.random);
  h.add(std::bit_cast<std::uint64_t>(j.remaining));
  h.add(std::bit_cast<std::uint64_t>(j.per_us));
  h.add(j.since);
  h.add(j.totals.ok);
  h.add(j.totals.failed);
  h.add(j.totals.slow);
}

void add_cache(Hasher& h, const CacheState& c) {
  h.add(c.present);
  for (const std::uint32_t key : c.present) h.add(c.keys[key]);
  h.add(c.hits);
  h.add(c.misses);
  h.add(c.evictions);
  h.add(c.random);
}

void add_change(Hasher& h, const ChangeState& c) {
  h.add(c.view.at);
  h.add(static_cast<std::uint8_t>(c.view.kind));
  h.add(c.view.service);
  h.add(c.view.planned);
  h.add(c.view.action);
  h.add(static_cast<std::uint8_t>((c.view.visible ? 1 : 0) + (c.view.reverted ? 2 : 0)));
  h.add(c.view.from);
  h.add(c.view.to);
  h.add(c.cause);
}

void add_action(Hasher& h, const ActionView& a) {
  h.add(static_cast<std::uint8_t>(a.action.kind));
  h.add(a.action.target);
  h.add(a.action.value);
  h.add(a.begun);
  h.add(a.ended);
  h.add(static_cast<std::uint8_t>(a.state));
  h.add(a.cause);
}

// The first words of each part as they stand; the rest only of parts where it is not as usual, so that a
// system without a mechanism does not depend on it.
template <class Parameters>
void add_words(Hasher& h, const std::vector<Parameters>& parts, std::size_t words) {
  constexpr std::size_t kWords = sizeof(Parameters) / sizeof(std::int64_t);
  const Parameters fresh;
  const auto* usual = reinterpret_cast<const std::int64_t*>(&fresh);
  h.add(static_cast<std::uint64_t>(parts.size()));
  for (const Parameters& part : parts) {
    const auto* mine = reinterpret_cast<const std::int64_t*>(&part);
    for (std::size_t i = 0; i < words; ++i) h.add(mine[i]);
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const auto* mine = reinterpret_cast<const std::int64_t*>(&parts[p]);
    if (std::equal(mine + words, mine + kWords, usual + words)) continue;
    h.add(p);
    for (std::size_t i = words; i < kWords; ++i) h.add(mine[i]);
  }
}

// What only some systems have.
template <class T>
void add_some(Hasher& h, const std::vector<T>& parts) {
  if (!parts.empty()) h.add(parts);
}

void add_guards(Hasher& h, const World& w) {
  if (!w.guarded) return;
  for (std::uint32_t task = 0; task < w.guards.size(); ++task) {
    if (w.tasks.current({task, w.guards[task].generation})) h.add(w.guards[task]);
  }
  h.add(w.client_guards);
  h.add(w.admissions);
  h.add(w.buckets);
  add_some(h, w.flights);
}

void add_network(Hasher& h, const World& w) {
  add_some(h, w.link_parameters);
  add_some(h, w.dns_name_parameters);
  add_some(h, w.resolver_parameters);
  add_some(h, w.certificate_parameters);
  add_some(h, w.secret_parameters);
  add_some(h, w.links);
  add_some(h, w.name_caches);
  for (const ResolverState& r : w.resolvers) {
    h.add(r.bucket);
    h.add(r.no_error);
    h.add(r.no_domain);
    h.add(r.server_failures);
    h.add(r.dropped);
  }
  add_some(h, w.loaded_certificates);
  add_some(h, w.loaded_secrets);
}

template <class T>
void add_unusual(Hasher& h, const std::vector<T>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == T{}) continue;
    h.add(i);
    h.add(parts[i]);
  }
}

void add_stores(Hasher& h, const World& w) {
  add_unusual(h, w.databases);
  add_some(h, w.table_parameters);
  add_some(h, w.tables);
  add_some(h, w.table_deaths);
  add_some(h, w.replicas);
  for (const LogHistory& log : w.logs) {
    h.add(log.position);
    h.add(log.last);
    h.add(log.first);
  }
  add_some(h, w.topic_parameters);
  add_some(h, w.topics);
  for (const PartitionState& p : w.partitions) {
    h.add(p.start);
    h.add(p.end);
    for (std::uint64_t at = p.start; at < p.end; ++at) h.add(p.ring[at & (p.ring.size() - 1)]);
    h.add(p.leader_lost);
    h.add(p.leader);
  }
  add_some(h, w.group_parameters);
  add_some(h, w.groups);
  add_some(h, w.readers);
  add_some(h, w.members);
  add_some(h, w.awaiting);
  add_some(h, w.trace_users);
  add_some(h, w.leaked_connections);
  if (w.next_ticket != 0) h.add(w.next_ticket);
}

void add_parameters(Hasher& h, const World& w) {
  add_words(h, w.service_parameters, kServiceWords);
  add_words(h, w.revision_parameters, kRevisionWords);
  add_words(h, w.operation_parameters, kOperationWords);
  add_words(h, w.edge_parameters, kEdgeWords);
  add_words(h, w.pool_parameters, kPoolWords);
  add_words(h, w.cache_parameters, kCacheWords);
  add_words(h, w.database_parameters, kDatabaseWords);
  h.add(w.journey_parameters);
  h.add(w.flag_parameters);
  add_words(h, w.instance_parameters, kInstanceWords);
  for (int kind = 0; kind < kPartKinds; ++kind) {
    const bool usual = kind <= static_cast<int>(PartKind::kInstance);
    if (usual || !w.causes[kind].empty()) h.add(w.causes[kind]);
  }
  for (const CausalSetting& s : w.causal_settings) {
    h.add(s.target);
    h.add(s.mask);
    h.add(s.before);
  }
}

void add_platform(Hasher& h, const PlatformState& p) {
  if (p.resources.empty()) return;
  h.add(p.resources);
  h.add(p.deployments);
  h.add(p.processes);
  h.add(p.pods);
  h.add(p.ports);
  h.add(p.autoscalers);
  h.add(p.autoscaler_states);
  h.add(p.metered);
  h.add(p.functions);
  h.add(p.function_states);
  h.add(p.node_parameters);
  h.add(p.nodes);
  h.add(p.conntrack);
  h.add(p.clusters);
  h.add(p.job_parameters);
  h.add(p.jobs);
}

}  // namespace

std::uint64_t state_hash(const World& w) {
  Hasher h;
  h.add(w.now);
  h.add(w.sequence);
  h.add(w.events_handled);
  h.add(w.next_trace);
  h.add(w.requests_begun);
  h.add(w.requests_ended);
  h.add(w.seed);
  h.add(w.next_span);
  h.add(w.next_planned);
  h.add(w.events.raw());
  add_timers(h, w.timers);
  add_pool(h, w.tasks);
  add_pool(h, w.calls);
  add_pool(h, w.traces);
  add_parameters(h, w);
  h.add(w.services);
  for (const auto& serving : w.serving) h.add(serving);
  h.add(w.instances);
  for (const CpuHeap& work : w.cpu) {
    h.add(work.size());
    for (std::uint32_t i = 0; i < work.size(); ++i) h.add(work[i]);
  }
  h.add(w.clients);
  h.add(w.edge_deadlines);
  h.add(w.pools);
  h.add(w.idle_connections);
  for (const CacheState& cache : w.caches) add_cache(h, cache);
  h.add(w.rows);
  h.add(w.lock_sets);
  for (const JourneyState& journey : w.journeys) add_journey(h, journey);
  for (const ChangeState& change : w.changes) add_change(h, change);
  for (const AppliedSetting& a : w.applied) {
    h.add(a.change);
    h.add(a.target);
    h.add(a.before);
    h.add(a.after);
  }
  for (const ActionView& action : w.actions) add_action(h, action);
  add_guards(h, w);
  add_platform(h, w.platform);
  add_network(h, w);
  add_stores(h, w);
  return h.digest();
}

}  // namespace incident::sim
