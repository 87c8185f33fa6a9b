#include "sim/engine/invariants.h"

#include <algorithm>

#include "sim/parts/await.h"
#include "sim/parts/connection_pool.h"

namespace incident::sim {
namespace {

struct Counts {
  std::uint32_t assigned = 0, busy = 0, queued = 0, on_cpu = 0, owned = 0;
};

std::string where(const char* what, std::size_t index) {
  return std::string(what) + " " + std::to_string(index) + ": ";
}

std::string check_instances(const World& w) {
  std::vector<Counts> counts(w.instances.size());
  std::uint32_t server_tasks = 0;
  for (std::uint32_t slot = 0; slot < w.tasks.slots(); ++slot) {
    if (!w.tasks.live(slot)) continue;
    const Task& t = w.tasks[slot];
    if (t.instance == kNone16) continue;
    ++server_tasks;
    if (t.epoch != w.instances[t.instance].epoch) {
      if (t.state != TaskState::kTravelling)
        return where("task", slot) + "is on an instance that has stopped";
      continue;
    }
    Counts& c = counts[t.instance];
    ++c.assigned;
    c.busy += t.state == TaskState::kRunning || t.state == TaskState::kLocking;
    c.queued += t.state == TaskState::kQueued;
    c.on_cpu += t.on_cpu;
    c.owned += t.owns_connection;
  }
  if (server_tasks != w.server_tasks) return "the number of tasks in flight is wrong";
  std::vector<std::uint32_t> connections(w.instances.size());
  for (std::uint32_t slot = 0; slot < w.calls.slots(); ++slot) {
    if (!w.calls.live(slot)) continue;
    const Call& c = w.calls[slot];
    if (c.has_connection == kConnected && w.instances[c.target].epoch == c.target_epoch)
      ++connections[c.target];
  }
  for (std::size_t pool = 0; pool < w.compiled->pools.size(); ++pool) {
    const CompiledPool& p = w.compiled->pools[pool];
    const CompiledService& target = w.compiled->services[p.target];
    for (std::uint32_t n = 0; n < w.compiled->services[p.owner].slots * std::uint32_t{target.slots}; ++n) {
      connections[target.first + n % target.slots] += w.idle_connections[p.first_idle + n];
      if (!w.leaked_connections.empty())
        connections[target.first + n % target.slots] += w.leaked_connections[p.first_idle + n];
    }
  }
  for (std::size_t i = 0; i < w.instances.size(); ++i) {
    const Instance& instance = w.instances[i];
    const Counts& c = counts[i];
    if (c.assigned != instance.assigned) return where("instance", i) + "assigned requests do not add up";
    if (c.busy != instance.busy) return where("instance", i) + "busy workers do not add up";
    if (c.queued != instance.queue.size) return where("instance", i) + "the queue does not add up";
    if (c.on_cpu != w.cpu[i].size()) return where("instance", i) + "work on the CPU does not add up";
    const std::uint32_t jobs = w.platform.processes.empty() ? 0 : w.platform.processes[i].job_connections;
    if (connections[i] + c.owned + jobs != instance.connections)
      return where("instance", i) + "connections do not add up";
    if (instance.state == InstanceState::kAbsent && c.assigned > 0)
      return where("instance", i) + "is absent and has requests";
    if (instance.queue.size > 0 && instance.busy < w.service_parameters[instance.service].workers)
      return where("instance", i) + "has a free worker and a queue";
    if (!w.cpu[i].empty() && instance.millicores > 0 && !w.timers.armed(static_cast<std::uint32_t>(i)))
      return where("instance", i) + "has work and no timer";
  }
  return {};
}

std::string check_pools(const World& w) {
  std::vector<std::uint32_t> in_use(w.pools.size()), open(w.pools.size()), waiting(w.pools.size());
  for (std::uint32_t slot = 0; slot < w.calls.slots(); ++slot) {
    if (!w.calls.live(slot)) continue;
    const Call& c = w.calls[slot];
    const std::uint16_t pool = w.compiled->edges[c.edge].pool;
    if (pool == kNone16) continue;
    const std::uint32_t at = pool_state_of(w, pool, c.owner);
    in_use[at] += c.has_connection != kNoConnection;
    open[at] += c.has_connection == kConnected;
    waiting[at] += c.state == CallState::kPoolWait;
  }
  for (std::size_t pool = 0; pool < w.compiled->pools.size(); ++pool) {
    const CompiledPool& p = w.compiled->pools[pool];
    const std::uint32_t targets = w.compiled->services[p.target].slots;
    for (std::uint32_t owner = 0; owner < w.compiled->services[p.owner].slots; ++owner) {
      const std::uint32_t at = p.first_state + owner;
      const PoolState& s = w.pools[at];
      for (std::uint32_t n = 0; n < targets; ++n) {
        open[at] += w.idle_connections[p.first_idle + owner * targets + n];
        if (!w.leaked_connections.empty())
          open[at] += w.leaked_connections[p.first_idle + owner * targets + n];
      }
      in_use[at] += s.leaked;
      if (s.in_use != in_use[at]) return where("pool", pool) + "slots in use do not add up";
      if (s.open != open[at]) return where("pool", pool) + "open connections do not add up";
      if (s.waiting.size != waiting[at]) return where("pool", pool) + "waiting calls do not add up";
      if (s.waiting.size > 0 && s.in_use < w.pool_parameters[pool].size)
        return where("pool", pool) + "has a free slot and waiting calls";
    }
  }
  return {};
}

std::string check_guards(const World& w) {
  if (!w.guarded) return {};
  std::vector<std::uint32_t> in_progress(w.client_guards.size());
  for (std::uint32_t slot = 0; slot < w.calls.slots(); ++slot) {
    if (!w.calls.live(slot)) continue;
    const Call& c = w.calls[slot];
    const CompiledEdge& edge = w.compiled->edges[c.edge];
    const std::uint32_t owner = c.owner == kNone16 ? 0U : c.owner - w.compiled->services[edge.from].first;
    in_progress[edge.client + owner] += c.in_bulkhead;
    const bool twin = c.twin != 0 && w.calls.current({c.twin - 1, c.twin_generation});
    if (c.hedge != 0 && !twin) return where("call", slot) + "hedges a call that has gone";
    if (c.state == CallState::kAwaitingTwin && !twin) return where("call", slot) + "waits for no hedge";
  }
  for (std::size_t n = 0; n < in_progress.size(); ++n) {
    if (in_progress[n] != w.client_guards[n].in_progress)
      return where("client", n) + "calls in its bulkhead do not add up";
  }
  for (std::size_t n = 0; n < w.buckets.size(); ++n) {
    if (w.buckets[n].tokens < 0) return where("bucket", n) + "holds less than nothing";
  }
  for (const std::uint32_t head : w.flight_heads) {
    for (std::uint32_t at = head; at != kNone; at = w.flights[at].next) {
      if (!w.tasks.current(w.flights[at].leader)) return where("flight", at) + "has no leader";
    }
  }
  return {};
}

std::string check_requests(const World& w) {
  std::uint64_t open = 0;
  for (std::uint32_t slot = 0; slot < w.calls.slots(); ++slot) {
    if (!w.calls.live(slot)) continue;
    const Call& c = w.calls[slot];
    open += c.owner == kNone16 && c.hedge == 0;
    if (!w.tasks.current(c.caller)) return where("call", slot) + "belongs to no task";
    if (c.has_deadline != 0 && c.deadline < w.now) return where("call", slot) + "is past its deadline";
  }
  open += awaits_open(w);
  if (w.requests_begun != w.requests_ended + open)
    return "requests begun are not requests ended and in flight";
  std::uint64_t counted = 0;
  for (const JourneyState& j : w.journeys) counted += j.totals.all();
  if (counted != w.requests_ended) return "customers' totals are not the requests ended";
  for (std::size_t s = 0; s < w.caches.size(); ++s) {
    for (std::size_t n = 0; n < w.caches[s].present.size(); ++n) {
      if (w.caches[s].keys[w.caches[s].present[n]].place != n) return where("cache", s) + "lost a key";
    }
  }
  for (std::size_t row = 0; row < w.rows.size(); ++row) {
    if (w.rows[row].holder != kNone && !w.tasks.live(w.rows[row].holder))
      return where("row", row) + "is held by nobody";
    if (w.rows[row].holder == kNone && !w.rows[row].waiting.empty())
      return where("row", row) + "is free and waited for";
  }
  return {};
}

std::string check_stores(const World& w) {
  for (std::size_t t = 0; t < w.tables.size(); ++t) {
    const TableState& s = w.tables[t];
    if (s.live < 0 || s.dead < 0 || s.dead > s.died) return where("table", t) + "rows do not add up";
  }
  for (std::size_t i = 0; i < w.replicas.size(); ++i) {
    const ReplicaState& r = w.replicas[i];
    if (r.replayed > r.received ||
        r.received > w.databases[w.service_of(static_cast<std::uint16_t>(i))].written)
      return where("replica", i) + "has more log than there is";
  }
  for (std::size_t p = 0; p < w.partitions.size(); ++p) {
    if (w.partitions[p].end - w.partitions[p].start > w.partitions[p].ring.size() &&
        !w.partitions[p].ring.empty())
      return where("partition", p) + "holds more messages than it has room for";
  }
  for (std::size_t g = 0; g < w.groups.size(); ++g) {
    const CompiledGroup& group = w.compiled->groups[g];
    const CompiledTopic& topic = w.compiled->topics[group.topic];
    for (std::uint32_t p = 0; p < topic.partitions_max; ++p) {
      const ReaderState& r = w.readers[group.first_reader + p];
      if (r.committed > r.position || r.position > w.partitions[topic.first_partition + p].end)
        return where("group", g) + "is past the end of partition " + std::to_string(p);
      if (w.tasks.current(r.task) && w.tasks[r.task.slot].message == 0)
        return where("group", g) + "waits for a task that handles no message";
    }
  }
  return {};
}

}  // namespace

std::string find_broken_invariant(const World& w) {
  for (auto* check : {check_requests, check_instances, check_pools, check_guards, check_stores}) {
    if (std::string broken = check(w); !broken.empty()) return broken;
  }
  return {};
}

}  // namespace incident::sim
