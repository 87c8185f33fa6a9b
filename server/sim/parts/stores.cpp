#include "sim/parts/stores.h"

#include "sim/limits.h"
#include "sim/parts/broker.h"
#include "sim/parts/consumers.h"
#include "sim/parts/replication.h"
#include "sim/parts/storage.h"
#include "sim/parts/tables.h"

namespace incident::sim {

void start_stores(World& w) {
  start_replication(w);
  start_tables(w);
  start_storage(w);
  start_topics(w);
  start_groups(w);
  for (std::uint32_t store = 0; store < w.compiled->stores.size(); ++store)
    w.arm(w.compiled->timer_store + store, kStoreTickUs);
}

void on_store_timer(World& w, std::uint32_t store) {
  const std::uint16_t service = w.compiled->stores[store];
  w.arm(w.compiled->timer_store + store, w.now + kStoreTickUs);
  if (!w.compiled->services[service].database) return look_after_topics(w, service);
  look_after_tables(w, service);
  look_after_storage(w, service);
  look_after_replication(w, service);
}

void store_changing(World& w, PartKind kind, std::uint16_t part) {
  if (kind == PartKind::kDatabase) sync_replicas(w, part);
  if (kind == PartKind::kInstance) sync_replicas(w, w.service_of(part));
}

void store_changed(World& w, PartKind kind, std::uint16_t part, std::size_t word) {
  if (kind == PartKind::kDatabase && w.compiled->services[part].store) storage_changed(w, part);
  if (kind == PartKind::kTable) table_changed(w, part, word);
  if (kind == PartKind::kGroup) group_changed(w, part);
}

}  // namespace incident::sim
