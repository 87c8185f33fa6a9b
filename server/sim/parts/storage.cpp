#include "sim/parts/storage.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/instance.h"
#include "sim/parts/replication.h"
#include "sim/parts/tables.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kReportUs = 30'000'000;

void report(World& w, PartEvent event, std::uint16_t service, std::int64_t value) {
  report_part(w, event, service, main_instance(w, service), service, w.cause(PartKind::kDatabase, service),
              value);
}

void check_room(World& w, std::uint16_t service) {
  DatabaseState& d = w.databases[service];
  const DatabaseParameters& p = w.database_parameters[service];
  const bool full = p.volume_bytes > 0 && used_bytes(w, service) >= p.volume_bytes;
  if (full && w.now - d.reported_full >= kReportUs) {
    d.reported_full = w.now;
    report(w, PartEvent::kVolumeFull, service, p.volume_bytes);
  }
  if (!full && d.is_full != 0) {
    d.reported_full = INT64_MIN / 2;
    report(w, PartEvent::kVolumeHasRoom, service, p.volume_bytes - used_bytes(w, service));
  }
  d.is_full = full ? 1 : 0;
}

void checkpoint(World& w, std::uint16_t service) {
  DatabaseState& d = w.databases[service];
  const DatabaseParameters& p = w.database_parameters[service];
  if (d.checkpoint_until != 0 && w.now >= d.checkpoint_until) {
    const std::int64_t took = p.checkpoint_us * std::max<std::int64_t>(p.disk_factor_permille, 1000) / 1000;
    d.checkpoint_until = 0;
    report(w, PartEvent::kCheckpointDone, service, took);
  }
  if (p.checkpoint_interval_us == 0 || w.now < d.checkpoint_at) return;
  d.checkpoint_at = w.now + p.checkpoint_interval_us;
  // A slow disk takes longer for the same pages.
  d.checkpoint_until = w.now + p.checkpoint_us * std::max<std::int64_t>(p.disk_factor_permille, 1000) / 1000;
}

}  // namespace

void start_storage(World& w) {
  for (const std::uint16_t s : w.compiled->stores) {
    w.databases[s].checkpoint_at = w.database_parameters[s].checkpoint_interval_us;
    storage_changed(w, s);
  }
}

void look_after_storage(World& w, std::uint16_t service) {
  DatabaseState& d = w.databases[service];
  d.other_grown += w.database_parameters[service].other_growth_bytes;
  checkpoint(w, service);
  check_room(w, service);
}

void storage_changed(World& w, std::uint16_t service) {
  DatabaseState& d = w.databases[service];
  const DatabaseParameters& p = w.database_parameters[service];
  if (p.abandoned_slot == 0) {
    d.slot_position = -1;
  } else if (d.slot_position < 0) {
    d.slot_position = d.written;
  }
  if (p.open_transaction == 0) {
    d.open_since = -1;
  } else if (d.open_since < 0) {
    d.open_since = w.now;
  }
  if (w.compiled->services[service].store) check_room(w, service);
}

std::int64_t commit_cost_us(const World& w, std::uint16_t service) {
  const DatabaseParameters& p = w.database_parameters[service];
  std::int64_t cost = p.commit_us * p.disk_factor_permille / 1000;
  if (w.databases[service].checkpoint_until > w.now) cost = cost * p.checkpoint_factor_permille / 1000;
  return cost;
}

std::int64_t slot_bytes(const World& w, std::uint16_t service) {
  const DatabaseState& d = w.databases[service];
  return d.slot_position < 0 ? 0 : std::max<std::int64_t>(d.written - d.slot_position, 0);
}

std::int64_t wal_bytes(const World& w, std::uint16_t service) {
  const DatabaseState& d = w.databases[service];
  std::int64_t kept = std::min(d.written, w.database_parameters[service].wal_keep_bytes);
  kept = std::max(kept, slot_bytes(w, service));
  if (w.compiled->services[service].replicated) {
    // Each replica that exists has a slot.
    const CompiledService& s = w.compiled->services[service];
    for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
      if (i == d.primary || w.instances[i].state != InstanceState::kReady || w.replicas[i].primary != 0)
        continue;
      if (w.replicas[i].copied_at > w.now) continue;
      kept = std::max(kept, d.written - w.replicas[i].received);
    }
  }
  return kept;
}

std::int64_t other_bytes(const World& w, std::uint16_t service) {
  return w.database_parameters[service].other_bytes + w.databases[service].other_grown;
}

std::int64_t used_bytes(const World& w, std::uint16_t service) {
  std::int64_t used =
      w.database_parameters[service].base_bytes + other_bytes(w, service) + wal_bytes(w, service);
  for (std::size_t t = 0; t < w.tables.size(); ++t) {
    if (w.model->tables[t].database.value == service) used += table_bytes(w, t);
  }
  return used;
}

}  // namespace incident::sim
