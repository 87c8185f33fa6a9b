#include "sim/parts/replication.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/load_balancer.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

bool isolated(const World& w, std::uint16_t i) {
  return w.instance_parameters[i].isolated != 0;
}
bool runs(const World& w, std::uint16_t i) {
  return w.instances[i].state == InstanceState::kReady && w.instances[i].healthy != 0;
}
bool primary_is_there(const World& w, std::uint16_t service) {
  const std::uint16_t i = w.databases[service].primary;
  return i != kNone16 && runs(w, i) && !isolated(w, i) && w.replicas[i].primary != 0;
}
// Receives what the primary writes.
bool streams(const World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  return i != w.databases[service].primary && w.replicas[i].primary == 0 && runs(w, i) && !isolated(w, i) &&
         w.replicas[i].copied_at <= w.now && primary_is_there(w, service);
}

template <class F>
void each_slot(const World& w, std::uint16_t service, F f) {
  const CompiledService& s = w.compiled->services[service];
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) f(i);
}

std::int64_t sample(const LogHistory& log, std::int64_t second) {
  return log.position[static_cast<std::size_t>(second % LogHistory::kSeconds)];
}

// The log's end as it was at a time: straight lines between the seconds' samples.
std::int64_t position_at(const World& w, std::uint16_t service, std::int64_t time) {
  const LogHistory& log = w.logs[service];
  const std::int64_t end = w.databases[service].written;
  const std::int64_t second = time / kSecond;
  if (time >= w.now) return end;
  if (time <= log.first * kSecond) return sample(log, log.first);
  const std::int64_t from = sample(log, std::min(second, log.last));
  const std::int64_t begin = std::min(second, log.last) * kSecond;
  const std::int64_t to = second < log.last ? sample(log, second + 1) : end;
  const std::int64_t span = second < log.last ? kSecond : std::max<std::int64_t>(w.now - begin, 1);
  return from + static_cast<std::int64_t>(static_cast<Wide>(to - from) * static_cast<Wide>(time - begin) /
                                          static_cast<Wide>(span));
}

// When the log grew past a position.
std::int64_t time_of(const World& w, std::uint16_t service, std::int64_t position) {
  const LogHistory& log = w.logs[service];
  std::int64_t low = log.first, high = log.last;
  while (low < high) {  // the last second whose sample is not past it
    const std::int64_t middle = (low + high + 1) / 2;
    (sample(log, middle) <= position ? low : high) = sample(log, middle) <= position ? middle : middle - 1;
  }
  const std::int64_t from = sample(log, low);
  const std::int64_t to = low < log.last ? sample(log, low + 1) : w.databases[service].written;
  const std::int64_t span = low < log.last ? kSecond : w.now - low * kSecond;
  if (to <= from || position <= from) return low * kSecond;
  return low * kSecond +
         static_cast<std::int64_t>(static_cast<Wide>(span) * static_cast<Wide>(position - from) /
                                   static_cast<Wide>(to - from));
}

ReplicaState synced(const World& w, std::uint16_t i) {
  ReplicaState r = w.replicas[i];
  const std::uint16_t service = w.service_of(i);
  const DatabaseParameters& p = w.database_parameters[service];
  const std::int64_t passed = w.now - r.synced;
  r.synced = w.now;
  if (r.primary != 0) {
    if (i == w.databases[service].primary) r.received = w.databases[service].written;
    r.replayed = r.received;
    return r;
  }
  if (streams(w, i)) r.received = std::max(r.received, position_at(w, service, w.now - p.ship_us));
  const std::int64_t speed = w.instance_parameters[i].replay_permille;
  std::int64_t can = speed > 0 ? r.received : 0;
  if (p.apply_bytes > 0) {
    can = static_cast<std::int64_t>(static_cast<Wide>(p.apply_bytes) * static_cast<Wide>(passed) *
                                    static_cast<Wide>(speed) / (1000 * static_cast<Wide>(kSecond)));
  }
  r.replayed = can >= r.received - r.replayed ? r.received : r.replayed + can;
  return r;
}

