#include "sim/platform_gauges.h"

#include "sim/engine/world.h"
#include "sim/parts/memory.h"
#include "sim/parts/nodes.h"
#include "sim/parts/platform.h"
#include "sim/parts/process_limits.h"
#include "sim/parts/scheduler.h"
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

// Of parts without a pod: nodes, jobs, the cluster, and what is known of a service as a whole.
GaugeInfo part_row(std::string_view metric, std::string_view help, PartKind kind, std::string_view label,
                   std::uint32_t (*lanes)(const Model&, std::size_t),
                   std::int64_t (*read)(const World&, std::size_t, std::uint32_t)) {
  GaugeInfo row = by_cluster(pod_row(metric, help, lanes, read));
  row.pods = false;
  row.kind = kind;
  row.label = label;
  return row;
}
GaugeInfo with(GaugeInfo row, std::string_view label, std::string_view value) {
  row.fixed_label = label;
  row.fixed_value = value;
  return row;
}
std::uint32_t one(const Model&, std::size_t) {
  return 1;
}
std::uint32_t has_autoscaler(const Model& m, std::size_t s) {
  return m.services[s].autoscaled ? 1 : 0;
}
std::uint32_t is_function(const Model& m, std::size_t s) {
  return m.services[s].function ? 1 : 0;
}
std::uint32_t has_conntrack(const Model& m, std::size_t n) {
  return m.nodes[n].initial.conntrack_limit > 0 ? 1 : 0;
}
std::uint32_t has_quota_pods(const Model& m, std::size_t) {
  return m.cluster.quota_pods > 0 ? 1 : 0;
}
std::uint16_t index(std::size_t part) {
  return static_cast<std::uint16_t>(part);
}
const NodeParameters& node(const World& w, std::size_t n) {
  return w.platform.node_parameters[n];
}
std::int64_t running(const World& w, std::size_t job) {
  std::int64_t runs = 0;
  for (const JobRun& run : w.platform.jobs[job].runs) runs += run.instance != kNone16;
  return runs;
}

void add_service_rows(std::vector<GaugeInfo>& rows) {
  rows.push_back(part_row("kube_deployment_spec_replicas", "Wanted pods.", PartKind::kDeployment,
                          "deployment", has_pod, [](const World& w, std::size_t s, std::uint32_t) {
                            return static_cast<std::int64_t>(w.services[s].desired);
                          }));
  const auto hpa = [&](std::string_view metric, std::string_view help, auto read) {
    rows.push_back(
        part_row(metric, help, PartKind::kAutoscaler, "horizontalpodautoscaler", has_autoscaler, read));
  };
  hpa("kube_horizontalpodautoscaler_spec_max_replicas", "Most pods that the autoscaler may ask for.",
      [](const World& w, std::size_t s, std::uint32_t) { return w.platform.autoscalers[s].max; });
  hpa("kube_horizontalpodautoscaler_status_desired_replicas", "Pods that the autoscaler asks for.",
      [](const World& w, std::size_t s, std::uint32_t) {
        return static_cast<std::int64_t>(w.services[s].desired);
      });
  GaugeInfo use =
      part_row("kube_horizontalpodautoscaler_status_target_metric",
               "CPU in use, as a percentage of the request.", PartKind::kAutoscaler,
               "horizontalpodautoscaler", has_autoscaler, [](const World& w, std::size_t s, std::uint32_t) {
                 return w.platform.autoscaler_states[s].use_permille;
               });
  use.divisor = 10;
  rows.push_back(use);
  const auto function = [&](std::string_view metric, std::string_view help, auto read) {
    return part_row(metric, help, PartKind::kFunction, "function", is_function, read);
  };
  rows.push_back(function("aws_lambda_concurrent_executions", "Requests in progress.",
                          [](const World& w, std::size_t s, std::uint32_t) {
                            std::int64_t busy = 0;
                            for (const std::uint16_t i : w.serving[s]) busy += w.instances[i].assigned > 0;
                            return busy;
                          }));
  rows.push_back(counter(function("aws_lambda_throttles_total", "Requests refused for want of concurrency.",
                                  [](const World& w, std::size_t s, std::uint32_t) {
                                    return static_cast<std::int64_t>(w.platform.function_states[s].throttled);
                                  })));
  rows.push_back(counter(function("aws_lambda_cold_starts_total", "Requests that waited for a new instance.",
                                  [](const World& w, std::size_t s, std::uint32_t) {
                                    return static_cast<std::int64_t>(
                                        w.platform.function_states[s].cold_starts);
                                  })));
}

