#include "sim/platform_gauges.h"

#include "sim/engine/world.h"
#include "sim/parts/memory.h"
#include "sim/parts/platform.h"
#include "sim/parts/process_limits.h"
#include "sim/parts/sockets.h"

namespace incident::sim {
namespace {

const ResourceParameters& given(const Model& m, std::size_t service) {
  return m.services[service].resources;
}
bool managed(const Model& m, std::size_t service) {
  const ServiceKind kind = m.services[service].kind;
  return m.platform && kind != ServiceKind::kUsers && kind != ServiceKind::kExternal;
}
bool runs(const World& w, std::size_t i) {
  return w.instances[i].state == InstanceState::kReady || w.instances[i].state == InstanceState::kDraining;
}
const Process& process(const World& w, std::size_t i) {
  return w.platform.processes[i];
}
const ResourceParameters& present(const World& w, std::size_t i) {
  return w.platform.resources[w.instances[i].service];
}

// Which services have a thing: those whose model gives it at the start.
std::uint32_t has_memory(const Model& m, std::size_t s) {
  return managed(m, s) && (given(m, s).memory_base > 0 || given(m, s).heap_limit > 0) ? 1 : 0;
}
std::uint32_t has_heap(const Model& m, std::size_t s) {
  return managed(m, s) && given(m, s).heap_limit > 0 ? 1 : 0;
}
std::uint32_t has_quota(const Model& m, std::size_t s) {
  return managed(m, s) && given(m, s).cfs_period_us > 0 ? 1 : 0;
}
std::uint32_t has_files(const Model& m, std::size_t s) {
  return managed(m, s) && given(m, s).files_limit > 0 ? 1 : 0;
}
std::uint32_t has_threads(const Model& m, std::size_t s) {
  return managed(m, s) && given(m, s).threads_limit > 0 ? 1 : 0;
}
std::uint32_t has_ports(const Model& m, std::size_t s) {
  return managed(m, s) && given(m, s).ports_limit > 0 ? 1 : 0;
}
std::uint32_t has_pod(const Model& m, std::size_t s) {
  return managed(m, s) ? 1 : 0;
}

GaugeInfo pod_row(std::string_view metric, std::string_view help,
                  std::uint32_t (*lanes)(const Model&, std::size_t),
                  std::int64_t (*read)(const World&, std::size_t, std::uint32_t)) {
  GaugeInfo row;
  row.metric = metric;
  row.help = help;
  row.lanes = lanes;
  row.read = read;
  return row;
}
GaugeInfo by_cluster(GaugeInfo row) {
  row.by_process = false;
  return row;
}
GaugeInfo counter(GaugeInfo row, std::uint32_t divisor = 1) {
  row.counter = true;
  row.divisor = divisor;
  return row;
}

template <PodHold... kHolds>
std::int64_t held(const World& w, std::size_t i, std::uint32_t) {
  return ((w.instances[i].hold == kHolds) || ...) ? 1 : 0;
}

void add_holds(std::vector<GaugeInfo>& rows) {
  const auto waiting = [&](std::string_view reason, auto read) {
    GaugeInfo row = by_cluster(pod_row("kube_pod_container_status_waiting_reason",
                                       "Whether a container waits for this reason.", has_pod, read));
    row.fixed_label = "reason";
    row.fixed_value = reason;
    rows.push_back(row);
  };
  waiting("CrashLoopBackOff", held<PodHold::kCrashLoop>);
  waiting("ImagePullBackOff", held<PodHold::kImage>);
  waiting("CreateContainerConfigError", held<PodHold::kConfig>);
  waiting("ContainerCreating", held<PodHold::kVolume, PodHold::kAddress>);
  waiting("PodInitializing", held<PodHold::kInit>);
  GaugeInfo pending =
      by_cluster(pod_row("kube_pod_status_phase", "Whether the pod is in this phase.", has_pod,
                         held<PodHold::kPending, PodHold::kVolume, PodHold::kAddress, PodHold::kImage,
                              PodHold::kConfig, PodHold::kInit>));
  pending.fixed_label = "phase";
  pending.fixed_value = "Pending";
  rows.push_back(pending);
}

}  // namespace

void add_platform_gauges(std::vector<GaugeInfo>& rows) {
  rows.push_back(
      by_cluster(pod_row("container_memory_working_set_bytes", "Memory that the container cannot do without.",
                         has_memory, [](const World& w, std::size_t i, std::uint32_t) {
                           return runs(w, i) ? working_set(w, static_cast<std::uint16_t>(i)) : 0;
                         })));
  rows.push_back(by_cluster(
      pod_row("container_spec_memory_limit_bytes", "Memory limit of the container.", has_memory,
              [](const World& w, std::size_t i, std::uint32_t) { return present(w, i).memory_limit; })));
  rows.push_back(
      by_cluster(counter(pod_row("container_oom_events_total", "Kills of the container for want of memory.",
                                 has_memory, [](const World& w, std::size_t i, std::uint32_t) {
                                   return static_cast<std::int64_t>(process(w, i).oom_kills);
                                 }))));
  GaugeInfo used = pod_row("jvm_memory_used_bytes", "Used memory of the heap, garbage included.", has_heap,
                           [](const World& w, std::size_t i, std::uint32_t) {
                             return heap_used(w, static_cast<std::uint16_t>(i));
                           });
  used.fixed_label = "area";
  used.fixed_value = "heap";
  rows.push_back(used);
  GaugeInfo most =
      pod_row("jvm_memory_max_bytes", "Largest size of the heap.", has_heap,
              [](const World& w, std::size_t i, std::uint32_t) { return present(w, i).heap_limit; });
  most.fixed_label = "area";
  most.fixed_value = "heap";
  rows.push_back(most);
  rows.push_back(
      counter(pod_row("jvm_gc_pause_seconds_sum", "Time in collections that stop the world.", has_heap,
                      [](const World& w, std::size_t i, std::uint32_t) { return process(w, i).gc_us; }),
              1'000'000));
  rows.push_back(counter(pod_row("jvm_gc_pause_seconds_count", "Collections that stopped the world.",
                                 has_heap, [](const World& w, std::size_t i, std::uint32_t) {
                                   return static_cast<std::int64_t>(process(w, i).collections);
                                 })));
  rows.push_back(
      by_cluster(counter(pod_row("container_cpu_cfs_periods_total", "Periods in which the container ran.",
                                 has_quota, [](const World& w, std::size_t i, std::uint32_t) {
                                   return static_cast<std::int64_t>(process(w, i).periods);
                                 }))));
  rows.push_back(by_cluster(counter(pod_row(
      "container_cpu_cfs_throttled_periods_total", "Periods in which the container had used up its quota.",
      has_quota, [](const World& w, std::size_t i, std::uint32_t) {
        return static_cast<std::int64_t>(process(w, i).throttled_periods);
      }))));
  rows.push_back(by_cluster(counter(
      pod_row("container_cpu_cfs_throttled_seconds_total", "Time for which the container stood still.",
              has_quota,
              [](const World& w, std::size_t i, std::uint32_t) { return process(w, i).throttled_us; }),
      1'000'000)));
  rows.push_back(pod_row("process_open_fds", "Open file descriptors.", has_files,
                         [](const World& w, std::size_t i, std::uint32_t) {
                           return open_files(w, static_cast<std::uint16_t>(i));
                         }));
  rows.push_back(
      pod_row("process_max_fds", "Largest number of file descriptors.", has_files,
              [](const World& w, std::size_t i, std::uint32_t) { return present(w, i).files_limit; }));
  rows.push_back(pod_row("process_threads", "Threads of the process.", has_threads,
                         [](const World& w, std::size_t i, std::uint32_t) {
                           return threads_of(w, static_cast<std::uint16_t>(i));
                         }));
  rows.push_back(
      pod_row("process_threads_max", "Largest number of threads.", has_threads,
              [](const World& w, std::size_t i, std::uint32_t) { return present(w, i).threads_limit; }));
  rows.push_back(
      by_cluster(pod_row("container_network_tcp_ports_in_use", "Ephemeral ports in use or in TIME_WAIT.",
                         has_ports, [](const World& w, std::size_t i, std::uint32_t) {
                           return ports_used(w, static_cast<std::uint16_t>(i));
                         })));
  add_holds(rows);
}

}  // namespace incident::sim
