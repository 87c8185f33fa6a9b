// The description of a system, immutable and shared by every simulation of it: what parts there are, how they
// are wired, what each operation does, and the parameters they start with. Built by the scenario room from
// files, or by hand in tests; `validate` says whether it hangs together. Names are for telemetry; the engine
// uses indices only.
//
// A model has no behaviour. Copy it freely while building; once given to a Simulation it is shared as const.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/ids.h"
#include "sim/network_model.h"
#include "sim/parameters.h"

namespace incident::sim {

// What kind of software a service is. The engine treats them alike but for Database (connections, locks);
// telemetry names their metrics and spans accordingly.
enum class ServiceKind : std::uint8_t { kUsers, kApplication, kDatabase, kCache, kExternal, kBroker };

// The distribution of a step's work or delay around its mean. Lognormal and the like are drawn from quantile
// tables.
enum class Shape : std::uint8_t { kConstant, kExponential, kLognormal };

enum class StepKind : std::uint8_t {
  kWork,      // CPU for `amount` (mean); shared with whatever else runs on the instance
  kDelay,     // waiting without CPU for `amount`; for users: think time
  kCall,      // call through `edge`; a failure fails the task unless `optional`
  kParallel,  // the next `count` steps, all calls, start at once; goes on when all have ended
  kCacheGet,  // ask `cache` through `edge` for a key; on a hit skip the next `count` steps; a failed call is
              // a miss
  kCachePut,  // write the task's key to `cache` through `edge`; failure is ignored
  kLock,      // take the row drawn from `lock_set` until the task ends
  kMaybe,     // with probability 1 - `permille`/1000 skip the next `count` steps
  kIfFlag,    // while `flag` is off skip the next `count` steps
  kUnlessFlag,  // while `flag` is on skip the next `count` steps
  kLockOne,     // one of `of` rows that are locked together, the `nth` in order, each worked on for
                // `amount` (parts/locks.h)
  kTable,       // a statement on `rows` rows of `table` (parts/tables.h)
  kAppend,      // put a message into `topic` (parts/broker.h)
  kAwait,       // users: wait until `group` has handled what the last request put into its topic, at most
                // `amount`; counts as a request through `edge` (parts/await.h)
};

enum class TableVerb : std::uint8_t { kReadKey, kReadIndex, kReadAll, kInsert, kUpdate, kDelete };

// Which instance of a replicated database an operation is sent to.
enum class Route : std::uint8_t { kPrimary, kReplica, kAny };

struct Step {
  StepKind kind = StepKind::kWork;
  Shape shape = Shape::kExponential;
  bool optional = false;
  std::uint16_t count = 0;
  std::uint32_t permille = 1000;
  std::uint32_t variation_permille = 500;  // lognormal: coefficient of variation
  Duration amount;
  EdgeId edge;
  CacheId cache;
  LockSetId lock_set;
  FlagId flag;
  TableVerb verb = TableVerb::kReadIndex;
  std::uint8_t nth = 0, of = 0;
  std::uint32_t rows = 1;
  TableId table;
  TopicId topic;
  GroupId group;
};

struct ServiceSpec {
  std::string name;
  ServiceKind kind = ServiceKind::kApplication;
  std::string version_stem;         // such as "2.14": revisions are shown as 2.14.0, 2.14.1 ...
  std::uint16_t instances = 2;      // at the start
  std::uint16_t instances_max = 8;  // slots: what scaling and rolling deploys can reach
  OperationId probe;                // what health checks call; none: no checks
  ServiceParameters initial;
  DatabaseParameters database;    // for kDatabase
  std::vector<std::string> tags;  // shown to players: owner team, language, tier
  // Of the platform, where Model::platform is set.
  ResourceParameters resources;
  DeploymentParameters deployment;
  ServiceId waits_for;      // the init container of its pods waits until this one serves
  bool replicated = false;  // databases: the first instance is the primary, the others follow it
  // > 0: each request goes to the instance that its key belongs to, key modulo `instances`.
  std::uint32_t shard_keys = 0;
  std::uint32_t shard_zipf_permille = 0;
  bool autoscaled = false;
  AutoscalerParameters autoscaler;
  bool function = false;  // its instances come and go with its requests
  FunctionParameters function_initial;
};

struct OperationSpec {
  ServiceId service;
  std::string name;  // "GET /cart", "SELECT products"
  std::vector<Step> steps;
  OperationParameters initial;
  bool writes = false;  // of a database: so it is, too, when it inserts, updates or deletes
  Route route = Route::kPrimary;
};

struct EdgeSpec {
  ServiceId from;
  OperationId to;
  PoolId pool;       // none: a connection for each call, at no cost
  std::string name;  // config-like: "catalog-client"
  EdgeParameters initial;
};

struct PoolSpec {
  ServiceId owner;  // each instance has its own
  ServiceId target;
  std::string name;
  PoolParameters initial;
};

struct CacheSpec {
  ServiceId service;  // where it lives; a restart of its instance empties it
  std::string name;
  std::uint32_t keys = 10'000;
  std::uint32_t zipf_permille =
      900;  // exponent s of P(k) ~ 1/k^s (Breslau et al. 1999 measured 0.64 to 0.83 for the web)
  CacheParameters initial;
};

struct LockSetSpec {
  ServiceId database;
  std::string name;  // the table
  std::uint32_t rows = 64;
  std::uint32_t zipf_permille = 0;
};

// Rows of a database, with one index beside the primary key.
struct TableSpec {
  ServiceId database;
  std::string name;
  TableParameters initial;
};

struct TopicSpec {
  ServiceId broker;
  std::string name;
  std::uint16_t partitions = 1;
  std::uint16_t partitions_max = 1;  // what scaling can reach
  std::uint32_t keys = 0;            // 0: messages have no key and go round all partitions at random
  std::uint32_t zipf_permille = 0;
  TopicParameters initial;
};

// A service's instances share the partitions of a topic: `operation` runs once for each message.
struct GroupSpec {
  std::string name;
  TopicId topic;
  OperationId operation;
  TopicId dead_letters;  // where messages go that failed too often; none: they are skipped
  GroupParameters initial;
};

// A kind of user. Its operation belongs to the one service of kind kUsers; each call step in it is a request
// that a customer waits for. `slow_us` is what customers bear: a request that took longer counts as harm.
struct JourneySpec {
  std::string name;
  OperationId operation;
  JourneyParameters initial;
  std::int64_t slow_us = 2'000'000;
};

struct FlagSpec {
  std::string name;
  ServiceId service;
  FlagParameters initial;
};

// A version of a service's code. Every service has at least one, its first.
struct RevisionSpec {
  ServiceId service;
  std::string version;
  RevisionParameters initial;
};

// A knob that players may turn: a config key with a realistic name behind which stands a parameter.
struct ConfigKeySpec {
  std::string name;  // "catalog.client.timeout_ms"
  ServiceId service;
  ParameterRef target;
  std::int64_t unit_divisor = 1;  // shown value = parameter / divisor (microseconds shown as ms: 1000)
  std::string unit;               // "ms", "", "%"
  std::int64_t min = 0, max = 0;  // in shown units
};

// A machine. Pods are placed only in a model that has some.
struct NodeSpec {
  std::string name;
  std::string zone;
  NodeParameters initial;
};

// A scheduled job, working on a service.
struct JobSpec {
  std::string name;
  ServiceId service;
  JobParameters initial;
};

struct Model {
  std::string name;
  std::uint32_t weight = 1;  // one simulated request stands for this many real ones
  std::vector<ServiceSpec> services;
  std::vector<OperationSpec> operations;
  std::vector<EdgeSpec> edges;
  std::vector<PoolSpec> pools;
  std::vector<CacheSpec> caches;
  std::vector<LockSetSpec> lock_sets;
  std::vector<TableSpec> tables;
  std::vector<TopicSpec> topics;
  std::vector<GroupSpec> groups;
  std::vector<JourneySpec> journeys;
  std::vector<FlagSpec> flags;
  std::vector<RevisionSpec> revisions;
  std::vector<ConfigKeySpec> config_keys;
  std::vector<LinkSpec> links;
  std::vector<ResolverSpec> resolvers;
  std::vector<DnsNameSpec> dns_names;         // at most one for a service
  std::vector<CertificateSpec> certificates;  // likewise
  std::vector<SecretSpec> secrets;            // at most one for a client and a service
  // Load over a day, in permille of a journey's rate, at equal steps from `day_start`; empty: flat.
  std::vector<std::uint32_t> day_shape_permille;
  Duration day_start{0};  // time of day at simulated time zero
  // Whether what the services run on is simulated too (platform_parameters.h); else it is perfect.
  bool platform = false;
  std::vector<NodeSpec> nodes;
  std::vector<JobSpec> jobs;
  ClusterParameters cluster;
};

// Checks references, ranges and that call steps use edges of their own service. The message names the part.
Result<void> validate(const Model& model);

// How many parts of a kind the model has; instances are numbered service by service, instances_max each.
std::size_t part_count(const Model& model, PartKind kind);

}  // namespace incident::sim
