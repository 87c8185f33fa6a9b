// How a pod comes to run, where the model has a platform: what must be there before its container starts
// (a node, an address, a volume, an image, its configuration, its init container), and what happens when the
// process ends by itself or is killed: a restart in place, at once and then with growing delays
// (CrashLoopBackOff). Kubernetes documentation, "Pod Lifecycle".
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Exit codes: SIGKILL by the kernel for memory; a JVM with ExitOnOutOfMemoryError; a process that gave up.
inline constexpr std::uint32_t kExitKilled = 137, kExitOutOfMemory = 3, kExitError = 1;

// The process will end now, by an event: not in the middle of what its requests do.
void die(World& w, std::uint16_t instance, std::uint32_t exit);
// False: that process has gone already.
bool on_process_end(World& w, Handle process);

// A new pod: nothing of the one that had this slot before.
void new_pod(World& w, std::uint16_t instance);
// The instance is to start: starts its container, or holds it.
void begin_pod(World& w, std::uint16_t instance);
// One that runs at time zero.
void begin_running(World& w, std::uint16_t instance);
// A broken liveness probe ends what is well, after its number of failures.
void watch_liveness(World& w, std::uint16_t instance);
void liveness_failed(World& w, std::uint16_t instance);
// How long it has to wait before its next restart; 0: not at all.
std::int64_t next_backoff(World& w, std::uint16_t instance);
void hold_pod(World& w, std::uint16_t instance, PodHold why, std::int64_t for_us);
// The container has started; what its probes make of it. True: it is ready.
bool container_started(World& w, std::uint16_t instance);

}  // namespace incident::sim
