#include "telemetry/part_lines.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/part_names.h"

namespace incident::telemetry {
namespace {

using sim::PartEvent;
using sim::PartKind;

// Add a row for each new event that nobody else writes about.
constexpr PartLine kRows[] = {
    {PartEvent::kOomKilled, Writer::kKernel, Level::kError, "",
     "Memory cgroup out of memory: Killed process 1 ({service}) total-vm:{mib}MiB, anon-rss:{mib}MiB, "
     "oom_score_adj:986"},
    {PartEvent::kOutOfMemory, Writer::kProcess, Level::kError, "runtime",
     "java.lang.OutOfMemoryError: Java heap space; heap limit {mib} MiB, terminating"},
    {PartEvent::kProcessExited, Writer::kKubelet, Level::kError, "",
     "Container {service} in pod {pod} terminated: reason=Error exitCode={value}"},
    {PartEvent::kBackOff, Writer::kKubelet, Level::kWarn, "",
     "Back-off {seconds}s restarting failed container {service} in pod {pod}"},
    {PartEvent::kLongPause, Writer::kProcess, Level::kWarn, "gc", "Pause Full (Allocation Failure) {ms}ms"},
    {PartEvent::kFilesExhausted, Writer::kProcess, Level::kError, "http",
     "accept failed: too many open files (limit {value})"},
    {PartEvent::kThreadsExhausted, Writer::kProcess, Level::kError, "runtime",
     "unable to create native thread: Resource temporarily unavailable (limit {value})"},
    {PartEvent::kPortsExhausted, Writer::kProcess, Level::kError, "client",
     "{other}: connect failed: cannot assign requested address", PartKind::kEdge},
    {PartEvent::kSharedMemoryFull, Writer::kProcess, Level::kError, "runtime",
     "could not resize shared memory segment in /dev/shm ({mib} MiB): No space left on device"},
    {PartEvent::kPodPending, Writer::kKubelet, Level::kWarn, "", "FailedScheduling: pod {pod}: {nodes}"},
    {PartEvent::kPodWaitsForVolume, Writer::kKubelet, Level::kWarn, "",
     "FailedMount: pod {pod}: unable to attach or mount volumes: timed out waiting for the condition"},
    {PartEvent::kPodWaitsForImage, Writer::kKubelet, Level::kWarn, "",
     "Failed: pod {pod}: ImagePullBackOff: failed to pull image of {service}: manifest unknown"},
    {PartEvent::kPodWaitsForConfig, Writer::kKubelet, Level::kWarn, "",
     "Failed: pod {pod}: CreateContainerConfigError: configmap \"{service}\" not found"},
    {PartEvent::kPodWaitsForInit, Writer::kKubelet, Level::kInfo, "",
     "pod {pod}: init container \"wait\" is still running"},
    {PartEvent::kPodWaitsForAddress, Writer::kKubelet, Level::kWarn, "",
     "FailedCreatePodSandBox: pod {pod}: failed to allocate for range 0: no IP addresses available in range "
     "set"},
    {PartEvent::kPodTerminating, Writer::kKubelet, Level::kWarn, "",
     "pod {pod} is terminating: waiting for finalizers"},
    {PartEvent::kProcessCrashed, Writer::kProcess, Level::kError, "main",
     "panic: runtime error: invalid memory address or nil pointer dereference [signal SIGSEGV: segmentation "
     "violation], exit status 2"},
    {PartEvent::kAdmissionDenied, Writer::kKubelet, Level::kWarn, "",
     "FailedCreate: Error creating a pod of {service}: Internal error occurred: failed calling webhook "
     "\"validate.policy.svc\": tls: failed to verify certificate"},
    {PartEvent::kKeysExhausted, Writer::kStore, Level::kError, "",
     "ERROR:  nextval: reached maximum value of sequence \"{other}_id_seq\" ({value})", PartKind::kTable},
    {PartEvent::kVacuumed, Writer::kStore, Level::kInfo, "",
     "LOG:  automatic vacuum of table \"app.public.{other}\": tuples: {value} removed", PartKind::kTable},
    {PartEvent::kVacuumHeldBack, Writer::kStore, Level::kWarn, "",
     "LOG:  automatic vacuum of table \"app.public.{other}\": tuples: {value} are dead but not yet removable",
     PartKind::kTable},
    {PartEvent::kAnalyzed, Writer::kStore, Level::kInfo, "",
     "LOG:  automatic analyze of table \"app.public.{other}\": {value} estimated total rows",
     PartKind::kTable},
    {PartEvent::kIndexBuilt, Writer::kStore, Level::kInfo, "",
     "LOG:  duration: {ms} ms  statement: CREATE INDEX CONCURRENTLY ON {other}", PartKind::kTable},
    {PartEvent::kPageInvalid, Writer::kStore, Level::kError, "",
     "ERROR:  invalid page in block {value} of relation base/16384/16397; WARNING:  page verification failed",
     PartKind::kInstance},
    {PartEvent::kPrimaryLost, Writer::kStore, Level::kWarn, "",
     "WARNING: the leader of {service} has not been seen for {seconds} s; its lock has expired"},
    {PartEvent::kPromoted, Writer::kStore, Level::kWarn, "",
     "LOG:  received promote request; selected new timeline ID: {value}", PartKind::kInstance},
    {PartEvent::kDemoted, Writer::kStore, Level::kWarn, "",
     "LOG:  received fast shutdown request; demoted, entering standby mode", PartKind::kInstance},
    {PartEvent::kStreamingLost, Writer::kStore, Level::kError, "",
     "FATAL:  could not receive data from WAL stream: server closed the connection unexpectedly",
     PartKind::kInstance},
    {PartEvent::kStreaming, Writer::kStore, Level::kInfo, "",
     "LOG:  started streaming WAL from primary on timeline {value}", PartKind::kInstance},
    {PartEvent::kVolumeFull, Writer::kStore, Level::kError, "",
     "PANIC:  could not write to file \"pg_wal/xlogtemp.1274\": No space left on device"},
    {PartEvent::kVolumeHasRoom, Writer::kStore, Level::kInfo, "",
     "LOG:  database system is ready to accept connections; {mib} MiB free on the volume"},
    {PartEvent::kCheckpointDone, Writer::kStore, Level::kInfo, "",
     "LOG:  checkpoint complete: total={seconds} s"},
    {PartEvent::kLeaderLost, Writer::kStore, Level::kWarn, "",
     "WARN [Controller id=1] Partition {other}-{value} has no leader: its broker is offline",
     PartKind::kTopic},
    {PartEvent::kLeaderElected, Writer::kStore, Level::kInfo, "",
     "INFO [Controller id=1] Elected a new leader for partition {other}-{value}", PartKind::kTopic},
    {PartEvent::kMessagesExpired, Writer::kStore, Level::kInfo, "",
     "INFO [LocalLog topic={other}] Deleting segment files: retention time breached; log start offset is now "
     "{value}",
     PartKind::kTopic},
    {PartEvent::kGroupRebalancing, Writer::kStore, Level::kInfo, "",
     "INFO [GroupCoordinator 1]: Preparing to rebalance group {other} in state PreparingRebalance, "
     "generation "
     "{value}",
     PartKind::kGroup},
    {PartEvent::kGroupStable, Writer::kStore, Level::kInfo, "",
     "INFO [GroupCoordinator 1]: Stabilized group {other} generation {value}", PartKind::kGroup},
    {PartEvent::kMemberLost, Writer::kStore, Level::kWarn, "",
     "INFO [GroupCoordinator 1]: Member consumer-{value} in group {other} has failed, removing it from the "
     "group",
     PartKind::kGroup},
    {PartEvent::kPollTimeout, Writer::kProcess, Level::kWarn, "ConsumerCoordinator",
     "consumer poll timeout has expired for group {other} after {seconds} s: the time between subsequent "
     "calls "
     "to poll() was longer than the configured max.poll.interval.ms",
     PartKind::kGroup},
    {PartEvent::kMessageFailed, Writer::kProcess, Level::kError, "MessageListener",
     "could not handle a message of group {other} in partition {value}; it will be tried again",
     PartKind::kGroup},
    {PartEvent::kDeadLettered, Writer::kProcess, Level::kError, "MessageListener",
     "gave up a message of group {other} in partition {value}; sent to the dead letters", PartKind::kGroup},
    {PartEvent::kMessageSkipped, Writer::kProcess, Level::kError, "MessageListener",
     "skipped a message of group {other} in partition {value}", PartKind::kGroup},
    {PartEvent::kOffsetOutOfRange, Writer::kProcess, Level::kWarn, "Fetcher",
     "fetch position of group {other} in partition {value} is out of range, resetting to earliest",
     PartKind::kGroup},
    {PartEvent::kAutoscalerBlind, Writer::kKubelet, Level::kWarn, "",
     "FailedGetResourceMetric: horizontalpodautoscaler {service}: failed to get cpu utilization: missing "
     "request for "
     "cpu in container {service}"},
    {PartEvent::kScaledUp, Writer::kKubelet, Level::kInfo, "",
     "SuccessfulRescale: {service}: new size: {value}; reason: cpu resource utilization (percentage of "
     "request) above "
     "target"},
    {PartEvent::kScaledDown, Writer::kKubelet, Level::kInfo, "",
     "SuccessfulRescale: {service}: new size: {value}; reason: All metrics below target"},
    {PartEvent::kFunctionThrottled, Writer::kKubelet, Level::kWarn, "",
     "TooManyRequestsException: {service}: Rate Exceeded (concurrency limit {value})"},
    {PartEvent::kNodeNotReady, Writer::kKubelet, Level::kWarn, "",
     "NodeNotReady: pod {pod}: node {other} is not ready", PartKind::kNode},
    {PartEvent::kPodEvicted, Writer::kKubelet, Level::kWarn, "",
     "TaintManagerEviction: deleting pod {pod} from node {other}", PartKind::kNode},
    {PartEvent::kPodEvictedForDisk, Writer::kKubelet, Level::kWarn, "",
     "Evicted: pod {pod}: the node {other} was low on resource: ephemeral-storage", PartKind::kNode},
    {PartEvent::kPodPreempted, Writer::kKubelet, Level::kWarn, "",
     "Preempted: pod {pod} on node {other} made room for one of higher priority", PartKind::kNode},
    {PartEvent::kConntrackFull, Writer::kKernel, Level::kError, "",
     "{other} kernel: nf_conntrack: nf_conntrack: table full, dropping packet", PartKind::kNode},
    {PartEvent::kQuotaExceeded, Writer::kKubelet, Level::kWarn, "",
     "FailedCreate: {service}: pods is forbidden: exceeded quota, used: pods={value}"},
    {PartEvent::kJobStarted, Writer::kKubelet, Level::kInfo, "", "SuccessfulCreate: started job {other}",
     PartKind::kJob},
    {PartEvent::kJobCompleted, Writer::kKubelet, Level::kInfo, "", "Completed: job {other} completed",
     PartKind::kJob},
    {PartEvent::kJobFailed, Writer::kKubelet, Level::kError, "",
     "job {other} failed: container terminated: reason=OOMKilled exitCode={value}", PartKind::kJob},
};
constexpr std::span<const PartLine> kLines = kRows;

std::string fixed(double value, int digits) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

// The scheduler's words, from the counts of sim/parts/scheduler.h.
std::string no_node(std::uint64_t counts) {
  constexpr std::array<std::string_view, 7> kWhy = {"Insufficient cpu",
                                                    "Insufficient memory",
                                                    "Too many pods",
                                                    "node(s) had untolerated taint",
                                                    "node(s) didn't match Pod's node affinity/selector",
                                                    "node(s) didn't match pod anti-affinity rules",
                                                    "node(s) were unschedulable"};
  std::string text = "0/" + std::to_string(counts & 255) + " nodes are available";
  std::string_view separator = ": ";
  for (std::size_t n = 0; n < kWhy.size(); ++n) {
    const std::uint64_t count = counts >> (8 * (n + 1)) & 255;
    if (count == 0) continue;
    text += separator;
    text += std::to_string(count) + " ";
    text += kWhy[n];
    separator = ", ";
  }
  return text + ".";
}

}  // namespace

std::span<const PartLine> part_lines() {
  return kLines;
}

const PartLine* find_part_line(PartEvent event) {
  const auto found =
      std::find_if(kLines.begin(), kLines.end(), [&](const PartLine& line) { return line.event == event; });
  return found == kLines.end() ? nullptr : &*found;
}

std::string part_words(const Names& names, const PodName& pod, const PartLine& line, std::uint32_t other,
                       std::int64_t value) {
  std::string text;
  std::string_view rest = line.words;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    const std::string_view key = rest.substr(open + 1, close - open - 1);
    text += rest.substr(0, open);
    rest.remove_prefix(close + 1);
    if (key == "pod") {
      text += pod.name;
    } else if (key == "service") {
      text += names.service(pod.service).name;
    } else if (key == "other") {
      text += sim::part_name(names.model(), line.other, other);
    } else if (key == "nodes") {
      text += no_node(static_cast<std::uint64_t>(value));
    } else if (key == "seconds") {
      text += fixed(static_cast<double>(value) / 1e6, 1);
    } else if (key == "ms") {
      text += std::to_string((value + 500) / 1000);
    } else if (key == "mib") {
      text += std::to_string(value >> 20);
    } else {
      text += std::to_string(value);
    }
  }
  text += rest;
  return text;
}

}  // namespace incident::telemetry
