// Every number of the simulated system that a fault, a deploy, a config push or a player can change while it
// runs.
//
// A part's parameters are one flat struct of 64-bit integers, so that they can be copied, hashed and
// addressed by name. The tables in parameters.cpp list each field with its unit, range and meaning: scenario
// files, the published schema and the player's config keys all read them. Units: times in microseconds,
// shares in permille.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sim/data_parameters.h"
#include "sim/network_parameters.h"
#include "sim/platform_parameters.h"

namespace incident::sim {

enum class PartKind : std::uint8_t {
  kService,
  kRevision,
  kOperation,
  kEdge,
  kPool,
  kCache,
  kDatabase,
  kJourney,
  kFlag,
  kInstance,
  // Of the platform (platform_parameters.h); the first four are named by their service.
  kResources,
  kDeployment,
  kAutoscaler,
  kFunction,
  kNode,
  kCluster,
  kJob,
  kLink,
  kDnsName,
  kResolver,
  kCertificate,
  kSecret,
  // Of stores (data_parameters.h).
  kTable,
  kTopic,
  kGroup,
};
inline constexpr int kPartKinds = 25;
inline constexpr std::string_view kPartKindNames[kPartKinds] = {
    "service",  "revision",  "operation",   "edge",       "pool",     "cache", "database", "journey", "flag",
    "instance", "resources", "deployment",  "autoscaler", "function", "node",  "cluster",  "job",     "link",
    "dns_name", "resolver",  "certificate", "secret",     "table",    "topic", "group"};

enum class Unit : std::uint8_t {
  kCount,
  kMicroseconds,
  kPermille,
  kMillicores,
  kPerKilosecond,
  kBoolean,
  kBytes
};

struct ServiceParameters {
  std::int64_t workers = 16;            // requests in progress at once, for each instance
  std::int64_t queue_limit = 256;       // requests that may wait for a worker; 0: none wait
  std::int64_t cpu_millicores = 1000;   // CPU limit of an instance; work is shared among running requests
  std::int64_t startup_us = 8'000'000;  // from start to the first passed readiness check
  std::int64_t warmup_us = 0;           // after start, work costs more for this long (cold code, cold pages)
  std::int64_t warmup_factor_permille = 1000;  // cost of work right after start, falling linearly to 1000
  std::int64_t drain_us = 5'000'000;           // grace for requests in progress before an instance is stopped
  std::int64_t probe_interval_us = 5'000'000;  // readiness check by the load balancer; 0: none
  std::int64_t probe_timeout_us = 1'000'000;
  std::int64_t probe_fall = 3;     // failed checks in a row until it gets no more traffic
  std::int64_t probe_rise = 2;     // passed checks in a row until it gets traffic again
  std::int64_t liveness_fall = 0;  // failed checks in a row until it is restarted; 0: never
  std::int64_t shed_permille = 0;  // share of arriving requests refused at once by admission control
  std::int64_t least_loaded =
      0;  // 1: the load balancer picks the instance with fewest requests; 0: round robin
  // Admission beyond the fixed share (parts/admission.h).
  std::int64_t codel_target_us = 0;  // wait in a queue that stays full; longer: refused; 0: no such rule
  std::int64_t codel_interval_us = 100'000;  // a queue that has not been empty for this long stays full
  std::int64_t concurrency_target_us = 0;    // adaptive limit: time in the instance to keep to; 0: no limit
  std::int64_t rate_limit = 0;               // requests in 1000 s that the service takes; 0: any number
  std::int64_t rate_burst = 10;              // ... and how many at once
  std::int64_t admission = 1;                // 0: the cluster's admission webhook refuses its new pods
  std::int64_t file_bytes = 0;               // size of a generated file that its code loads (rules, features)
  std::int64_t file_limit = 0;               // what that code has room for; past it requests fail; 0: any
};

struct RevisionParameters {
  std::int64_t cpu_factor_permille = 1000;  // cost of all work in this version of the code
  std::int64_t error_permille = 0;          // share of requests that this version fails
  std::int64_t delay_us = 0;                // waiting added to each request (a slow call outside the model)
  std::int64_t crash_permille = 0;          // share of requests that end the process (parts/crash.h)
};

struct OperationParameters {
  std::int64_t cpu_factor_permille = 1000;  // cost of this operation's work (a slow plan, a heavy pattern)
  std::int64_t error_permille = 0;
  std::int64_t rate_limit =
      0;  // requests in 1000 s that the operation takes (parts/admission.h); 0: any number
  std::int64_t rate_burst = 10;
  std::int64_t max_bytes = 0;       // larger requests are refused; 0: any
  std::int64_t crash_permille = 0;  // share of requests that end the process (parts/crash.h)
  // Statements of a database (parts/locks.h, parts/statements.h).
  std::int64_t unordered_locks = 0;  // 1: takes several row locks in the order in which it names them
  std::int64_t left_open_permille =
      0;  // share of transactions left open after the answer, holding their locks
  std::int64_t left_open_us = 60'000'000;  // for how long
  std::int64_t fresh_permille = 0;         // share of reads that need what their customer wrote just before
  std::int64_t fresh_age_us = 1'000'000;   // how long ago that was, on average
};

struct EdgeParameters {
  std::int64_t timeout_us = 1'000'000;  // for one attempt; 0: none
  std::int64_t attempts = 1;            // tries in all, the first included
  std::int64_t backoff_us = 50'000;     // before the second attempt, doubled for each further one
  std::int64_t backoff_cap_us = 2'000'000;
  std::int64_t jitter_permille = 500;  // share of the backoff drawn at random
  std::int64_t retry_budget_permille =
      0;  // retries allowed for each thousand calls, as a token bucket; 0: no budget
  std::int64_t breaker_failure_permille = 0;  // failures in the window that open the circuit; 0: no breaker
  std::int64_t breaker_window = 20;           // calls looked back upon, at most 64
  std::int64_t breaker_open_us = 5'000'000;   // how long it stays open before one call may try
  std::int64_t network_us = 250;              // one way
  std::int64_t network_jitter_permille = 250;
  std::int64_t loss_permille = 0;  // requests lost on the way; the caller sees a timeout
  std::int64_t cancel = 0;         // 1: giving up tells the callee, which drops what has not started
  std::int64_t propagate_deadline =
      0;                      // 1: the callee knows until when its answer is of use (parts/deadline.h)
  std::int64_t hedge_us = 0;  // a second attempt beside one that takes longer (parts/hedging.h); 0: none
  std::int64_t bulkhead = 0;  // calls in progress for each instance of the caller (parts/bulkhead.h); 0: any
  std::int64_t rate_limit = 0;  // requests in 1000 s that the callee takes from this client; 0: any number
  std::int64_t rate_burst = 10;
  // The way and the callee's answer (parts/route.h).
  std::int64_t request_bytes = 1'000;
  std::int64_t response_bytes = 4'000;
  std::int64_t wrong_port = 0;            // 1: nobody listens where it connects
  std::int64_t wrong_resolver = 0;        // 1: it asks a resolver that does not know the name
  std::int64_t old_clients_permille = 0;  // share of these callers with an old trust store
  std::int64_t forbidden = 0;             // 1: the caller's role lacks the right to this operation
  std::int64_t misroute_permille = 0;     // share of requests that a proxy leads to no such route
  std::int64_t repeat = 1;                // calls made one after the other where the code calls once (N+1)
};

struct PoolParameters {
  std::int64_t size = 10;  // connections, for each instance of the owner
  std::int64_t acquire_timeout_us = 1'000'000;
  std::int64_t connect_us = 3'000;  // to open a new connection
  std::int64_t leak_permille = 0;   // share of calls that never give their connection back
};

struct CacheParameters {
  std::int64_t ttl_us = 300'000'000;  // 0: never expires
  std::int64_t capacity = 1'000'000;  // entries; the least recently used of five sampled goes first
  std::int64_t enabled = 1;           // 0: every look-up misses
  std::int64_t single_flight =
      0;  // 1: misses of one key in one instance load it once (parts/single_flight.h)
};

struct DatabaseParameters {
  std::int64_t max_connections = 200;        // for each instance
  std::int64_t lock_timeout_us = 5'000'000;  // 0: none
  std::int64_t deadlock_timeout_us = 0;      // how long a wait lasts before it looks for a circle; 0: never
  // Replication (parts/replication.h).
  std::int64_t wal_bytes = 8'192;        // write-ahead log that one write makes
  std::int64_t ship_us = 20'000;         // until a replica has received what the primary wrote
  std::int64_t apply_bytes = 0;          // log that a replica can replay in a second; 0: any amount
  std::int64_t synchronous = 0;          // 1: a write waits until a replica has it
  std::int64_t auto_failover = 1;        // 1: a lost primary is replaced by itself
  std::int64_t detect_us = 10'000'000;   // until a lost primary counts as lost
  std::int64_t election_us = 3'000'000;  // until a replica has been chosen and promoted
  std::int64_t switch_us = 2'000'000;    // until callers have found the new primary
  std::int64_t fencing = 1;              // 1: a replaced primary can no longer accept writes
  std::int64_t resync_us = 60'000'000;   // for a new or fenced instance to copy the data
  std::int64_t stranded_permille = 500;  // share of calls that still reach a replaced primary that lives on
  std::int64_t misrouted_permille = 0;   // share of writes that are led to a replica
  std::int64_t read_only = 0;            // 1: takes no writes
  // Disk (parts/storage.h).
  std::int64_t volume_bytes = 0;                   // size of the volume; 0: without end
  std::int64_t base_bytes = 0;                     // data beside the tables
  std::int64_t other_bytes = 0;                    // logs and temporary files
  std::int64_t other_growth_bytes = 0;             // by which they grow in a second
  std::int64_t wal_keep_bytes = 1 << 30;           // log that is kept in any case
  std::int64_t abandoned_slot = 0;                 // 1: a replication slot that nobody reads keeps the log
  std::int64_t commit_us = 0;                      // for a write to reach the disk
  std::int64_t disk_factor_permille = 1000;        // cost of reaching the disk
  std::int64_t checkpoint_interval_us = 0;         // 0: checkpoints do not show
  std::int64_t checkpoint_us = 0;                  // how long one lasts
  std::int64_t checkpoint_factor_permille = 1000;  // cost of reaching the disk meanwhile
  // Housekeeping (parts/tables.h).
  std::int64_t autovacuum = 1;
  std::int64_t autoanalyze = 1;
  std::int64_t open_transaction = 0;    // 1: somebody has left a transaction open, and holds vacuum back
  std::int64_t hot_shard_permille = 0;  // share of requests that go to the first shard whatever their key
};

struct JourneyParameters {
  std::int64_t rate_per_kilosecond = 10'000;  // arrivals of users in 1000 s, before the daily shape
  std::int64_t multiplier_permille = 1000;    // traffic change: campaign, bot, outage elsewhere
};

struct FlagParameters {
  std::int64_t on = 0;
};

struct InstanceParameters {
  std::int64_t cpu_factor_permille = 1000;  // cost of work on this instance (noisy neighbour, worn host)
  std::int64_t error_permille = 0;
  std::int64_t clock_drift_us = 0;  // of its clock: what it takes now to be, less what now is
  // Databases (parts/replication.h, parts/statements.h).
  std::int64_t isolated = 0;            // 1: cut off from the other instances and from the cluster's manager
  std::int64_t replay_permille = 1000;  // speed at which this replica replays the log
  std::int64_t corrupt_permille = 0;    // share of statements that meet a damaged page
};

// Words of these structs that every system uses. What follows them belongs to mechanisms that most do
// without; a state's hash tells it only where it is not as usual.
inline constexpr std::size_t kServiceWords = 14, kRevisionWords = 3, kOperationWords = 2, kEdgeWords = 13,
                             kCacheWords = 3, kPoolWords = 3, kDatabaseWords = 2, kInstanceWords = 2;

// One line of the published list.
struct ParameterInfo {
  std::string_view name;  // as scenario files write it: "timeout"; the unit is not part of the name
  PartKind part;
  Unit unit;
  std::int64_t min, max;
  std::string_view meaning;
  std::uint16_t offset;  // into the part's struct, in 64-bit words
};

// All parameters: the first ones by part, in the order of the structs; later ones follow, so that an index
// keeps its meaning. Static; any thread.
std::span<const ParameterInfo> parameters();
const ParameterInfo* find_parameter(PartKind part, std::string_view name);
std::string_view to_string(PartKind part);
std::string_view to_string(Unit unit);

// A parameter of one part: index into parameters() and the part's index within its kind.
struct ParameterRef {
  std::uint16_t parameter = 0;
  std::uint16_t part = 0;
  bool operator==(const ParameterRef&) const = default;
};

// A value that a change gives to a parameter.
struct Setting {
  ParameterRef target;
  std::uint32_t reserved = 0;
  std::int64_t value = 0;
  bool operator==(const Setting&) const = default;
};

}  // namespace incident::sim
