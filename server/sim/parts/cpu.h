// The CPU of an instance: exact processor sharing of cpu_millicores among the running work, each piece
// limited to one core; so nothing slows down while there is a core for each.
//
// Kept in virtual time: the service that each running work has received, which is the same for all of them.
// It advances at min(1, cores / running), in ticks of 1/1024 us, and a work ends when virtual time reaches
// its start plus its cost; so a change of the rate touches one number, not every work.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

inline constexpr int kCpuTickBits = 10;

// The service that each of so many running works receives in some time.
inline std::int64_t ticks_in(const Instance& instance, std::int64_t running, std::int64_t elapsed_us) {
  const std::int64_t ticks = elapsed_us << kCpuTickBits;
  return running * 1000 > instance.millicores ? ticks * instance.millicores / (running * 1000) : ticks;
}
// Brings virtual time to now; before anything that changes the rate.
inline void cpu_sync(World& w, std::uint16_t i) {
  Instance& instance = w.instances[i];
  const std::int64_t elapsed = w.now - instance.cpu_synced;
  if (elapsed == 0) return;
  instance.cpu_synced = w.now;
  const auto running = static_cast<std::int64_t>(w.cpu[i].size());
  if (running == 0) return;
  const std::int64_t ticks = ticks_in(instance, running, elapsed);
  instance.cpu_virtual += ticks;
  instance.cpu_used += ticks * running;
}
// Puts a task's work on the CPU; `cost_us` > 0 is what it would take alone.
void cpu_add(World& w, std::uint32_t task, std::int64_t cost_us);
// Takes a task's unfinished work off.
void cpu_remove(World& w, std::uint32_t task);
// Brings virtual time to now and sets the timer to the next completion.
void cpu_arm(World& w, std::uint16_t instance);
void on_cpu_timer(World& w, std::uint16_t instance);
std::int64_t altered_cpu_cost(World& w, std::uint32_t task, std::int64_t amount_us);
// Cost of a step's work on this instance now, all factors included; marks the task with their causes.
inline std::int64_t cpu_cost(World& w, std::uint32_t task, std::int64_t amount_us) {
  const Task& t = w.tasks[task];
  const bool plain = w.instances[t.instance].plain != 0 && w.operation_plain[t.operation] != 0;
  return plain ? amount_us : altered_cpu_cost(w, task, amount_us);
}
// CPU time since it started.
std::int64_t cpu_used_us(const World& w, std::uint16_t instance);
void cpu_clear(World& w, std::uint16_t instance);

}  // namespace incident::sim
