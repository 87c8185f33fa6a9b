// The model in the form that the engine runs: steps of all operations in one array, tables for draws, and the
// places of per-instance state. Built once by the constructor of the first Simulation, immutable, shared by
// all its copies.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/alias_table.h"
#include "sim/engine/draw.h"
#include "sim/model.h"
#include "sim/plan.h"

namespace incident::sim {

struct CompiledStep {
  StepKind kind;
  Shape shape;
  bool optional;
  std::uint8_t reserved;
  std::uint16_t count;
  std::uint16_t table;  // lognormal table
  std::int64_t amount;
  std::uint32_t permille;
  std::uint16_t edge;
  std::uint16_t cache;
  std::uint16_t lock_set;
  std::uint16_t flag;
  std::uint16_t part;  // table, topic or group
  TableVerb verb;
  std::uint8_t nth;  // of how many, in `table`
};

struct CompiledOperation {
  std::uint32_t first;  // into steps
  std::uint16_t count;
  std::uint16_t service;
  bool writes;
  Route route;
};

struct CompiledEdge {
  std::uint16_t from, to_service, operation, pool;
  bool connects;         // its calls hold a connection that is counted: of a pool, or at a database
  std::uint32_t client;  // first of its clients, one for each slot of `from`
  bool routed;           // which instance it goes to depends on more than the load (parts/replication.h)
  bool function;         // it leads to a function
};

// What lies on an edge's way; none: kNone16.
struct CompiledRoute {
  std::uint16_t name = UINT16_MAX, certificate = UINT16_MAX, secret = UINT16_MAX;
  std::uint16_t links = 0;
  std::uint32_t first_link = 0;  // into route_links
  bool empty() const {
    return name == UINT16_MAX && certificate == UINT16_MAX && secret == UINT16_MAX && links == 0;
  }
};

struct CompiledService {
  std::uint16_t first;  // instance
  std::uint16_t slots;
  bool users;
  bool database;
  bool store;  // a database with more than connections and row locks
  bool replicated;
  std::uint32_t shard_table;  // into shard_keys; none: not sharded
  bool function;
};

// A pool has a state for each slot of its owner, and in it a count for each slot of its target.
struct CompiledPool {
  std::uint16_t owner, target;
  std::uint32_t first_state;
  std::uint32_t first_idle;  // of the first state; each next state's counts follow
};

// A topic's first partition; a group's first reader (one for each partition) and first member (one for each
// slot of its service).
struct CompiledTopic {
  std::uint16_t broker, first_group, groups;
  std::uint32_t first_partition, partitions_max;
};
struct CompiledGroup {
  std::uint16_t topic, operation, service, dead_letters;
  std::uint32_t first_reader, first_member;
};

enum class TimerKind : std::uint8_t {
  kCpu,
  kLife,
  kProbe,
  kEdge,
  kPool,
  kLockSet,
  kJourney,
  kPlan,
  kDay,
  kPause,   // platform, by instance: the end of a collection
  kQuota,   // of a period, or of its quota
  kMemory,  // a leak is looked at
  kStore,
  kGroup,
  kReader,
  kAutoscaler,  // by service
  kCluster,     // heartbeats, disks, pods that wait
  kJob,
};

struct TimerTarget {
  TimerKind kind;
  std::uint32_t index;
};

// Whether a database has more than connections and row locks by its model alone; a plan can add to that.
bool store_in_model(const Model& model, ServiceId id);

struct Compiled {
  Compiled(const Model& model, const Plan& plan);

  std::vector<CompiledStep> steps;
  std::vector<CompiledOperation> operations;
  std::vector<CompiledEdge> edges;
  std::vector<CompiledRoute> routes;       // by edge; empty in a model that has none of it
  std::vector<std::uint16_t> route_links;  // links of all routes, one after the other
  std::vector<CompiledService> services;
  std::vector<CompiledPool> pools;
  std::vector<std::uint16_t> service_of;  // instance
  std::vector<InstanceId> instances;      // 0, 1, 2 ... for spans
  std::vector<AliasTable> cache_keys;
  std::vector<AliasTable> lock_rows;
  std::vector<std::uint32_t> first_row;  // of a lock set
  std::vector<LognormalTable> lognormals;
  std::vector<CauseMask> plan_causes;  // the bit of each planned change, or 0
  std::vector<AliasTable> shard_keys;
  std::vector<std::uint16_t> stores;  // services that look after themselves each second
  std::vector<CompiledTopic> topics;
  std::vector<AliasTable> topic_keys;  // of a topic; of one without keys unused
  std::vector<CompiledGroup> groups;
  std::vector<std::uint16_t> groups_by_topic;
  std::vector<std::uint16_t> awaited;  // the group of a topic that journeys wait for, or none
  std::uint32_t partitions = 0, readers = 0, members = 0;
  bool replicas = false;  // any database is replicated
  bool awaits = false;    // any journey waits for messages
  std::uint32_t clients = 0, pool_states = 0, idle_counts = 0, rows = 0;

  std::vector<TimerTarget> timers;
  std::uint32_t timer_life = 0, timer_probe = 0, timer_edge = 0, timer_pool = 0, timer_lock = 0,
                timer_journey = 0, timer_plan = 0, timer_day = 0, timer_store = 0, timer_group = 0,
                timer_reader = 0;
  // Only for a model with a platform.
  bool managed = false;
  std::uint32_t timer_pause = 0, timer_quota = 0, timer_memory = 0, timer_autoscaler = 0, timer_cluster = 0,
                timer_job = 0;
};

}  // namespace incident::sim
