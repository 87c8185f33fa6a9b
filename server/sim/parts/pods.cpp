#include "sim/parts/pods.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/instance.h"
#include "sim/parts/memory.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/platform.h"
#include "sim/parts/probes.h"
#include "sim/parts/scheduler.h"

namespace incident::sim {
namespace {

PartEvent event_of(PodHold why) {
  switch (why) {
    case PodHold::kPending:
      return PartEvent::kPodPending;
    case PodHold::kAddress:
      return PartEvent::kPodWaitsForAddress;
    case PodHold::kVolume:
      return PartEvent::kPodWaitsForVolume;
    case PodHold::kImage:
      return PartEvent::kPodWaitsForImage;
    case PodHold::kConfig:
      return PartEvent::kPodWaitsForConfig;
    case PodHold::kInit:
      return PartEvent::kPodWaitsForInit;
    case PodHold::kFinalizer:
      return PartEvent::kPodTerminating;
    case PodHold::kCrashLoop:
    case PodHold::kNone:
      break;
  }
  return PartEvent::kBackOff;
}

bool has_address(World& w, std::uint16_t i) {
  Pod& pod = w.platform.pods[i];
  const std::int64_t limit = w.platform.clusters[0].pod_addresses;
  if (pod.address != 0) return true;
  if (limit > 0) {
    std::int64_t given = 0;
    for (const Pod& other : w.platform.pods) given += other.address;
    if (given >= limit) return false;
  }
  pod.address = 1;
  return true;
}

bool volume_is_elsewhere(const World& w, std::uint16_t i) {
  const CompiledService& s = w.compiled->services[w.service_of(i)];
  for (std::uint16_t other = s.first; other < s.first + s.slots; ++other) {
    if (other != i && w.platform.pods[other].volume != 0) return true;
  }
  return false;
}

// What the pod still lacks, in the order in which the kubelet would find out.
PodHold missing(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  const DeploymentParameters& d = w.platform.deployments[service];
  if (!place_pod(w, i)) return PodHold::kPending;
  if (!has_address(w, i)) return PodHold::kAddress;
  if (d.volume_stuck != 0 || (d.volume_single != 0 && volume_is_elsewhere(w, i))) return PodHold::kVolume;
  w.platform.pods[i].volume = d.volume_single != 0;
  if (d.image_missing != 0) return PodHold::kImage;
  if (d.config_missing != 0) return PodHold::kConfig;
  const ServiceId needed = w.model->services[service].waits_for;
  if (d.init_blocked != 0 || (d.init_waits != 0 && needed.valid() && w.serving[needed.index()].empty()))
    return PodHold::kInit;
  return PodHold::kNone;
}

}  // namespace

void die(World& w, std::uint16_t i, std::uint32_t exit) {
  Instance& instance = w.instances[i];
  if ((instance.special & kDying) != 0) return;
  instance.special |= kDying;
  w.platform.processes[i].exit = exit;
  w.schedule(w.now, EventKind::kProcessEnds, {i, instance.epoch});
}

bool on_process_end(World& w, Handle process) {
  const auto i = static_cast<std::uint16_t>(process.slot);
  const Instance& instance = w.instances[i];
  if (instance.epoch != process.generation || (instance.special & kDying) == 0) return false;
  const std::uint16_t service = w.service_of(i);
  const CauseMask cause =
      w.cause(PartKind::kResources, service) | w.cause(PartKind::kDeployment, service) | instance.tint;
  Process& p = w.platform.processes[i];
  switch (p.exit) {
    case kExitKilled:
      ++p.oom_kills;
      report_part(w, PartEvent::kOomKilled, service, i, 0, cause, working_set(w, i));
      break;
    case kExitOutOfMemory:
      report_part(w, PartEvent::kOutOfMemory, service, i, 0, cause, resources_of(w, i).heap_limit);
      break;
    default:
      report_part(w, PartEvent::kProcessExited, service, i, 0, cause, p.exit);
      break;
  }
  w.services[service].down_cause |= cause;
  if (instance.state == InstanceState::kDraining) {
    stop_soon(w, i);
  } else {
    restart_later(w, i);
  }
  return true;
}

void new_pod(World& w, std::uint16_t i) {
  const DeploymentParameters& d = w.platform.deployments[w.service_of(i)];
  Pod& pod = w.platform.pods[i];
  pod = {};
  pod.readiness_broken = d.readiness_broken != 0;
  pod.liveness_broken = d.liveness_broken != 0;
  w.platform.processes[i] = {};
}

void begin_pod(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (const PodHold why = missing(w, i); why != PodHold::kNone) return hold_pod(w, i, why, kHoldRecheckUs);
  const ServiceParameters& p = w.service_parameters[service];
  const DeploymentParameters& d = w.platform.deployments[service];
  w.instances[i].hold = PodHold::kNone;
  w.instances[i].started = w.now;
  std::int64_t takes = p.startup_us;
  // Liveness checks that do not wait for the start end it, again and again.
  const std::int64_t falls = std::max<std::int64_t>(p.liveness_fall, 3);
  const std::int64_t patience = d.liveness_delay_us + falls * d.liveness_period_us;
  w.platform.pods[i].killed_early = d.liveness_delay_us > 0 && patience < takes;
  if (w.platform.pods[i].killed_early != 0) takes = patience;
  w.arm(w.compiled->timer_life + i, w.now + takes);
}

void begin_running(World& w, std::uint16_t i) {
  new_pod(w, i);
  w.platform.pods[i].volume = w.platform.deployments[w.service_of(i)].volume_single != 0;
  has_address(w, i);
  if (!place_pod(w, i)) {
    w.instances[i].state = InstanceState::kStarting;
    w.instances[i].healthy = 0;
    stop_probes(w, i);
    return hold_pod(w, i, PodHold::kPending, kHoldRecheckUs);
  }
  watch_memory(w, i);
  watch_liveness(w, i);
}

void watch_liveness(World& w, std::uint16_t i) {
  if (w.platform.pods[i].liveness_broken == 0) return;
  const std::uint16_t service = w.service_of(i);
  const std::int64_t falls = std::max<std::int64_t>(w.service_parameters[service].liveness_fall, 3);
  w.arm(w.compiled->timer_life + i, w.now + falls * w.platform.deployments[service].liveness_period_us);
}

void liveness_failed(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  report_part(w, PartEvent::kLivenessRestart, service, i, 0, w.cause(PartKind::kDeployment, service));
  restart_later(w, i);
}

std::int64_t next_backoff(World& w, std::uint16_t i) {
  Pod& pod = w.platform.pods[i];
  if (w.now - w.instances[i].started >= kBackOffForgottenUs) pod.backoff_us = 0;
  const std::int64_t wait = pod.backoff_us;
  pod.backoff_us = wait == 0 ? kBackOffFirstUs : std::min(wait * 2, kBackOffMaxUs);
  return wait;
}

void hold_pod(World& w, std::uint16_t i, PodHold why, std::int64_t for_us) {
  w.instances[i].hold = why;
  const std::uint16_t service = w.service_of(i);
  w.arm(w.compiled->timer_life + i, w.now + for_us);
  CauseMask cause = w.cause(PartKind::kDeployment, service) | w.cause(PartKind::kResources, service) |
                    w.cause(PartKind::kRevision, w.instances[i].revision) | w.cause(PartKind::kCluster, 0);
  if (why == PodHold::kPending) {
    for (std::size_t n = 0; n < w.platform.nodes.size(); ++n) cause |= w.cause(PartKind::kNode, n);
  }
  w.services[service].down_cause |= cause;
  report_part(w, event_of(why), service, i, 0, cause,
              why == PodHold::kPending ? why_unschedulable(w, i) : for_us);
}

bool container_started(World& w, std::uint16_t i) {
  const std::uint16_t service = w.service_of(i);
  if (w.platform.pods[i].killed_early != 0) {
    liveness_failed(w, i);
    return false;
  }
  if (w.platform.deployments[service].crash_on_start != 0) {
    die(w, i, kExitError);
    return false;
  }
  w.platform.processes[i].leak_synced = w.now;
  watch_memory(w, i);
  return true;
}

}  // namespace incident::sim
