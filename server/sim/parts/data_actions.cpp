#include "sim/parts/data_actions.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/broker.h"
#include "sim/parts/consumers.h"
#include "sim/parts/instance.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/replication.h"
#include "sim/parts/statements.h"
#include "sim/parts/storage.h"
#include "sim/parts/tables.h"

namespace incident::sim {
namespace {

using Preview = Simulation::ActionPreview;

constexpr std::int64_t kGiB = 1LL << 30;
constexpr std::int64_t kExtendMaxGiB = 64 * 1024;
constexpr std::int64_t kAnalyzeUs = 3'000'000;  // it samples, so the table's size hardly matters
constexpr std::int64_t kPromoteUs = 2'000'000;
constexpr std::int64_t kRebalanceAskUs = 1'000'000;
constexpr std::int64_t kFreedShare = 10;  // of other files one in so many is still needed

Action action_of(const World& w, std::uint32_t id) {
  return w.actions[id].action;
}

void note(World& w, std::uint32_t id, PartKind kind, std::uint16_t service) {
  w.actions[id].cause |= w.cause(kind, action_of(w, id).target);
  add_action_change(w, id, ChangeKind::kInfrastructure, service);
}

std::uint16_t database_of(const World& w, std::uint32_t id) {
  return w.model->tables[action_of(w, id).target].database.value;
}

std::uint16_t service_of_group(const World& w, std::uint32_t id) {
  return w.compiled->groups[action_of(w, id).target].service;
}

void set_database(World& w, std::uint32_t id, std::string_view name, std::int64_t value) {
  const std::uint32_t target = action_of(w, id).target;
  set_by_action(w, id, ChangeKind::kInfrastructure, static_cast<std::uint16_t>(target),
                ref_of(PartKind::kDatabase, name, target), value);
}

std::int64_t table_job_us(const World& w, const Action& a) {
  const TableState& s = w.tables[a.target];
  const TableParameters& p = w.table_parameters[a.target];
  if (a.kind == ActionKind::kAnalyzeTable) return kAnalyzeUs;
  const std::int64_t cost = a.kind == ActionKind::kVacuumTable ? p.vacuum_us : p.build_us;
  const std::int64_t us = for_rows(s.live + s.dead, cost);
  return std::max(a.kind == ActionKind::kWidenKey ? 2 * us : us, kStoreTickUs);  // it writes everything anew
}

}  // namespace

Result<Preview> preview_database_action(const World& w, const Action& a) {
  if (a.target >= w.services.size() || !w.compiled->services[a.target].database)
    return invalid("is for databases only", "target");
  const auto service = static_cast<std::uint16_t>(a.target);
  const DatabaseParameters& p = w.database_parameters[service];
  const bool store = w.compiled->services[service].store;
  switch (a.kind) {
    case ActionKind::kFailOver:
      if (!w.compiled->services[service].replicated) return refused("this database has no replicas");
      if (w.databases[service].failover_action != 0) return refused("a failover is in progress already");
      if (best_replica(w, service) == kNone16) return refused("no replica is ready to take over");
      return Preview{{p.election_us + kStoreTickUs}, 0};
    case ActionKind::kEndIdleTransactions: {
      if (a.value < 0) return invalid("the age of a transaction cannot be negative", "value");
      Preview preview{{kEndIdleUs}, 0};
      for (std::uint32_t t = 0; t < w.tasks.slots(); ++t)
        preview.requests_cut += is_left_open(w, t, service, a.value * 1000);
      return preview;
    }
    case ActionKind::kFreeDisk:
      if (!store || other_bytes(w, service) == 0) return refused("there are no old files to delete");
      return Preview{{kFreeDiskUs}, 0};
    case ActionKind::kDropSlot:
      if (p.abandoned_slot == 0) return refused("every replication slot is in use");
      return Preview{{kDropSlotUs}, 0};
    default:
      if (a.value < 1 || a.value > kExtendMaxGiB) return out_of_range("GiB more", 1, kExtendMaxGiB);
      if (p.volume_bytes == 0) return refused("its volume has no fixed size");
      return Preview{{kExtendVolumeUs}, 0};
  }
}

Result<Preview> preview_replica_action(const World& w, const Action& a) {
  if (a.target >= w.instances.size() || w.instances[a.target].state == InstanceState::kAbsent)
    return no_such("instance", a.target);
  const auto i = static_cast<std::uint16_t>(a.target);
  if (!w.compiled->services[w.service_of(i)].replicated)
    return refused("it belongs to no replicated database");
  if (a.kind == ActionKind::kFenceInstance) {
    if (w.replicas[i].primary == 0) return refused("it takes no writes as it is");
    return Preview{{kFenceUs}, w.instances[i].busy + w.instances[i].queue.size};
  }
  if (i == w.databases[w.service_of(i)].primary) return refused("it is the primary already");
  if (w.instances[i].state != InstanceState::kReady || w.replicas[i].copied_at > w.now)
    return refused("it has no complete copy of the data yet");
  return Preview{{kPromoteUs}, 0};
}

Result<Preview> preview_table_action(const World& w, const Action& a) {
  if (a.target >= w.tables.size()) return no_such("table", a.target);
  const TableParameters& p = w.table_parameters[a.target];
  if (a.kind == ActionKind::kCreateIndex && p.index != 0) return refused("its index is there and valid");
  if (a.kind == ActionKind::kWidenKey && p.key_max == 0) return refused("its key is a bigint already");
  if (a.kind == ActionKind::kWidenKey && w.tables[a.target].locked_until > w.now)
    return refused("the table is being rewritten already");
  return Preview{{table_job_us(w, a)}, 0};
}

Result<Preview> preview_group_action(const World& w, const Action& a) {
  if (a.target >= w.groups.size()) return no_such("consumer group", a.target);
  const std::uint32_t partitions = w.topics[w.compiled->groups[a.target].topic].partitions;
  switch (a.kind) {
    case ActionKind::kSkipMessage:
      if (a.value < 0 || a.value >= partitions) return out_of_range("the partition", 0, partitions - 1);
      if (group_lag(w, a.target, static_cast<std::uint32_t>(a.value)) == 0)
        return refused("the partition has no message to skip");
      return Preview{{kOffsetsUs}, 0};
    case ActionKind::kPauseGroup:
      if (a.value != 0 && a.value != 1) return out_of_range("paused", 0, 1);
      if (w.group_parameters[a.target].paused == a.value)
        return refused(a.value != 0 ? "it is paused already" : "it is not paused");
      return Preview{{kPauseGroupUs}, 0};
    case ActionKind::kRestartGroup:
      return Preview{{kRebalanceAskUs}, 0};
    default:
      return Preview{{kOffsetsUs}, 0};
  }
}

Result<Preview> preview_topic_action(const World& w, const Action& a) {
  if (a.target >= w.topics.size()) return no_such("topic", a.target);
  if (a.kind == ActionKind::kPurgeTopic) return Preview{{kPurgeTopicUs}, 0};
  const std::int64_t now = w.topics[a.target].partitions;
  const std::int64_t max = w.compiled->topics[a.target].partitions_max;
  if (now >= max) return refused("it has as many partitions as it can have");
  if (a.value <= now || a.value > max) return out_of_range("the number of partitions", now + 1, max);
  return Preview{{kPartitionsUs}, 0};
}

bool begin_fail_over(World& w, std::uint32_t id) {
  const auto service = static_cast<std::uint16_t>(action_of(w, id).target);
  DatabaseState& d = w.databases[service];
  note(w, id, PartKind::kDatabase, service);
  d.failover_action = id + 1;
  d.elected_at = w.now + w.database_parameters[service].election_us;
  return true;
}

bool promote_instance(World& w, std::uint32_t id) {
  const auto i = static_cast<std::uint16_t>(action_of(w, id).target);
  if (!preview_replica_action(w, action_of(w, id))) return false;  // it has gone meanwhile
  note(w, id, PartKind::kInstance, w.service_of(i));
  promote(w, w.service_of(i), i, false);
  return true;
}

bool fence_instance(World& w, std::uint32_t id) {
  const auto i = static_cast<std::uint16_t>(action_of(w, id).target);
  if (!preview_replica_action(w, action_of(w, id))) return false;
  note(w, id, PartKind::kInstance, w.service_of(i));
  demote(w, i);
  restart_in_place(w, i);  // so that no connection to it lives on
  return true;
}

bool end_idle_transactions(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  const auto service = static_cast<std::uint16_t>(a.target);
  note(w, id, PartKind::kDatabase, service);
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    if (is_left_open(w, task, service, a.value * 1000)) end_task(w, task, Outcome::kCancelled);
  }
  const std::int64_t since = w.databases[service].open_since;
  if (since >= 0 && w.now - since > a.value * 1000) set_database(w, id, "open_transaction", 0);
  return true;
}

