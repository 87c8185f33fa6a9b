// The whole state of a simulation: flat vectors of small structs, indexed by the model's typed ids, plus what
// is in flight. Copying a World is copying vectors. For the parts (server/sim/parts) and simulation.cpp only.
//
// Structs are plain integers without padding, so that they can be hashed byte by byte. An index that is none
// is all ones (kNone for 32 bits, Id::kNone for 16). Times are microseconds in std::int64_t inside the
// engine.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.h"
#include "sim/action.h"
#include "sim/engine/compiled.h"
#include "sim/engine/cpu_heap.h"
#include "sim/engine/data_state.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/guards.h"
#include "sim/engine/network_state.h"
#include "sim/engine/platform_state.h"
#include "sim/engine/slot_pool.h"
#include "sim/engine/timer_heap.h"
#include "sim/observer.h"
#include "sim/simulation.h"

namespace incident::sim {

inline constexpr std::uint16_t kNone16 = UINT16_MAX;

enum class TaskState : std::uint8_t {
  kTravelling,  // on the network towards its instance
  kQueued,
  kRunning,  // has a worker; on the CPU, waiting for a delay or for a call
  kLocking,  // has a worker; waits for a row
};

// A request at work: of a service, or (instance none) a user walking through a journey.
struct Task {
  std::int64_t arrived = 0;
  std::int64_t started = 0;
  std::int64_t deadline = 0;   // while kLocking
  std::int64_t lock_wait = 0;  // while kLocking: minus the time it began
  std::uint64_t stream = 0;    // random numbers (engine/draw.h)
  Handle call;                 // who waits for the answer; none: nobody any more
  std::uint32_t generation = 0;
  std::uint32_t trace = kNone;  // slot; none: a health check, or a user between requests
  std::uint32_t span = 0;
  std::uint32_t parent = 0;
  std::uint32_t link_prev = kNone, link_next = kNone;    // instance's queue, or row's waiters
  std::uint32_t timer_prev = kNone, timer_next = kNone;  // lock set's deadlines
  std::uint32_t held_rows = kNone;                       // first row it holds
  std::uint32_t wanted_row = kNone;
  std::uint32_t key = kNone;  // drawn from a cache's distribution
  std::uint32_t epoch = 0;    // of the instance it was sent to
  CauseMask cause = 0;        // what touched it
  CauseMask inherited = 0;    // what it exists for: its journey's traffic, a retry
  std::uint16_t operation = kNone16;
  std::uint16_t instance = kNone16;
  std::uint16_t journey = kNone16;
  std::uint16_t step = 0;
  std::uint16_t pending = 0;  // parallel calls not yet answered
  TaskState state = TaskState::kTravelling;
  Outcome outcome = Outcome::kOk;    // so far
  std::uint8_t delayed = 0;          // the revision's added delay was served
  std::uint8_t cancelled = 0;        // dropped on arrival
  std::uint8_t owns_connection = 0;  // its caller went away, the server has not noticed
  std::uint8_t on_cpu = 0;
  std::uint8_t orphan = 0;     // abandoned by its caller: it holds its trace open
  std::uint8_t commit = 0;     // a write: 1 while it waits for the disk, 2 when it is there
  std::uint8_t lingering = 0;  // answered, and its transaction left open
  std::uint8_t message = 0;    // runs for a consumer group: `journey` is the reader
  std::uint8_t poison = 0;     // ... and cannot be handled
  std::uint8_t reserved[3] = {};
};

enum class CallState : std::uint8_t {
  kPoolWait,
  kSent,
  kReplying,
  kBackoff,
  kAwaitingTwin,  // the attempt has failed, and its hedge is still under way
};
enum class CallRole : std::uint8_t { kPlain, kParallel, kCacheGet, kCachePut };

// A call through an edge with all its attempts. Its generation is renewed for each attempt.
struct Call {
  std::int64_t first_start = 0;
  std::int64_t start = 0;      // of this attempt
  std::int64_t deadline = 0;   // for the pool or for the answer
  std::int64_t pool_wait = 0;  // of this attempt
  std::uint64_t stream = 0;
  Handle caller;  // task
  Handle server;  // task of this attempt
  std::uint32_t generation = 0;
  std::uint32_t trace = kNone;
  std::uint32_t span = 0;
  std::uint32_t parent = 0;
  std::uint32_t link_prev = kNone, link_next = kNone;    // pool's waiters
  std::uint32_t timer_prev = kNone, timer_next = kNone;  // deadlines of the pool or the edge
  std::uint32_t target_epoch = 0;
  CauseMask cause = 0;
  std::uint16_t edge = kNone16;
  std::uint16_t owner = kNone16;  // instance of the caller; none: a user
  std::uint16_t target = kNone16;
  std::uint16_t attempt = 0;
  std::uint16_t step = 0;  // of the caller's operation
  CallState state = CallState::kBackoff;
  CallRole role = CallRole::kPlain;
  Outcome outcome = Outcome::kOk;
  std::uint8_t has_connection = 0;
  std::uint8_t has_deadline = 0;
  std::uint8_t probing = 0;  // the one call that a half-open breaker lets through
  std::uint32_t twin = 0;    // slot + 1 of the hedge beside this call, or of the call that it hedges
  std::uint32_t twin_generation = 0;
  std::uint8_t hedge = 0;         // this is the second attempt beside its twin
  std::uint8_t in_bulkhead = 0;   // counted there
  std::uint8_t reserved[6] = {};  // a power of two is indexed by a shift
};

// Lives as long as its customer's request and every task made for it. Only the request itself and orphans are
// counted: any other task ends before the call that waits for it.
struct Trace {
  std::uint64_t number = 0;
  std::uint32_t references = 0;
  std::uint32_t generation = 0;
  std::uint32_t link_next = kNone;  // free list
  std::uint32_t reserved = 0;
};

struct Instance {
  std::int64_t cpu_synced = 0;   // virtual time is right as of this moment
  std::int64_t cpu_virtual = 0;  // service received by each running work, ticks (parts/cpu.h)
  std::int64_t cpu_used = 0;     // ticks
  // Copies of parameters, kept by refresh_derived, so that a request finds what it needs in one place.
  std::int64_t millicores = 0;
  std::uint32_t workers = 0;
  std::uint32_t busy = 0;      // workers
  std::uint32_t assigned = 0;  // tasks sent to it and not yet ended
  CauseMask tint = 0;          // of what occupies it: whoever waits here inherits it
  Fifo queue;
  std::uint32_t epoch = 0;  // moves on with each start and stop
  std::uint16_t service = kNone16;
  std::uint16_t revision = kNone16;
  InstanceState state = InstanceState::kAbsent;
  std::uint8_t healthy = 0;
  std::uint8_t drained = 0;
  std::uint8_t probe_waiting = 0;
  std::uint8_t dispatching = 0;   // inside the loop that starts queued tasks, or completes work
  std::uint8_t plain = 0;         // nothing about it or its revision alters requests or carries a cause
  std::uint8_t special = 0;       // bits of engine/platform_state.h
  PodHold hold = PodHold::kNone;  // why its pod does not start
  std::int64_t warm_from = INT64_MIN / 2;  // when it became ready; long ago: no warm-up
  std::int64_t started = 0;
  std::int64_t exhausted_reported = INT64_MIN / 2;
  Handle probe_task;
  std::uint32_t serial = 0;
  std::uint32_t restarts = 0;
  std::uint32_t connections = 0;        // open towards it
  std::uint32_t fails = 0, passes = 0;  // health checks in a row
  std::uint32_t restart_action = kNone;
};

struct ServiceState {
  std::uint32_t desired = 0;  // instances
  std::uint32_t next_serial = 0;
  std::uint32_t roll_floor = 0;        // instances with a lower serial are to be replaced
  std::uint32_t roll_action = kNone;   // player's action that rolls
  std::uint32_t scale_action = kNone;  // player's action that scales
  std::uint32_t cursor = 0;            // round robin
  CauseMask down_cause = 0;            // of what its health checks took out, until all are back
  std::uint16_t revision = kNone16;    // what it is rolled to
  std::uint8_t rolling = 0;
  std::uint8_t reserved[1] = {};
};

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen };

// One caller instance's client of one edge.
struct Client {
  std::uint64_t window = 0;  // bit set: failed; newest lowest
  std::int64_t open_until = 0;
  std::int64_t retry_tokens = 0;  // permille of a retry
  CauseMask cause = 0;            // of what opened it
  std::uint8_t calls = 0;         // in the window
  BreakerState breaker = BreakerState::kClosed;
  std::uint8_t probing = 0;
  std::uint8_t reserved[1] = {};
};

struct PoolState {
  Fifo waiting;
  DeadlineList deadlines;
  std::uint32_t in_use = 0;
  std::uint32_t open = 0;    // in use and idle
  CauseMask tint = 0;        // of the calls that hold its connections
  std::uint32_t leaked = 0;  // slots that nobody will give back
};

// Entry of a key; the last use doubles as presence. Milliseconds suffice for both.
struct CacheKey {
  std::uint32_t stored_ms = 0;
  std::uint32_t used_ms = 0;
  std::uint32_t place = kNone;  // in `present`; none: not cached
};

struct CacheState {
  std::vector<CacheKey> keys;
  std::vector<std::uint32_t> present;
  std::uint64_t hits = 0, misses = 0, evictions = 0;
  Random random;
};

struct Row {
  Fifo waiting;
  std::uint32_t holder = kNone;  // task
  std::uint32_t next_held = kNone;
};

