// What a simulation tells of itself while it runs. The observer is given to run_until and is no part of the
// value: a fork without one runs the same course, only faster. Called in the simulation's thread, in order of
// time; an observer must not touch the simulation. All records are plain data that lives only during the
// call.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "sim/action.h"
#include "sim/ids.h"
#include "sim/outcome.h"
#include "sim/plan.h"

namespace incident::sim {

// The client's side of one attempt.
struct CallRecord {
  std::uint64_t trace;         // number of the trace, unique in this simulation; 0 for health checks
  std::uint32_t span, parent;  // unique in this simulation; parent 0: none
  EdgeId edge;
  InstanceId caller;      // none: a user
  InstanceId target;      // none: it was never sent
  std::uint16_t attempt;  // from 1
  bool last;              // no further attempt follows: this is how the call ended
  Outcome outcome;
  SimTime start, end;
  Duration pool_wait;  // part of the time spent waiting for a connection
  CauseMask cause;
};

// The server's side: one task on one instance. Ends when its work ends, whether or not somebody still waits.
struct TaskRecord {
  std::uint64_t trace;
  std::uint32_t span, parent;
  OperationId operation;
  InstanceId instance;
  Outcome outcome;
  SimTime arrived, started, end;  // started - arrived is the time in the queue
  Duration lock_wait;
  CauseMask cause;
  bool abandoned;  // nobody waited for the answer any more
};

// A request of a customer as the customer saw it, retries included.
struct UserRecord {
  std::uint64_t trace;
  JourneyId journey;
  EdgeId edge;
  Outcome outcome;
  bool slow;
  SimTime start, end;
  CauseMask cause;
};

// Things that happen to parts rather than to requests.
enum class PartEvent : std::uint8_t {
  kInstanceStarting,
  kInstanceReady,
  kInstanceDraining,
  kInstanceStopped,
  kInstanceKilled,
  kProbeFailed,
  kInstanceUnhealthy,
  kInstanceHealthy,
  kLivenessRestart,
  kBreakerOpened,
  kBreakerHalfOpen,
  kBreakerClosed,
  kCachePurged,
  kPoolExhausted,
  kConnectionsExhausted,
  // Of the platform. Values: bytes, microseconds or counts.
  kOomKilled,         // the kernel killed the process: its working set
  kOutOfMemory,       // the heap was full: its limit
  kProcessExited,     // by itself: the exit code
  kBackOff,           // before a restart: how long
  kLongPause,         // a collection: how long
  kFilesExhausted,    // the limit
  kThreadsExhausted,  // the limit
  kPortsExhausted,    // the limit; other: the edge
  kSharedMemoryFull,  // the size
  kPodPending,        // no node takes it
  kPodWaitsForVolume,
  kPodWaitsForImage,
  kPodWaitsForConfig,
  kPodWaitsForInit,
  kPodWaitsForAddress,
  kPodTerminating,  // a finalizer holds it
  kProcessCrashed,
  kAdmissionDenied,  // of a new pod; told of one that is there
  // Databases (parts/tables.h, replication.h, storage.h): the other part is a table, an instance or the
  // service.
  kKeysExhausted,   // table; the largest key
  kVacuumed,        // table; rows removed
  kVacuumHeldBack,  // table; dead rows that may not be removed yet
  kAnalyzed,        // table; rows
  kIndexBuilt,      // table; how long it took
  kPageInvalid,     // instance; the page
  kPrimaryLost,     // how long it has been gone
  kPromoted,        // instance; the timeline
  kDemoted,         // instance
  kStreamingLost,   // instance
  kStreaming,       // instance; the timeline
  kVolumeFull,      // service; its size
  kVolumeHasRoom,   // service; bytes free
  kCheckpointDone,  // service; how long it took
  // Brokers and consumer groups: the other part is a topic or a group.
  kLeaderLost,        // topic; partition
  kLeaderElected,     // topic; partition
  kMessagesExpired,   // topic; the first offset that is left
  kGroupRebalancing,  // group; the generation that ends
  kGroupStable,       // group; the generation
  kMemberLost,        // group
  kPollTimeout,       // group; time since the last poll
  kMessageFailed,     // group; partition
  kDeadLettered,      // group; partition
  kMessageSkipped,    // group; partition
  kOffsetOutOfRange,  // group; partition
  kInstanceLost,      // with its node, without a word
  kAutoscalerBlind,
  kScaledUp,  // to how many
  kScaledDown,
  kFunctionThrottled,  // the limit
  kNodeNotReady,       // other: the node; told for each of its pods
  kPodEvicted,         // other: the node
  kPodEvictedForDisk,
  kPodPreempted,
  kConntrackFull,  // the limit; other: the node
  kQuotaExceeded,  // pods that there are
  kJobStarted,     // other: the job
  kJobCompleted,
  kJobFailed,  // the exit code; other: the job
};

struct PartRecord {
  PartEvent event;
  SimTime at;
  ServiceId service;
  InstanceId instance;
  std::uint32_t other;  // edge, cache or pool, as the event says
  CauseMask cause;
  std::int64_t value = 0;  // a size, count or time, as the event says
};

struct ChangeRecord {
  ChangeId change;  // as listed by Simulation::changes()
  SimTime at;
};

struct ActionRecord {
  ActionId action;  // as listed by Simulation::actions()
  SimTime at;
  ActionState state;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_call(const CallRecord&) {}
  virtual void on_task(const TaskRecord&) {}
  virtual void on_user(const UserRecord&) {}
  virtual void on_part(const PartRecord&) {}
  virtual void on_change(const ChangeRecord&) {}
  virtual void on_action(const ActionRecord&) {}
  // The last piece of work of a trace has ended; nothing more will carry its number.
  virtual void on_trace_end(std::uint64_t /*trace*/) {}
};

}  // namespace incident::sim