void tell(World& w, PartEvent event, std::uint16_t service, std::uint16_t i, CauseMask cause,
          std::int64_t value = 0) {
  report_part(w, event, service, i, i == kNone16 ? 0 : i, cause, value);
}

CauseMask causes_of_service(const World& w, std::uint16_t service) {
  CauseMask cause = w.cause(PartKind::kDatabase, service) | w.services[service].down_cause;
  each_slot(w, service, [&](std::uint16_t i) { cause |= w.cause(PartKind::kInstance, i); });
  return cause;
}

void end_failover(World& w, std::uint16_t service, ActionState state) {
  DatabaseState& d = w.databases[service];
  const std::uint32_t action = d.failover_action;
  d.failover_action = 0;
  d.elected_at = -1;
  if (action != 0) end_action(w, action - 1, state);
}

void watch_primary(World& w, std::uint16_t service) {
  DatabaseState& d = w.databases[service];
  const DatabaseParameters& p = w.database_parameters[service];
  if (primary_is_there(w, service)) {
    d.down_since = -1;
    d.primary_told = 0;
    if (d.elected_at >= 0 && d.failover_action == 0) d.elected_at = -1;
  } else if (d.down_since < 0) {
    d.down_since = w.now;
  }
  const bool lost = d.down_since >= 0 && w.now - d.down_since >= p.detect_us;
  if (lost && d.primary_told == 0) {
    d.primary_told = 1;
    tell(w, PartEvent::kPrimaryLost, service, kNone16, causes_of_service(w, service), w.now - d.down_since);
  }
  if (lost && p.auto_failover != 0 && d.elected_at < 0) d.elected_at = w.now + p.election_us;
  if (d.elected_at < 0 || w.now < d.elected_at) return;
  const std::uint16_t best = best_replica(w, service);
  if (best == kNone16) {
    if (d.failover_action != 0) end_failover(w, service, ActionState::kFailed);
    return;
  }
  promote(w, service, best, d.failover_action != 0 && primary_is_there(w, service));
}

void watch_replicas(World& w, std::uint16_t service) {
  each_slot(w, service, [&](std::uint16_t i) {
    ReplicaState& r = w.replicas[i];
    r = synced(w, i);
    if (r.primary != 0 || !runs(w, i)) return;
    const bool cut = !streams(w, i);
    if (cut != (r.cut != 0)) {
      r.cut = cut ? 1 : 0;
      tell(w, cut ? PartEvent::kStreamingLost : PartEvent::kStreaming, service, i,
           cut ? causes_of_service(w, service) : 0, w.databases[service].timeline);
    }
  });
}

std::uint16_t next_in_turn(World& w, std::uint16_t service, bool replicas_only) {
  const auto& serving = w.serving[service];
  std::uint32_t& cursor = w.services[service].cursor;
  for (std::size_t n = 0; n < serving.size(); ++n) {
    if (++cursor >= serving.size()) cursor = 0;
    const std::uint16_t i = serving[cursor];
    const bool is_replica = w.replicas[i].primary == 0;
    if (is_replica && (w.replicas[i].copied_at > w.now || isolated(w, i))) continue;
    if (is_replica ? true : !replicas_only && i == w.databases[service].primary) return i;
  }
  return kNone16;
}

// A primary that was replaced and still believes in itself.
std::uint16_t second_primary(const World& w, std::uint16_t service) {
  for (const std::uint16_t i : w.serving[service]) {
    if (i != w.databases[service].primary && w.replicas[i].primary != 0) return i;
  }
  return kNone16;
}

std::uint16_t route_to_primary(World& w, Call& c, std::uint16_t service, bool writes) {
  const DatabaseParameters& p = w.database_parameters[service];
  const DatabaseState& d = w.databases[service];
  if (writes && p.misrouted_permille > 0 && draw_permille(c.stream, p.misrouted_permille)) {
    const std::uint16_t wrong = next_in_turn(w, service, true);
    if (wrong != kNone16) {
      c.cause |= w.cause(PartKind::kDatabase, service);
      return wrong;
    }
  }
  // Until they have found the new one, callers ask the one before.
  if (w.now < d.switched_at && d.before != kNone16) return is_serving(w, d.before) ? d.before : kNone16;
  const std::uint16_t other = second_primary(w, service);
  if (other != kNone16 && draw_permille(c.stream, p.stranded_permille)) {
    c.cause |= causes_of_service(w, service);
    return other;
  }
  if (d.primary == kNone16 || !is_serving(w, d.primary)) return kNone16;
  // The same share of callers sits on the side of a primary that is cut off.
  if (isolated(w, d.primary) && !draw_permille(c.stream, p.stranded_permille)) {
    c.cause |= causes_of_service(w, service);
    return kNone16;
  }
  return d.primary;
}