struct LockSetState {
  DeadlineList deadlines;
  std::uint32_t waiting = 0;
  std::uint32_t reserved = 0;
};

struct JourneyState {
  Random random;
  double remaining = 0;    // expected arrivals until the next one
  double per_us = 0;       // present rate
  std::int64_t since = 0;  // `remaining` is right as of this moment
  UserTotals totals;
};

// What a causal change has done to a parameter and nobody has undone.
struct CausalSetting {
  ParameterRef target;
  CauseMask mask = 0;
  std::int64_t before = 0;
};

struct AppliedSetting {
  std::uint32_t change = 0;
  ParameterRef target;
  std::int64_t before = 0, after = 0;
};

struct ChangeState {
  ChangeView view;
  CauseMask cause = 0;
};

struct World {
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Compiled> compiled;
  Observer* observer = nullptr;  // while run_until or begin runs; no part of the value

  std::int64_t now = 0;
  std::uint64_t sequence = 0;
  std::uint64_t events_handled = 0;
  std::uint64_t next_trace = 0;
  std::uint64_t requests_begun = 0, requests_ended = 0;  // of customers
  std::uint64_t seed = 0;
  std::uint32_t next_span = 0;
  std::uint32_t next_planned = 0;
  std::uint32_t server_tasks = 0;

  EventQueue events;
  TimerHeap timers;
  SlotPool<Task> tasks;
  SlotPool<Call> calls;
  SlotPool<Trace> traces;

