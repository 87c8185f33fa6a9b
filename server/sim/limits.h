// Named limits and fixed delays of the simulated system. Times in microseconds.
#pragma once

#include <cstdint>

namespace incident::sim {

// A request lost on the way of an edge without timeout: when TCP gives up retransmitting (tcp_retries2 is
// about 15 minutes; most stacks' keep-alive or proxies cut it at a minute).
inline constexpr std::int64_t kLostWithoutTimeoutUs = 60'000'000;

// A retry budget's bucket holds this many permille of a retry: ten retries in a burst, as in Finagle.
inline constexpr std::int64_t kRetryBudgetBurst = 10'000;

// Entries sampled by the cache's approximated LRU (Redis' maxmemory-samples).
inline constexpr int kLruSamples = 5;

// TCP sends again after this, doubled each time, and gives up after so many (RFC 6298; Linux' smallest
// timeout).
inline constexpr std::int64_t kRetransmissionUs = 200'000;
inline constexpr int kRetransmissionsMax = 8;
// What a full link has dropped finds it full again with this probability.
inline constexpr std::int64_t kFullAgainPermille = 500;

// How long a player's action takes before it has its effect, when it is not a rollout.
inline constexpr std::int64_t kFlagPushUs = 1'000'000;
inline constexpr std::int64_t kConfigPushUs = 5'000'000;
inline constexpr std::int64_t kShedPushUs = 2'000'000;
inline constexpr std::int64_t kPurgeUs = 1'000'000;
inline constexpr std::int64_t kDrainSwitchUs = 1'000'000;
inline constexpr std::int64_t kKillQueriesUs = 1'000'000;
inline constexpr std::int64_t kRenewUs = 60'000'000;  // an issuer's challenge and answer
inline constexpr std::int64_t kReloadUs = 5'000'000;
inline constexpr std::int64_t kRotateUs = 10'000'000;
inline constexpr std::int64_t kSyncSecretUs = 15'000'000;
inline constexpr std::int64_t kFlushDnsUs = 5'000'000;
inline constexpr std::int64_t kRestoreRecordUs = 30'000'000;  // until every server of the zone has it
inline constexpr std::int64_t kPolicyPushUs = 10'000'000;
inline constexpr std::int64_t kSyncClockUs = 10'000'000;

inline constexpr std::int64_t kRateLimitMax = 1'000'000;  // requests a second that players may set

inline constexpr std::int64_t kEndIdleUs = 1'000'000;
inline constexpr std::int64_t kFenceUs = 5'000'000;
inline constexpr std::int64_t kFreeDiskUs = 30'000'000;
inline constexpr std::int64_t kDropSlotUs = 2'000'000;
inline constexpr std::int64_t kExtendVolumeUs = 60'000'000;
inline constexpr std::int64_t kOffsetsUs = 3'000'000;
inline constexpr std::int64_t kPauseGroupUs = 2'000'000;
inline constexpr std::int64_t kPurgeTopicUs = 5'000'000;
inline constexpr std::int64_t kPartitionsUs = 5'000'000;

// Partitions of a topic, and partitions times groups of a model.
inline constexpr std::size_t kPartitionsMax = 256;
inline constexpr std::size_t kReadersMax = 20'000;
// Messages that a partition holds at most: what a broker's disk has room for.
inline constexpr std::int64_t kBacklogMax = 400'000;

// How often databases and brokers look after themselves: replication, volumes, vacuum, leaders, members.
inline constexpr std::int64_t kStoreTickUs = 1'000'000;
// Autovacuum looks at a table this often, and acts when so many rows have died or changed: PostgreSQL's
// defaults (autovacuum_vacuum_threshold and _scale_factor, and those of analyze), with a shorter nap.
inline constexpr std::int64_t kVacuumNapUs = 15'000'000;
inline constexpr std::int64_t kVacuumRows = 50, kVacuumPermille = 200, kAnalyzePermille = 100;
// CPU that housekeeping takes from an instance: one core when asked for, a fifth in the background.
inline constexpr std::int64_t kJobMillicores = 1000, kBackgroundMillicores = 200;

// The adaptive limit of requests at once goes down to this share when they take too long.
inline constexpr std::int64_t kLimitDecreasePermille = 900;

// A refused database connection is told to telemetry at most this often for each instance.
inline constexpr std::int64_t kExhaustedReportUs = 1'000'000;

// Restarts of a container that has ended: at once, then after ten seconds, doubled each time up to five
// minutes, and forgotten after ten minutes of running (kubelet).
inline constexpr std::int64_t kBackOffFirstUs = 10'000'000;
inline constexpr std::int64_t kBackOffMaxUs = 300'000'000;
inline constexpr std::int64_t kBackOffForgottenUs = 600'000'000;
// A pod that cannot start is looked at again after this long.
inline constexpr std::int64_t kHoldRecheckUs = 10'000'000;

// A collected heap is collected at the latest when this part of it is full of garbage.
inline constexpr std::int64_t kHeapReserve = 64;
// Collections that stop the world for so long are logged.
inline constexpr std::int64_t kLongPauseUs = 200'000;
// Heartbeats, disks and pods that wait are looked at this often.
inline constexpr std::int64_t kClusterTickUs = 5'000'000;
// How long the kernel remembers a connection that has closed (nf_conntrack_tcp_timeout_time_wait).
inline constexpr std::int64_t kConntrackKeptUs = 120'000'000;
// What players do to a machine.
inline constexpr std::int64_t kDrainNodeUs = 5'000'000;
inline constexpr std::int64_t kCleanNodeUs = 60'000'000;
inline constexpr std::int64_t kBootUs = 120'000'000;
inline constexpr std::int64_t kCollectUs = 2'000'000;

}  // namespace incident::sim
