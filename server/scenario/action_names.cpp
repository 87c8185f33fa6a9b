#include "scenario/action_names.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/limits.h"
#include "sim/part_names.h"
#include "telemetry/telemetry.h"

namespace incident::scenario {
namespace {

using sim::ActionKind;

constexpr std::array<ActionInfo, sim::kActionKinds> kActions = {{
    {ActionKind::kRollback, "rollback", "Roll back", "service",
     "Deploys the version that ran before, instance by instance.",
     "Its pods are replaced one by one by the earlier version."},
    {ActionKind::kRestart, "restart", "Restart", "service", "Restarts every instance, one after the other.",
     "Its pods stop and start again one after the other; capacity is lower meanwhile."},
    {ActionKind::kRestartInstance, "restart_instance", "Restart pod", "pod",
     "Kills one instance and starts it again; what it was working on is lost.",
     "The pod is killed at once and starts again empty."},
    {ActionKind::kScale, "scale", "Scale", "service", "Sets how many instances run.", "", true, "instances",
     1, 64},
    {ActionKind::kSetFlag, "set_flag", "Set flag", "flag", "Turns a feature flag on or off.", "", true,
     "1 on, 0 off", 0, 1},
    {ActionKind::kSetConfig, "set_config", "Set config", "config", "Gives a config key a new value.", "",
     true, "new value", 0, 0},
    {ActionKind::kRevertChange, "revert_change", "Revert change", "change",
     "Puts back every setting that a change touched.",
     "Every setting of that change goes back to what it was before."},
    {ActionKind::kShedTraffic, "shed_traffic", "Shed traffic", "service",
     "Refuses a share of a service's requests at once, so that the rest is served.", "", true,
     "percent refused, 0 ends it", 0, 100, 10},
    {ActionKind::kPurgeCache, "purge_cache", "Purge cache", "cache", "Empties a cache.",
     "Every look-up misses until the cache has filled again."},
    {ActionKind::kDrainInstance, "drain_instance", "Drain pod", "pod",
     "Takes one instance out of the load balancer, or puts it back.", "", true, "1 drains, 0 puts back", 0,
     1},
    {ActionKind::kKillQueries, "kill_queries", "Kill queries", "service",
     "Ends every statement of a database that has run longer than this.", "", true, "milliseconds", 0,
     3'600'000},
    {ActionKind::kCollectGarbage, "collect_garbage", "Collect garbage", "service",
     "Makes every instance of a service collect its whole heap at once.",
     "Each of its pods stands still while it collects; a heap full of what is in use gives nothing back."},
    {ActionKind::kRenewCertificate, "renew_certificate", "Renew certificate", "certificate",
     "Gets a new certificate for the right name from the same issuer.",
     "The file is replaced; processes that load it only at their start still present the old one."},
    {ActionKind::kReloadCertificate, "reload_certificate", "Reload certificate", "certificate",
     "Makes every process of its service load the certificate that is there now.",
     "New connections see the certificate that is in the file; open ones go on."},
    {ActionKind::kRotateSecret, "rotate_secret", "Rotate secret", "secret",
     "Makes a new version of a secret, and has the server take no older one.",
     "Clients that have not loaded the new version are refused."},
    {ActionKind::kSyncSecret, "sync_secret", "Sync secret", "secret",
     "Makes every client load a version of the secret that the server takes.",
     "Clients use the version that the store holds for them, from their next request or connection on."},
    {ActionKind::kFlushDns, "flush_dns", "Flush DNS caches", "dns_name",
     "Makes every caller forget what it knows of a name.",
     "Everybody looks the name up again at once, and finds what the record says now."},
    {ActionKind::kRestoreRecord, "restore_record", "Restore DNS record", "dns_name",
     "Writes the record of a name anew, so that it points to its service.",
     "Callers that have kept an old answer go on with it until its time is over."},
    {ActionKind::kSetLinkPolicy, "set_link_policy", "Set network policy", "link",
     "Lets the traffic of a link pass, or refuses it.", "", true, "1 lets pass, 0 refuses", 0, 1},
    {ActionKind::kSetRateLimit, "set_rate_limit", "Set rate limit", "service",
     "Refuses what comes to a service over a rate.", "", true, "requests a second, 0 for no limit", 0,
     sim::kRateLimitMax},
    {ActionKind::kSetBreaker, "set_breaker", "Set circuit breaker", "edge",
     "Opens or closes a client's circuit breaker on every pod.", "", true, "1 opens, 0 closes", 0, 1},
    {ActionKind::kSyncClock, "sync_clock", "Sync clock", "pod", "Sets the clock of a pod's machine right.",
     "Its clock shows the right time from then on."},
    {ActionKind::kFailOver, "fail_over", "Fail over", "service",
     "Promotes the replica that has received most to be the primary.",
     "Writes fail until it is done and callers have found the new primary; what was not replicated is lost."},
    {ActionKind::kPromoteInstance, "promote_instance", "Promote pod", "pod",
     "Makes this replica the primary, whatever the present one does.",
     "Writes that it has not received are lost; a primary that lives on without fencing takes writes too."},
    {ActionKind::kFenceInstance, "fence_instance", "Fence pod", "pod",
     "Ends a primary: it takes no more writes, restarts, and copies the data anew.",
     "Its connections break; writes that only it has are thrown away."},
    {ActionKind::kEndIdleTransactions, "end_idle_transactions", "End idle transactions", "service",
     "Ends transactions that were left open for longer than this.", "", true, "milliseconds", 0, 86'400'000},
    {ActionKind::kAnalyzeTable, "analyze_table", "Analyze table", "table",
     "Makes the planner's statistics of a table anew.", "The next statements are planned with them."},
    {ActionKind::kVacuumTable, "vacuum_table", "Vacuum table", "table",
     "Removes dead rows that no transaction can see any more.",
     "Takes a core of the primary until it is done."},
    {ActionKind::kCreateIndex, "create_index", "Create index", "table",
     "Builds a table's index while it is in use.",
     "Takes a core of the primary until it is done; a transaction that stays open makes it fail."},
    {ActionKind::kWidenKey, "alter_key_bigint", "Widen key", "table", "Gives a table's key the type bigint.",
     "The table is written anew; nobody can use it until that is done."},
    {ActionKind::kFreeDisk, "free_disk", "Free disk", "service",
     "Deletes old server logs and temporary files from the volume.", "The files are gone for good."},
    {ActionKind::kDropSlot, "drop_replication_slot", "Drop slot", "service",
     "Drops the replication slot that nobody reads.",
     "The write-ahead log that it kept is recycled; whoever comes back to it has to copy everything anew."},
    {ActionKind::kExtendVolume, "extend_volume", "Extend volume", "service", "Makes the volume larger.", "",
     true, "GiB more", 1, 65'536},
    {ActionKind::kSkipMessage, "skip_message", "Skip message", "group",
     "Goes on behind the message that a partition stands at.", "", true, "partition", 0, 255},
    {ActionKind::kResetOffsets, "reset_offsets", "Reset offsets", "group",
     "Goes on at the end of every partition.", "Messages that were not handled never will be."},
    {ActionKind::kRestartGroup, "restart_group", "Rebalance group", "group",
     "Gives out the group's partitions anew.",
     "Nobody consumes meanwhile; messages after the last commit are handled twice."},
    {ActionKind::kPauseGroup, "pause_consumer", "Pause consumer", "group",
     "Stops a consumer group, or lets it go on.", "", true, "1 pauses, 0 goes on", 0, 1},
    {ActionKind::kScalePartitions, "scale_partitions", "Add partitions", "topic",
     "Gives a topic more partitions, so that more consumers can share it.", "", true, "partitions", 1, 256},
    {ActionKind::kPurgeTopic, "purge_topic", "Purge topic", "topic", "Deletes every message of a topic.",
     "Messages that were not handled are lost."},
    {ActionKind::kDeletePod, "delete_pod", "Delete pod", "pod",
     "Removes one pod at once, whatever keeps it from going; another takes its place.",
     "What it was working on is lost, and its place may be on another node."},
    {ActionKind::kSetMemoryLimit, "set_memory_limit", "Set memory limit", "service",
     "Gives the pods of a service another memory limit.", "Its pods are replaced one by one.", true, "MiB", 0,
     1 << 20, 1 << 20},
    {ActionKind::kSetCpuLimit, "set_cpu_limit", "Set CPU limit", "service",
     "Gives the pods of a service another CPU limit.", "Its pods are replaced one by one.", true,
     "millicores", 10, 64'000},
    {ActionKind::kSetAutoscaler, "set_autoscaler", "Set autoscaler", "service",
     "Sets the most instances that the autoscaler may ask for.",
     "The autoscaler keeps to the new limit from its next decision on.", true,
     "most instances, 0 suspends it", 0, 1000},
    {ActionKind::kCordonNode, "cordon_node", "Cordon node", "node",
     "Keeps new pods off a node, or lets them in again.", "The pods that run there stay.", true,
     "1 cordons, 0 lets in", 0, 1},
    {ActionKind::kDrainNode, "drain_node", "Drain node", "node",
     "Moves all pods of a node elsewhere and keeps new ones off.",
     "Its pods finish what they have and start anew where there is room."},
    {ActionKind::kRebootNode, "reboot_node", "Reboot node", "node", "Starts a machine anew.",
     "Everything on it stops at once, without an answer to anybody, and starts again when it is up."},
    {ActionKind::kCleanNode, "clean_node", "Clean node", "node",
     "Removes old logs and images from a node's disk.",
     "It takes a while; what fills the disk goes on filling it."},
    {ActionKind::kSuspendJob, "suspend_job", "Suspend job", "job",
     "Stops a scheduled job and its run, or lets it run again.",
     "A run that is stopped has to be made up for.", true, "1 suspends, 0 lets it run", 0, 1},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (static_cast<std::size_t>(kActions[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by kind");

template <class Parts>
std::optional<std::uint32_t> find(const Parts& parts, std::string_view name) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> find_target(const sim::Model& model, std::string_view kind,
                                         std::string_view target) {
  if (kind == "config") return find(model.config_keys, target);
  if (const auto part = target_part(kind)) return sim::find_part(model, *part, target);
  return std::nullopt;
}

Error unknown_target(std::string_view kind, std::string_view target) {
  return not_found("There is no " + std::string(kind) + " \"" + std::string(target) + "\".", "target");
}

}  // namespace

std::span<const ActionInfo> action_kinds() {
  return kActions;
}

const ActionInfo& action_info(sim::ActionKind kind) {
  return kActions[static_cast<std::size_t>(kind)];
}

std::optional<sim::PartKind> target_part(std::string_view target_kind) {
  if (target_kind == "pod" || target_kind == "config" || target_kind == "change") return std::nullopt;
  for (int i = 0; i < sim::kPartKinds; ++i) {
    if (sim::kPartKindNames[i] == target_kind) return static_cast<sim::PartKind>(i);
  }
  return std::nullopt;
}

std::string_view to_string(sim::ActionKind kind) {
  return action_info(kind).name;
}

std::optional<sim::ActionKind> parse_action_kind(std::string_view name) {
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (kActions[i].name == name) return static_cast<sim::ActionKind>(i);
  }
  return std::nullopt;
}

std::string_view target_kind(sim::ActionKind kind) {
  return action_info(kind).target_kind;
}

Result<sim::Action> parse_action(const sim::Model& model, std::string_view kind, std::string_view target,
                                 std::int64_t value) {
  const auto parsed = parse_action_kind(kind);
  if (!parsed) {
    std::string all;
    for (const auto& k : kActions) all += (all.empty() ? "" : ", ") + std::string(k.name);
    return invalid("must be one of " + all, "kind");
  }
  sim::Action action;
  action.kind = *parsed;
  action.value = value;
  const std::string_view wanted = target_kind(*parsed);
  if (wanted == "change") {
    const auto index = whole_number(target);
    if (!index || *index < 0) return unknown_target(wanted, target);
    action.target = static_cast<std::uint32_t>(*index);
    return action;
  }
  const auto found = find_target(model, wanted, target);
  if (!found) return unknown_target(wanted, target);
  action.target = *found;
  return action;
}

Result<sim::Action> parse_action(const sim::Simulation& sim, std::string_view kind, std::string_view target,
                                 std::int64_t value) {
  const auto parsed = parse_action_kind(kind);
  const std::string_view wanted = parsed ? target_kind(*parsed) : "";
  if (wanted == "change") {
    const auto number = whole_number(target);
    const auto change = number ? change_numbered(sim, *number) : std::nullopt;
    if (!change) return unknown_target(wanted, target);
    return sim::Action{*parsed, {}, change->value, value};
  }
  if (wanted == "pod") {
    for (std::size_t i = 0; i < sim.instance_slots(); ++i) {
      const sim::InstanceId id(i);
      if (sim.instance(id).state == sim::InstanceState::kAbsent) continue;
      if (telemetry::pod_name(sim.model(), sim, id) == target)
        return sim::Action{*parsed, {}, static_cast<std::uint32_t>(i), value};
    }
    return unknown_target(wanted, target);
  }
  return parse_action(sim.model(), kind, target, value);
}

sim::Action resolve(const sim::Simulation& sim, sim::Action action) {
  if (action.kind != sim::ActionKind::kRevertChange) return action;
  for (std::size_t i = 0; i < sim.change_count(); ++i) {
    if (sim.change(sim::ChangeId(i)).planned == action.target) {
      action.target = static_cast<std::uint32_t>(i);
      break;
    }
  }
  return action;
}

std::string target_name(const sim::Simulation& sim, const sim::Action& action) {
  const sim::Model& model = sim.model();
  const std::string_view kind = target_kind(action.kind);
  if (kind == "config") return model.config_keys[action.target].name;
  if (const auto part = target_part(kind)) return sim::part_name(model, *part, action.target);
  if (kind == "pod") return telemetry::pod_name(model, sim, sim::InstanceId(action.target));
  const auto number = number_of_change(sim, sim::ChangeId(action.target));
  return number ? std::to_string(*number) : std::string();
}

std::optional<sim::ChangeId> change_numbered(const sim::Simulation& sim, std::int64_t number) {
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < sim.change_count(); ++i) {
    if (sim.change(sim::ChangeId(i)).visible && ++seen == number) return sim::ChangeId(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_of_change(const sim::Simulation& sim, sim::ChangeId id) {
  if (id.index() >= sim.change_count() || !sim.change(id).visible) return std::nullopt;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i <= id.index(); ++i) seen += sim.change(sim::ChangeId(i)).visible ? 1 : 0;
  return seen;
}

}  // namespace incident::scenario
