// A production system, simulated request by request, as a value.
//
//   Simulation later = now;      // a fork: under a millisecond, shares only the immutable model and plan
//   later.run_until(t);          // "what if"
//
// The same model, plan, seed and actions (each at its time) give the same state hash on every machine and
// compiler. No clock, no I/O, no threads, no globals; one thread at a time may use one value, different
// values are independent. Times are simulated microseconds. Nothing is allocated per event once vectors have
// grown to their working size.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sim/action.h"
#include "sim/model.h"
#include "sim/observer.h"
#include "sim/plan.h"

namespace incident::sim {

struct World;  // the state, in engine/world.h; for the parts only

enum class InstanceState : std::uint8_t { kAbsent, kStarting, kReady, kDraining };

// Why a pod that exists does not start, or a stopped one does not go; as `kubectl get pods` has it.
enum class PodHold : std::uint8_t {
  kNone,
  kPending,    // no node takes it
  kAddress,    // ContainerCreating: no address for it
  kVolume,     // ContainerCreating: FailedMount
  kImage,      // ImagePullBackOff
  kConfig,     // CreateContainerConfigError
  kInit,       // Init:0/1
  kCrashLoop,  // CrashLoopBackOff
  kFinalizer,  // Terminating
};

// What the scrape of an instance would read, and what `kubectl get pods` would show.
struct InstanceView {
  ServiceId service;
  RevisionId revision;
  InstanceState state = InstanceState::kAbsent;
  bool healthy = false;  // passed its readiness checks
  PodHold hold = PodHold::kNone;
  bool drained = false;      // taken out of the load balancer by hand
  std::uint32_t serial = 0;  // how many instances its service had started before it: names the pod
  std::uint32_t restarts = 0;
  SimTime started;
  std::uint32_t busy_workers = 0, queued = 0, running_cpu = 0;
  Duration cpu_used;              // CPU time since it started
  std::uint32_t connections = 0;  // databases: open connections from all pools
};

struct PoolView {
  std::uint32_t in_use = 0, open = 0, waiting = 0, size = 0;
};

struct CacheView {
  std::uint64_t hits = 0, misses = 0, evictions = 0, entries = 0;
};

struct BreakerView {
  bool open = false, half_open = false;
};

// Customer requests so far, unweighted. harmed = failed + slow.
struct UserTotals {
  std::uint64_t ok = 0, failed = 0, slow = 0;
  std::uint64_t harmed() const { return failed + slow; }
  std::uint64_t all() const { return ok + failed + slow; }
};

// A change that has happened: planned or a player's. Texts of planned ones are in the plan.
struct ChangeView {
  SimTime at;
  ChangeKind kind = ChangeKind::kConfig;
  ServiceId service;
  std::uint32_t planned = UINT32_MAX;  // index into the plan, or none
  ActionId action;                     // the player's action that made it, or none
  bool visible = true;
  bool reverted = false;
  RevisionId from, to;  // deploys
};

struct ActionView {
  Action action;
  SimTime begun, ended;
  ActionState state = ActionState::kRunning;
  CauseMask cause = 0;  // of parts it changed that were causal
};

class Simulation {
 public:
  // Both must have passed validate(); the plan's changes must be sorted by time.
  Simulation(std::shared_ptr<const Model> model, std::shared_ptr<const Plan> plan, std::uint64_t seed);
  Simulation(const Simulation&);
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(const Simulation&);
  Simulation& operator=(Simulation&&) noexcept;
  ~Simulation();

  // Handles every event up to and including `end`; time is `end` afterwards. A null observer is fastest.
  void run_until(SimTime end, Observer* observer = nullptr);

  // Begins an action now. Errors: no such target, out of range, nothing to do (already so); then nothing
  // changes.
  Result<ActionId> begin(const Action& action, Observer* observer = nullptr);
  // What `begin` would answer, without doing it; how long it will take when all goes well, and how many
  // requests in progress it would cut off.
  struct ActionPreview {
    Duration takes;
    std::uint32_t requests_cut = 0;
  };
  Result<ActionPreview> preview(const Action& action) const;

  SimTime now() const;
  std::uint64_t hash() const;
  std::uint64_t events_handled() const;
  const Model& model() const;
  const Plan& plan() const;
  std::shared_ptr<const Model> shared_model() const;

  UserTotals user_totals() const;
  UserTotals user_totals(JourneyId journey) const;
  std::int64_t parameter(ParameterRef ref) const;
  std::int64_t config_value(ConfigKeyId key) const;  // in shown units
  InstanceView instance(InstanceId id) const;
  std::size_t instance_slots() const;
  std::span<const InstanceId> instances_of(ServiceId service) const;  // every slot, absent ones too
  RevisionId revision_of(ServiceId service) const;                    // what it is rolled to
  PoolView pool(PoolId pool, InstanceId owner) const;
  CacheView cache(CacheId cache) const;
  BreakerView breaker(EdgeId edge, InstanceId caller) const;
  std::uint32_t lock_waiters(LockSetId set) const;
  std::int64_t gauge(std::size_t gauge, std::size_t at, std::uint32_t lane) const;  // a row of sim/gauges.h
  std::size_t tasks_in_flight() const;
  std::uint64_t requests_open() const;  // of customers: begun and not ended
  std::size_t change_count() const;
  ChangeView change(ChangeId id) const;
  std::size_t action_count() const;
  ActionView action(ActionId id) const;

  // Debug aid: every invariant of conservation; returns the first that does not hold, or empty.
  std::string broken_invariant() const;
  // run_until, looking at them after every event; stops behind the first event that breaks one. Slow.
  std::string run_checked(SimTime end, Observer* observer = nullptr);

 private:
  std::unique_ptr<World> world_;
};

}  // namespace incident::sim