void add_node_rows(std::vector<GaugeInfo>& rows) {
  const auto add = [&](std::string_view metric, std::string_view help, auto lanes, auto read) {
    rows.push_back(part_row(metric, help, PartKind::kNode, "node", lanes, read));
  };
  add("kube_node_status_condition", "Whether the node is ready.", one,
      [](const World& w, std::size_t n, std::uint32_t) -> std::int64_t { return w.platform.nodes[n].ready; });
  rows.back() = with(rows.back(), "condition", "Ready");
  add("kube_node_status_condition", "Whether the node's disk is nearly full.", one,
      [](const World& w, std::size_t n, std::uint32_t) -> std::int64_t {
        return w.platform.nodes[n].disk_pressure;
      });
  rows.back() = with(rows.back(), "condition", "DiskPressure");
  add("kube_node_spec_unschedulable", "Whether the node is cordoned.", one,
      [](const World& w, std::size_t n, std::uint32_t) -> std::int64_t {
        return w.platform.nodes[n].cordoned;
      });
  add("kube_node_pods", "Pods on the node.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return requested(w, index(n)).pods; });
  add("kube_node_cpu_requested_cores", "CPU that its pods request.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return requested(w, index(n)).cpu; });
  rows.back().divisor = 1000;
  add("kube_node_memory_requested_bytes", "Memory that its pods request.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return requested(w, index(n)).memory; });
  add("kube_node_status_allocatable", "CPU for pods.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).cpu; });
  rows.back() = with(rows.back(), "resource", "cpu");
  rows.back().divisor = 1000;
  add("node_cpu_steal_ratio", "Share of CPU time that a neighbour takes.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).steal_permille; });
  rows.back().divisor = 1000;
  add("node_filesystem_size_bytes", "Size of its disk.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).disk; });
  add("node_filesystem_avail_bytes", "Free space on its disk.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).disk - disk_used(w, index(n)); });
  add("node_disk_latency_ratio", "How long its disk takes, against a good one.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).disk_slow_permille; });
  rows.back().divisor = 1000;
  add("node_timex_offset_seconds", "Its clock against true time.", one,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).clock_offset_us; });
  rows.back().divisor = 1'000'000;
  add("node_nf_conntrack_entries", "Tracked connections.", has_conntrack,
      [](const World& w, std::size_t n, std::uint32_t) { return tracked_connections(w, index(n)); });
  add("node_nf_conntrack_entries_limit", "Connections that can be tracked.", has_conntrack,
      [](const World& w, std::size_t n, std::uint32_t) { return node(w, n).conntrack_limit; });
  add("node_nf_conntrack_stat_drop_total", "Packets dropped for want of an entry.", has_conntrack,
      [](const World& w, std::size_t n, std::uint32_t) {
        return static_cast<std::int64_t>(w.platform.nodes[n].dropped);
      });
  rows.back().counter = true;
}

void add_job_rows(std::vector<GaugeInfo>& rows) {
  const auto add = [&](std::string_view metric, std::string_view help, auto read) {
    rows.push_back(part_row(metric, help, PartKind::kJob, "job_name", one, read));
  };
  add("kube_job_status_active", "Runs in progress.",
      [](const World& w, std::size_t j, std::uint32_t) { return running(w, j); });
  add("kube_job_status_succeeded", "Runs that have completed.",
      [](const World& w, std::size_t j, std::uint32_t) {
        return static_cast<std::int64_t>(w.platform.jobs[j].succeeded);
      });
  add("kube_job_status_failed", "Runs that have failed.", [](const World& w, std::size_t j, std::uint32_t) {
    return static_cast<std::int64_t>(w.platform.jobs[j].failed);
  });
  add("kube_cronjob_spec_suspend", "Whether it is suspended.",
      [](const World& w, std::size_t j, std::uint32_t) { return w.platform.job_parameters[j].suspended; });
}

void add_cluster_rows(std::vector<GaugeInfo>& rows) {
  const auto add = [&](std::string_view type, auto read) {
    rows.push_back(with(part_row("kube_resourcequota", "Pods of the namespace, and how many it may have.",
                                 PartKind::kCluster, "resourcequota", has_quota_pods, read),
                        "type", type));
  };
  add("used", [](const World& w, std::size_t, std::uint32_t) { return requested(w, kAllNodes).pods; });
  add("hard", [](const World& w, std::size_t, std::uint32_t) { return w.platform.clusters[0].quota_pods; });
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
  add_service_rows(rows);
  add_node_rows(rows);
  add_job_rows(rows);
  add_cluster_rows(rows);
}

}  // namespace incident::sim
