#include "sim/data_gauges.h"

#include <algorithm>

#include "sim/engine/world.h"
#include "sim/parts/broker.h"
#include "sim/parts/consumers.h"
#include "sim/parts/replication.h"
#include "sim/parts/storage.h"

namespace incident::sim {
namespace {

constexpr std::uint32_t kSeconds = 1'000'000;

std::uint32_t one(const Model&, std::size_t) {
  return 1;
}
std::uint32_t of_store(const Model& m, std::size_t part) {
  return m.services[part].kind == ServiceKind::kDatabase && store_in_model(m, ServiceId(part)) ? 1 : 0;
}
std::uint32_t of_replicated(const Model& m, std::size_t part) {
  return m.services[part].replicated ? 1 : 0;
}
std::uint32_t of_volume(const Model& m, std::size_t part) {
  return of_store(m, part) != 0 && m.services[part].database.volume_bytes > 0 ? 1 : 0;
}
std::uint32_t of_key(const Model& m, std::size_t part) {
  return m.tables[part].initial.key_max > 0 ? 1 : 0;
}
std::uint32_t partitions(const Model& m, std::size_t topic) {
  return m.topics[topic].partitions_max;
}
std::uint32_t partitions_of_group(const Model& m, std::size_t group) {
  return m.topics[m.groups[group].topic.index()].partitions_max;
}

template <std::int64_t TableState::*field>
std::int64_t of_table(const World& w, std::size_t table, std::uint32_t) {
  return w.tables[table].*field;
}

template <bool idle>
std::int64_t backends(const World& w, std::size_t i, std::uint32_t) {
  std::int64_t count = 0;
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    const Task& t = w.tasks[task];
    const bool works = t.state == TaskState::kRunning || t.state == TaskState::kLocking;
    if (w.tasks.live(task) && t.instance == i && works && (t.lingering != 0) == idle) ++count;
  }
  return count;
}

std::int64_t oldest_transaction(const World& w, std::size_t i, std::uint32_t) {
  const std::uint16_t service = w.service_of(static_cast<std::uint16_t>(i));
  std::int64_t oldest = w.now;
  if (w.databases[service].open_since >= 0 && main_instance(w, service) == i)
    oldest = w.databases[service].open_since;
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    const Task& t = w.tasks[task];
    const bool works = t.state == TaskState::kRunning || t.state == TaskState::kLocking;
    if (w.tasks.live(task) && t.instance == i && works) oldest = std::min(oldest, t.started);
  }
  return w.now - oldest;
}

const PartitionState& partition_of(const World& w, std::size_t topic, std::uint32_t lane) {
  return w.partitions[w.compiled->topics[topic].first_partition + lane];
}

GaugeInfo pod_row(std::string_view metric, std::string_view help,
                  std::uint32_t (*lanes)(const Model&, std::size_t),
                  std::int64_t (*read)(const World&, std::size_t, std::uint32_t)) {
  GaugeInfo row;
  row.metric = metric;
  row.help = help;
  row.lanes = lanes;
  row.read = read;
  return row;
}

GaugeInfo part_row(PartKind kind, std::string_view label, std::string_view metric, std::string_view help,
                   std::uint32_t (*lanes)(const Model&, std::size_t),
                   std::int64_t (*read)(const World&, std::size_t, std::uint32_t)) {
  GaugeInfo row = pod_row(metric, help, lanes, read);
  row.kind = kind;
  row.pods = false;
  row.label = label;
  return row;
}

GaugeInfo counted(GaugeInfo row) {
  row.counter = true;
  return row;
}
GaugeInfo in_seconds(GaugeInfo row) {
  row.divisor = kSeconds;
  return row;
}
GaugeInfo in_state(GaugeInfo row, std::string_view state) {
  row.fixed_label = "state";
  row.fixed_value = state;
  return row;
}
GaugeInfo by_partition(GaugeInfo row) {
  row.lane_label = "partition";
  return row;
}