bool free_disk(World& w, std::uint32_t id) {
  const auto service = static_cast<std::uint16_t>(action_of(w, id).target);
  const std::int64_t left = other_bytes(w, service) / kFreedShare;
  w.databases[service].other_grown = 0;
  set_database(w, id, "other_files", left);
  storage_changed(w, service);
  return true;
}

bool drop_slot(World& w, std::uint32_t id) {
  set_database(w, id, "abandoned_slot", 0);
  return true;
}

bool extend_volume(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  set_database(w, id, "volume", w.database_parameters[a.target].volume_bytes + a.value * kGiB);
  return true;
}

bool analyze_table(World& w, std::uint32_t id) {
  note(w, id, PartKind::kTable, database_of(w, id));
  analyze(w, static_cast<std::uint16_t>(action_of(w, id).target));
  return true;
}

bool begin_vacuum_table(World& w, std::uint32_t id) {
  note(w, id, PartKind::kTable, database_of(w, id));
  begin_vacuum(w, static_cast<std::uint16_t>(action_of(w, id).target), id);
  return true;
}

bool begin_create_index(World& w, std::uint32_t id) {
  add_job(w, database_of(w, id), kJobMillicores);
  return false;
}

bool create_index(World& w, std::uint32_t id) {
  const std::uint32_t table = action_of(w, id).target;
  const std::uint16_t service = database_of(w, id);
  add_job(w, service, -kJobMillicores);
  // Built beside the traffic it has to wait for every transaction that is older; one that does not end leaves
  // it invalid.
  if (w.databases[service].open_since >= 0 && w.databases[service].open_since <= w.actions[id].begun.us)
    return false;
  set_by_action(w, id, ChangeKind::kInfrastructure, service, ref_of(PartKind::kTable, "index", table), 1);
  report_part(w, PartEvent::kIndexBuilt, service, kNone16, table, 0, w.now - w.actions[id].begun.us);
  return true;
}