std::uint16_t route_by_key(World& w, Call& c, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  const DatabaseParameters& p = w.database_parameters[service];
  std::uint32_t key = w.compiled->shard_keys[s.shard_table].draw(c.stream);
  if (p.hot_shard_permille > 0 && draw_permille(c.stream, p.hot_shard_permille)) {
    key = 0;
    c.cause |= w.cause(PartKind::kDatabase, service);
  }
  const auto shard = static_cast<std::uint16_t>(key % w.model->services[service].instances);
  const auto i = static_cast<std::uint16_t>(s.first + shard);
  if (is_serving(w, i)) return i;
  c.cause |= w.cause(PartKind::kInstance, i);
  return kNone16;
}

}  // namespace

void start_replication(World& w) {
  w.databases.resize(w.services.size());
  for (const std::uint16_t s : w.compiled->stores) {
    if (w.compiled->services[s].database) w.databases[s].primary = w.compiled->services[s].first;
  }
  if (!w.compiled->replicas) return;
  w.replicas.resize(w.instances.size());
  w.logs.resize(w.services.size());
  for (std::size_t s = 0; s < w.services.size(); ++s) {
    if (!w.compiled->services[s].replicated) continue;
    w.logs[s].position.resize(LogHistory::kSeconds);
    w.replicas[w.compiled->services[s].first].primary = 1;
  }
}

std::uint16_t route_to_store(World& w, std::uint32_t call) {
  Call& c = w.calls[call];
  const CompiledEdge& edge = w.compiled->edges[c.edge];
  const std::uint16_t service = edge.to_service;
  if (!w.compiled->services[service].replicated) return route_by_key(w, c, service);
  const CompiledOperation& operation = w.compiled->operations[edge.operation];
  if (operation.route != Route::kPrimary && !operation.writes) {
    const std::uint16_t replica = next_in_turn(w, service, operation.route == Route::kReplica);
    if (replica != kNone16) return replica;
  }
  return route_to_primary(w, c, service, operation.writes);
}

void look_after_replication(World& w, std::uint16_t service) {
  if (!w.compiled->services[service].replicated) return;
  LogHistory& log = w.logs[service];
  const std::int64_t second = w.now / kSecond;
  log.last = second;
  log.first = std::max(log.first, second - LogHistory::kSeconds + 1);
  log.position[static_cast<std::size_t>(second % LogHistory::kSeconds)] = w.databases[service].written;
  watch_replicas(w, service);
  watch_primary(w, service);
}

void replica_ready(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (!w.compiled->services[service].replicated) return;
  ReplicaState& r = w.replicas[i];
  // The first instances have their data; one that returns reads on from where it was; a new pod copies it
  // all.
  const bool known = w.instances[i].restarts > 0 || r.primary != 0 || w.now == 0;
  if (!known) r.copied_at = w.now + w.database_parameters[service].resync_us;
  if (!known) r.received = r.replayed = 0;
  r.synced = w.now;
}

void replica_going(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (!w.compiled->services[service].replicated) return;
  sync_replicas(w, service);
}

void sync_replicas(World& w, std::uint16_t service) {
  if (w.replicas.empty() || !w.compiled->services[service].replicated) return;
  each_slot(w, service, [&](std::uint16_t i) { w.replicas[i] = synced(w, i); });
}

void log_write(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  DatabaseState& d = w.databases[service];
  const std::int64_t bytes = w.database_parameters[service].wal_bytes * w.model->weight;
  d.writes += 1;
  if (!w.compiled->services[service].replicated || i == d.primary) {
    d.written += bytes;
    return;
  }
  ++w.replicas[i].diverged;
  ++d.diverged_writes;
}

