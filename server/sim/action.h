// What players can do to the system. An action takes simulated time, may be refused when it begins, and shows
// up as a change in the feed like anybody's. All of it is plain integers: an action is part of a match's
// command log.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "sim/ids.h"

namespace incident::sim {

enum class ActionKind : std::uint8_t {
  kRollback,  // service: roll to the revision before the present one; value: revision index + 1, or 0 for
              // previous
  kRestart,   // service: restart all its instances one after the other
  kRestartInstance,    // instance: kill and start again
  kScale,              // service, value: number of instances
  kSetFlag,            // flag, value: 0 or 1
  kSetConfig,          // config key, value: in shown units
  kRevertChange,       // change: put every setting back to what it was before that change
  kShedTraffic,        // service, value: permille of its requests refused at once; 0 ends it
  kPurgeCache,         // cache
  kDrainInstance,      // instance: no new traffic; value 1 drains, 0 puts it back
  kKillQueries,        // database service: every statement running longer than value milliseconds
  kCollectGarbage,     // service: a full collection on every instance
  kRenewCertificate,   // certificate: a new one from its issuer
  kReloadCertificate,  // certificate: its service's processes load what is there
  kRotateSecret,       // secret: a new version; clients that have not loaded it are refused
  kSyncSecret,         // secret: every client loads a version that the server takes
  kFlushDns,           // name: everybody forgets the answer
  kRestoreRecord,      // name: its record is there and points to the service
  kSetLinkPolicy,      // link, value: 1 lets pass, 0 refuses
  kSetRateLimit,       // service, value: requests a second; 0: any number
  kSetBreaker,         // client (edge), value: 1 opens its circuit, 0 closes it
  kSyncClock,          // instance
  // Databases and tables (parts/data_actions.h).
  kFailOver,             // service: promote the replica that has most
  kPromoteInstance,      // instance: make this replica the primary, whatever the present one does
  kFenceInstance,        // instance: takes no more writes, and copies the primary's data anew
  kEndIdleTransactions,  // service: transactions left open for longer than value milliseconds
  kAnalyzeTable,         // table
  kVacuumTable,          // table
  kCreateIndex,          // table: build its index beside the traffic
  kWidenKey,             // table: give its key a larger type; nobody can use it meanwhile
  kFreeDisk,             // service: delete old logs and temporary files
  kDropSlot,             // service: the replication slot that nobody reads
  kExtendVolume,         // service, value: GiB more
  // Brokers and consumer groups.
  kSkipMessage,      // group, value: partition
  kResetOffsets,     // group: go on at the end of every partition
  kRestartGroup,     // group: give out its partitions anew
  kPauseGroup,       // group: value 1 stops consuming, 0 goes on
  kScalePartitions,  // topic, value: number of partitions
  kPurgeTopic,       // topic
  kDeletePod,        // instance: it goes at once, whatever holds it, and another takes its place
  kSetMemoryLimit,   // service, value: bytes; its pods are replaced one by one
  kSetCpuLimit,      // service, value: millicores; likewise
  kSetAutoscaler,    // service, value: most instances; 0 suspends the autoscaler
  kCordonNode,       // node: no new pods; value 1 cordons, 0 lets them in again
  kDrainNode,        // node: cordon, and its pods move away
  kRebootNode,       // node
  kCleanNode,        // node: remove what its disk does not need
  kSuspendJob,       // job: value 1 suspends it and ends its run, 0 lets it run again
};
inline constexpr int kActionKinds = 48;

struct Action {
  ActionKind kind = ActionKind::kRollback;
  std::uint8_t reserved[3] = {};
  std::uint32_t target = 0;  // index of the part, config key or change, as the kind says
  std::int64_t value = 0;
  bool operator==(const Action&) const = default;
};

enum class ActionState : std::uint8_t { kRunning, kDone, kFailed };

}  // namespace incident::sim