  std::vector<ServiceParameters> service_parameters;
  std::vector<RevisionParameters> revision_parameters;
  std::vector<OperationParameters> operation_parameters;
  std::vector<EdgeParameters> edge_parameters;
  std::vector<PoolParameters> pool_parameters;
  std::vector<CacheParameters> cache_parameters;
  std::vector<DatabaseParameters> database_parameters;
  std::vector<JourneyParameters> journey_parameters;
  std::vector<FlagParameters> flag_parameters;
  std::vector<InstanceParameters> instance_parameters;
  std::vector<LinkParameters> link_parameters;
  std::vector<DnsNameParameters> dns_name_parameters;
  std::vector<ResolverParameters> resolver_parameters;
  std::vector<CertificateParameters> certificate_parameters;
  std::vector<SecretParameters> secret_parameters;
  std::vector<TableParameters> table_parameters;
  std::vector<TopicParameters> topic_parameters;
  std::vector<GroupParameters> group_parameters;
  std::vector<CauseMask> causes[kPartKinds];  // of each part
  std::vector<CausalSetting> causal_settings;

  std::vector<std::uint8_t> operation_plain;  // its parameters alter nothing and carry no cause
  std::vector<std::uint8_t> edge_plain;       // none of what parts/guards.h knows of concerns its calls
  bool guarded = false;                       // the vectors below are there

  std::vector<RequestGuard> guards;        // by the slot of a task
  std::vector<ClientGuard> client_guards;  // by client
  std::vector<Admission> admissions;       // by instance
  std::vector<Bucket> buckets;             // of services, operations and edges
  std::vector<Flight> flights;
  std::vector<std::uint32_t> flight_heads;  // by instance
  std::uint32_t free_flight = kNone;

  std::vector<LinkLane> links;         // two for each link
  std::vector<NameCache> name_caches;  // for each name by client_column (parts/route.h)
  std::vector<ResolverState> resolvers;
  std::vector<LoadedCertificate> loaded_certificates;  // for each certificate by instance
  std::vector<LoadedSecret> loaded_secrets;            // for each secret by client_column

  std::vector<ServiceState> services;
  std::vector<std::vector<std::uint16_t>> serving;  // instances that the load balancer may pick, by service
  std::vector<Instance> instances;
  std::vector<CpuHeap> cpu;
  std::vector<Client> clients;
  std::vector<DeadlineList> edge_deadlines;
  std::vector<PoolState> pools;
  std::vector<std::uint16_t> idle_connections;
  std::vector<std::uint16_t> leaked_connections;  // alike; empty until one has leaked
  std::vector<CacheState> caches;
  std::vector<Row> rows;
  std::vector<LockSetState> lock_sets;
  std::vector<DatabaseState> databases;  // by service
  std::vector<TableState> tables;
  std::vector<std::int64_t> table_deaths;  // TableState::died at the last kDeathSamples naps
  std::vector<ReplicaState> replicas;      // by instance; empty when nothing is replicated
  std::vector<LogHistory> logs;            // by service; likewise
  std::vector<TopicState> topics;
  std::vector<PartitionState> partitions;
  std::vector<GroupState> groups;
  std::vector<ReaderState> readers;
  std::vector<MemberState> members;
  std::vector<AwaitState> awaiting;  // by the slot of a user's task; empty when no journey waits
  std::vector<Handle> trace_users;   // by the slot of a trace; likewise
  std::uint32_t next_ticket = 0;
  std::vector<JourneyState> journeys;
  std::vector<ChangeState> changes;
  std::vector<AppliedSetting> applied;
  std::vector<ActionView> actions;
  PlatformState platform;

  CauseMask cause(PartKind kind, std::size_t part) const {
    return causes[static_cast<std::size_t>(kind)][part];
  }
  void schedule(std::int64_t at, EventKind kind, Handle target) {
    events.push({at, (++sequence << kOrderShift) | static_cast<std::uint64_t>(kind), target});
  }
  void arm(std::uint32_t timer, std::int64_t at) { timers.arm(timer, at, ++sequence << kOrderShift); }
  // Arms it unless it already stands at that time or before: it will find out when it fires.
  void arm_by(std::uint32_t timer, std::int64_t at) {
    if (!timers.armed(timer) || timers.entry(timer).time > at) arm(timer, at);
  }
  std::uint16_t service_of(std::uint16_t instance) const { return instances[instance].service; }
};

}  // namespace incident::sim