bool takes_writes(const World& w, std::uint16_t i) {
  return !w.compiled->services[w.service_of(i)].replicated || w.replicas[i].primary != 0;
}

bool has_streaming_replica(const World& w, std::uint16_t service) {
  bool any = false;
  each_slot(w, service, [&](std::uint16_t i) { any = any || streams(w, i); });
  return any;
}

std::int64_t replay_lag_bytes(const World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (!w.compiled->services[service].replicated || i == w.databases[service].primary) return 0;
  return std::max<std::int64_t>(w.databases[service].written - synced(w, i).replayed, 0);
}

std::int64_t replay_lag_us(const World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (!w.compiled->services[service].replicated || i == w.databases[service].primary) return 0;
  if (w.replicas[i].primary != 0) return w.now - w.databases[service].promoted_at;
  const std::int64_t replayed = synced(w, i).replayed;
  if (replayed >= w.databases[service].written) return 0;
  return w.now - std::min(time_of(w, service, replayed), w.now);
}

std::uint16_t best_replica(const World& w, std::uint16_t service) {
  std::uint16_t best = kNone16;
  each_slot(w, service, [&](std::uint16_t i) {
    if (i == w.databases[service].primary || w.replicas[i].primary != 0 || !runs(w, i) || isolated(w, i) ||
        w.replicas[i].copied_at > w.now)
      return;
    if (best == kNone16 || w.replicas[i].received > w.replicas[best].received) best = i;
  });
  return best;
}

void promote(World& w, std::uint16_t service, std::uint16_t i, bool planned) {
  DatabaseState& d = w.databases[service];
  const DatabaseParameters& p = w.database_parameters[service];
  sync_replicas(w, service);
  const std::uint16_t old = d.primary;
  const CauseMask cause = causes_of_service(w, service);
  if (planned) w.replicas[i].received = d.written;
  const std::int64_t lost = std::max<std::int64_t>(d.written - w.replicas[i].received, 0);
  const std::int64_t write = std::max<std::int64_t>(p.wal_bytes * w.model->weight, 1);
  d.lost_writes += lost / write;
  d.lost_unseen += lost / write;
  d.written = w.replicas[i].received;
  LogHistory& log = w.logs[service];
  for (std::int64_t& position : log.position) position = std::min(position, d.written);
  each_slot(w, service, [&](std::uint16_t n) { cpu_sync(w, n); });
  d.before = old;
  d.primary = i;
  d.promoted_at = w.now;
  d.switched_at = w.now + p.switch_us;
  d.down_since = -1;
  d.primary_told = 0;
  ++d.timeline;
  w.replicas[i].primary = 1;
  w.replicas[i].replayed = w.replicas[i].received;
  if (old != kNone16) {
    if (planned) {
      w.replicas[old].primary = 0;
    } else if (p.fencing != 0 && w.replicas[old].primary != 0) {
      demote(w, old);
    }
  }
  each_slot(w, service, [&](std::uint16_t n) {
    w.replicas[n].received = std::min(w.replicas[n].received, d.written);
    w.replicas[n].replayed = std::min(w.replicas[n].replayed, w.replicas[n].received);
  });
  refresh_derived(w);
  each_slot(w, service, [&](std::uint16_t n) {
    if (w.instances[n].dispatching == 0) cpu_arm(w, n);
  });
  tell(w, PartEvent::kPromoted, service, i, cause, d.timeline);
  end_failover(w, service, ActionState::kDone);
}

void demote(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  ReplicaState& r = w.replicas[i];
  r.primary = 0;
  r.copied_at = w.now + w.database_parameters[service].resync_us;
  r.received = r.replayed = 0;
  r.diverged = 0;
  r.synced = w.now;
  tell(w, PartEvent::kDemoted, service, i, causes_of_service(w, service), 0);
}

std::uint16_t main_instance(const World& w, std::uint16_t service) {
  if (w.compiled->services[service].replicated) return w.databases[service].primary;
  return w.serving[service].empty() ? kNone16 : w.serving[service].front();
}

}  // namespace incident::sim