std::vector<GaugeInfo> database_rows() {
  constexpr PartKind kDatabase = PartKind::kDatabase, kTable = PartKind::kTable;
  return {
      in_state(pod_row("pg_stat_activity_count", "Backends by what they do.", of_store, backends<false>),
               "active"),
      in_state(pod_row("pg_stat_activity_count", "Backends by what they do.", of_store, backends<true>),
               "idle in transaction"),
      in_seconds(pod_row("pg_stat_activity_max_tx_duration", "Age of the oldest transaction.", of_store,
                         oldest_transaction)),
      in_seconds(pod_row("pg_replication_lag_seconds", "How old what a replica shows is.", of_replicated,
                         [](const World& w, std::size_t i, std::uint32_t) {
                           return replay_lag_us(w, static_cast<std::uint16_t>(i));
                         })),
      pod_row("pg_replication_replay_lag_bytes", "Write-ahead log that a replica has yet to replay.",
              of_replicated,
              [](const World& w, std::size_t i, std::uint32_t) {
                return replay_lag_bytes(w, static_cast<std::uint16_t>(i));
              }),
      pod_row("pg_replication_is_replica", "1: takes no writes.", of_replicated,
              [](const World& w, std::size_t i, std::uint32_t) -> std::int64_t {
                return w.replicas[i].primary == 0 ? 1 : 0;
              }),
      counted(
          part_row(kDatabase, "datname", "pg_stat_database_deadlocks", "Deadlocks detected.", of_store,
                   [](const World& w, std::size_t s, std::uint32_t) { return w.databases[s].deadlocks; })),
      part_row(kDatabase, "datname", "pg_wal_size_bytes", "Write-ahead log on the volume.", of_store,
               [](const World& w, std::size_t s, std::uint32_t) {
                 return wal_bytes(w, static_cast<std::uint16_t>(s));
               }),
      part_row(kDatabase, "datname", "pg_replication_slots_inactive_wal_bytes",
               "Write-ahead log kept for a replication slot that nobody reads.", of_store,
               [](const World& w, std::size_t s, std::uint32_t) {
                 return slot_bytes(w, static_cast<std::uint16_t>(s));
               }),
      part_row(kDatabase, "persistentvolumeclaim", "kubelet_volume_stats_used_bytes", "Used on the volume.",
               of_volume,
               [](const World& w, std::size_t s, std::uint32_t) {
                 return std::min(used_bytes(w, static_cast<std::uint16_t>(s)),
                                 w.database_parameters[s].volume_bytes);
               }),
      part_row(
          kDatabase, "persistentvolumeclaim", "kubelet_volume_stats_capacity_bytes", "Size of the volume.",
          of_volume,
          [](const World& w, std::size_t s, std::uint32_t) { return w.database_parameters[s].volume_bytes; }),
      part_row(kTable, "relname", "pg_stat_user_tables_n_live_tup", "Rows.", one,
               of_table<&TableState::live>),
      part_row(kTable, "relname", "pg_stat_user_tables_n_dead_tup", "Dead rows that vacuum has not removed.",
               one, of_table<&TableState::dead>),
      part_row(kTable, "relname", "pg_stat_user_tables_n_mod_since_analyze",
               "Rows changed since statistics were made.", one, of_table<&TableState::changed>),
      counted(part_row(kTable, "relname", "pg_stat_user_tables_seq_scan", "Scans of the whole table.", one,
                       of_table<&TableState::table_scans>)),
      counted(part_row(kTable, "relname", "pg_stat_user_tables_idx_scan", "Scans by an index.", one,
                       of_table<&TableState::index_scans>)),
      part_row(kTable, "relname", "pg_sequences_last_value", "The key's last number.", of_key,
               [](const World& w, std::size_t t, std::uint32_t) { return w.tables[t].key_next - 1; }),
  };
}

std::vector<GaugeInfo> broker_rows() {
  constexpr PartKind kTopic = PartKind::kTopic, kGroup = PartKind::kGroup;
  return {
      by_partition(part_row(kTopic, "topic", "kafka_topic_partition_current_offset", "End of the partition.",
                            partitions,
                            [](const World& w, std::size_t t, std::uint32_t lane) {
                              return static_cast<std::int64_t>(partition_of(w, t, lane).end);
                            })),
      by_partition(part_row(kTopic, "topic", "kafka_topic_partition_oldest_offset",
                            "Beginning of the partition.", partitions,
                            [](const World& w, std::size_t t, std::uint32_t lane) {
                              return static_cast<std::int64_t>(partition_of(w, t, lane).start);
                            })),
      by_partition(part_row(kTopic, "topic", "kafka_topic_partition_leader_is_available",
                            "1: some broker leads the partition.", partitions,
                            [](const World& w, std::size_t t, std::uint32_t lane) -> std::int64_t {
                              return partition_of(w, t, lane).leader_lost < 0 ? 1 : 0;
                            })),
      by_partition(part_row(kGroup, "consumergroup", "kafka_consumergroup_current_offset",
                            "Committed offset.", partitions_of_group,
                            [](const World& w, std::size_t g, std::uint32_t lane) {
                              return static_cast<std::int64_t>(
                                  w.readers[w.compiled->groups[g].first_reader + lane].committed);
                            })),
      by_partition(part_row(
          kGroup, "consumergroup", "kafka_consumergroup_lag", "Messages not committed.", partitions_of_group,
          [](const World& w, std::size_t g, std::uint32_t lane) { return group_lag(w, g, lane); })),
      in_seconds(by_partition(part_row(
          kGroup, "consumergroup", "kafka_consumergroup_lag_seconds",
          "Age of the oldest message that was not handled.", partitions_of_group,
          [](const World& w, std::size_t g, std::uint32_t lane) { return group_lag_us(w, g, lane); }))),
      part_row(kGroup, "consumergroup", "kafka_consumergroup_members", "Members of the group.", one,
               [](const World& w, std::size_t g, std::uint32_t) { return group_members(w, g); }),
      counted(part_row(kGroup, "consumergroup", "kafka_consumergroup_rebalances_total", "Rebalances.", one,
                       [](const World& w, std::size_t g, std::uint32_t) { return w.groups[g].rebalances; })),
      counted(part_row(kGroup, "consumergroup", "consumer_messages_failed_total", "Failed tries to handle.",
                       one, [](const World& w, std::size_t g, std::uint32_t) { return w.groups[g].failed; })),
      counted(part_row(kGroup, "consumergroup", "consumer_messages_handled_total", "Messages handled.", one,
                       [](const World& w, std::size_t g, std::uint32_t) { return w.groups[g].handled; })),
  };
}

}  // namespace

void add_data_gauges(std::vector<GaugeInfo>& rows) {
  for (const auto& more : {database_rows(), broker_rows()}) rows.insert(rows.end(), more.begin(), more.end());
}

}  // namespace incident::sim
