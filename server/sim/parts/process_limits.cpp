#include "sim/parts/process_limits.h"

#include "sim/limits.h"
#include "sim/parts/instance.h"
#include "sim/parts/memory.h"
#include "sim/parts/nodes.h"
#include "sim/parts/platform.h"

namespace incident::sim {
namespace {

void tell(World& w, std::uint16_t i, PartEvent event, std::int64_t value) {
  Process& process = w.platform.processes[i];
  ++process.refused;
  if (w.now - process.told < kExhaustedReportUs) return;
  process.told = w.now;
  report_part(w, event, w.service_of(i), i, 0,
              w.cause(PartKind::kResources, w.service_of(i)) | w.instances[i].tint, value);
}

bool refuse(World& w, std::uint32_t task, Outcome outcome, PartEvent event, std::int64_t value) {
  Task& t = w.tasks[task];
  t.cause |= w.cause(PartKind::kResources, w.service_of(t.instance)) | w.instances[t.instance].tint;
  tell(w, t.instance, event, value);
  end_task(w, task, outcome);
  return false;
}

}  // namespace

std::int64_t open_files(const World& w, std::uint16_t i) {
  const Instance& instance = w.instances[i];
  const ResourceParameters& p = resources_of(w, i);
  std::int64_t open = p.files_base + p.files_per_request * instance.assigned + instance.connections +
                      w.platform.processes[i].leaked_files;
  for (std::size_t pool = 0; pool < w.compiled->pools.size(); ++pool) {
    const CompiledPool& c = w.compiled->pools[pool];
    if (c.owner == instance.service)
      open += w.pools[c.first_state + (i - w.compiled->services[c.owner].first)].open;
  }
  return open;
}

std::int64_t threads_of(const World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  return p.threads_base + w.instances[i].busy +
         p.threads_per_peer * static_cast<std::int64_t>(w.serving[w.service_of(i)].size());
}

bool admit(World& w, std::uint32_t task) {
  const std::uint16_t i = w.tasks[task].instance;
  const ResourceParameters& p = resources_of(w, i);
  if (p.files_limit > 0 && open_files(w, i) > p.files_limit)
    return refuse(w, task, Outcome::kTooManyFiles, PartEvent::kFilesExhausted, p.files_limit);
  if (p.threads_limit > 0 && threads_of(w, i) >= p.threads_limit)
    return refuse(w, task, Outcome::kError, PartEvent::kThreadsExhausted, p.threads_limit);
  if (!w.platform.nodes.empty() && !node_has_thread(w, i)) {
    w.tasks[task].cause |= node_cause(w, i);
    return refuse(w, task, Outcome::kError, PartEvent::kThreadsExhausted, 0);
  }
  if (p.shm_limit > 0 && p.shm_per_request * (w.instances[i].busy + 1) > p.shm_limit)
    return refuse(w, task, Outcome::kDiskFull, PartEvent::kSharedMemoryFull, p.shm_limit);
  if (p.memory_limit > 0 || p.heap_limit > 0) check_memory(w, i);
  return true;
}

void leak_files(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const std::int64_t share = resources_of(w, t.instance).files_leak_permille;
  if (share > 0 && draw_permille(t.stream, share)) ++w.platform.processes[t.instance].leaked_files;
}

bool has_file(World& w, std::uint16_t i) {
  const ResourceParameters& p = resources_of(w, i);
  if (p.files_limit == 0 || open_files(w, i) < p.files_limit) return true;
  tell(w, i, PartEvent::kFilesExhausted, p.files_limit);
  return false;
}

}  // namespace incident::sim