bool begin_widen_key(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  note(w, id, PartKind::kTable, database_of(w, id));
  w.tables[a.target].locked_until = w.now + table_job_us(w, a);
  return false;
}

bool widen_key(World& w, std::uint32_t id) {
  const std::uint32_t table = action_of(w, id).target;
  set_by_action(w, id, ChangeKind::kInfrastructure, database_of(w, id),
                ref_of(PartKind::kTable, "key_max", table), 0);
  return true;
}

bool skip_group_message(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  note(w, id, PartKind::kGroup, service_of_group(w, id));
  return skip_message(w, static_cast<std::uint16_t>(a.target), static_cast<std::uint32_t>(a.value));
}

bool reset_group_offsets(World& w, std::uint32_t id) {
  note(w, id, PartKind::kGroup, service_of_group(w, id));
  reset_offsets(w, static_cast<std::uint16_t>(action_of(w, id).target));
  return true;
}

bool restart_group(World& w, std::uint32_t id) {
  note(w, id, PartKind::kGroup, service_of_group(w, id));
  rebalance(w, static_cast<std::uint16_t>(action_of(w, id).target), 0);
  return true;
}

bool pause_group(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  set_by_action(w, id, ChangeKind::kConfig, service_of_group(w, id),
                ref_of(PartKind::kGroup, "paused", a.target), a.value);
  return true;
}

bool scale_partitions(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  const CompiledTopic& topic = w.compiled->topics[a.target];
  note(w, id, PartKind::kTopic, topic.broker);
  w.topics[a.target].partitions = static_cast<std::uint32_t>(a.value);
  for (std::uint16_t n = 0; n < topic.groups; ++n)
    rebalance(w, w.compiled->groups_by_topic[topic.first_group + n], 0);
  return true;
}

bool purge_whole_topic(World& w, std::uint32_t id) {
  const Action a = action_of(w, id);
  note(w, id, PartKind::kTopic, w.compiled->topics[a.target].broker);
  purge_topic(w, static_cast<std::uint16_t>(a.target));
  return true;
}

}  // namespace incident::sim
