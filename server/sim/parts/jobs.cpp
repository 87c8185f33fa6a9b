#include "sim/parts/jobs.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/platform.h"
#include "sim/parts/pods.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kNever = INT64_MAX;

// When its own limit ends a run, or its duration.
std::int64_t lasts(const JobParameters& p) {
  if (p.memory_limit == 0 || p.memory <= p.memory_limit) return p.duration_us;
  const auto share = static_cast<Wide>(p.memory_limit) * static_cast<Wide>(p.duration_us);
  return std::max<std::int64_t>(static_cast<std::int64_t>(share / static_cast<Wide>(p.memory)), 1);
}

void arm_job(World& w, std::uint16_t job) {
  const JobState& state = w.platform.jobs[job];
  std::int64_t at =
      w.platform.job_parameters[job].suspended != 0 ? kNever : std::min(state.due, state.retry_at);
  for (const JobRun& run : state.runs) {
    if (run.instance != kNone16) at = std::min(at, run.ends);
  }
  const std::uint32_t timer = w.compiled->timer_job + job;
  if (at == kNever) return w.timers.stop(timer);
  w.arm(timer, std::max(at, w.now));
}

bool same_process(const World& w, const JobRun& run) {
  return w.instances[run.instance].epoch == run.epoch;
}

// What the runs take of an instance, after one has begun or ended.
void weigh(World& w, std::uint16_t i) {
  cpu_sync(w, i);
  Process& process = w.platform.processes[i];
  process.job_cpu = 0;
  process.job_cause = 0;
  for (std::size_t j = 0; j < w.platform.jobs.size(); ++j) {
    for (const JobRun& run : w.platform.jobs[j].runs) {
      if (run.instance != i || !same_process(w, run)) continue;
      process.job_cpu += run.cpu;
      process.job_cause |= w.cause(PartKind::kJob, j);
    }
  }
  const std::uint16_t node = w.platform.pods[i].node;
  if (node != kNone16) {
    std::int64_t sum = 0;
    for (std::size_t other = 0; other < w.instances.size(); ++other) {
      if (w.platform.pods[other].node == node) sum += w.platform.processes[other].job_cpu;
    }
    w.platform.nodes[node].job_cpu = sum;
  }
  w.instances[i].tint |= process.job_cause;
  refresh_derived(w);
  if (w.instances[i].dispatching == 0) cpu_arm(w, i);
}

void end_run(World& w, std::uint16_t job, JobRun& run, bool failed) {
  const std::uint16_t i = run.instance;
  if (same_process(w, run)) {
    w.instances[i].connections -= run.connections;
    w.platform.processes[i].job_connections -= run.connections;
  }
  run = {};
  JobState& state = w.platform.jobs[job];
  const JobParameters& p = w.platform.job_parameters[job];
  const std::uint16_t service = w.model->jobs[job].service.value;
  if (failed) {
    ++state.failed;
    report_part(w, PartEvent::kJobFailed, service, i, job, w.cause(PartKind::kJob, job), kExitKilled);
    if (state.tries < p.retries) {
      state.retry_at =
          w.now + std::min(kBackOffFirstUs << std::min<std::int64_t>(state.tries, 5), kBackOffMaxUs);
      ++state.tries;
    }
  } else {
    ++state.succeeded;
    state.tries = 0;
    state.retry_at = kNever;
    report_part(w, PartEvent::kJobCompleted, service, i, job, w.cause(PartKind::kJob, job));
  }
  weigh(w, i);
}

JobRun* free_run(JobState& state) {
  const auto found = std::find_if(state.runs.begin(), state.runs.end(),
                                  [](const JobRun& run) { return run.instance == kNone16; });
  return found == state.runs.end() ? nullptr : &*found;
}

bool is_running(const JobState& state) {
  return std::any_of(state.runs.begin(), state.runs.end(),
                     [](const JobRun& run) { return run.instance != kNone16; });
}

void begin_run(World& w, std::uint16_t job) {
  JobState& state = w.platform.jobs[job];
  const JobParameters& p = w.platform.job_parameters[job];
  const std::uint16_t service = w.model->jobs[job].service.value;
  if (is_running(state) && p.overlap == 0) return;
  if (p.overlap == 2) {
    for (JobRun& run : state.runs) {
      if (run.instance != kNone16) end_run(w, job, run, false);
    }
  }
  JobRun* run = free_run(state);
  if (run == nullptr || w.serving[service].empty()) return;
  const std::uint16_t i = w.serving[service].front();
  Instance& instance = w.instances[i];
  run->instance = i;
  run->epoch = instance.epoch;
  run->began = w.now;
  run->ends = w.now + lasts(p);
  run->cpu = p.cpu;
  const std::int64_t room = w.compiled->services[service].database
                                ? w.database_parameters[service].max_connections - instance.connections
                                : 0;
  run->connections = static_cast<std::uint32_t>(std::clamp<std::int64_t>(room, 0, p.connections));
  instance.connections += run->connections;
  w.platform.processes[i].job_connections += run->connections;
  report_part(w, PartEvent::kJobStarted, service, i, job, w.cause(PartKind::kJob, job));
  weigh(w, i);
  const std::uint32_t memory = w.compiled->timer_memory + i;
  if (p.memory > 0 && p.memory_limit == 0 && !w.timers.armed(memory)) w.arm(memory, w.now + 1'000'000);
}

}  // namespace

void start_jobs(World& w) {
  for (std::size_t j = 0; j < w.platform.jobs.size(); ++j) {
    w.platform.jobs[j].due = w.platform.job_parameters[j].first_us;
    arm_job(w, static_cast<std::uint16_t>(j));
  }
}

void on_job_timer(World& w, std::uint16_t job) {
  JobState& state = w.platform.jobs[job];
  const JobParameters& p = w.platform.job_parameters[job];
  for (JobRun& run : state.runs) {
    if (run.instance == kNone16 || run.ends > w.now) continue;
    end_run(w, job, run, (p.memory_limit > 0 && p.memory > p.memory_limit) || !same_process(w, run));
  }
  if (p.suspended == 0 && state.retry_at <= w.now) {
    state.retry_at = kNever;
    begin_run(w, job);
  }
  if (state.due <= w.now) {
    while (state.due <= w.now) state.due += p.interval_us;
    if (p.suspended == 0) {
      state.tries = 0;
      begin_run(w, job);
    }
  }
  arm_job(w, job);
}

void job_changed(World& w, std::uint16_t job) {
  JobState& state = w.platform.jobs[job];
  if (w.platform.job_parameters[job].suspended != 0) {
    state.retry_at = kNever;
  } else {
    const std::int64_t interval = w.platform.job_parameters[job].interval_us;
    while (state.due < w.now) state.due += interval;
  }
  arm_job(w, job);
}

std::int64_t job_memory(const World& w, std::uint16_t i) {
  std::int64_t sum = 0;
  for (std::size_t j = 0; j < w.platform.jobs.size(); ++j) {
    const JobParameters& p = w.platform.job_parameters[j];
    if (p.memory == 0 || p.memory_limit > 0) continue;  // (with a limit it has a container of its own)
    for (const JobRun& run : w.platform.jobs[j].runs) {
      if (run.instance != i || !same_process(w, run)) continue;
      const auto grown = static_cast<Wide>(p.memory) * static_cast<Wide>(w.now - run.began);
      sum += std::min(p.memory, static_cast<std::int64_t>(grown / static_cast<Wide>(p.duration_us)));
    }
  }
  return sum;
}

Result<Simulation::ActionPreview> preview_job(const World& w, const Action& a) {
  if (a.target >= w.platform.jobs.size()) return no_such("job", a.target);
  if (a.value != 0 && a.value != 1) return out_of_range("suspended", 0, 1);
  if (w.platform.job_parameters[a.target].suspended == a.value)
    return refused(a.value != 0 ? "the job is suspended already" : "the job is not suspended");
  return Simulation::ActionPreview{{kConfigPushUs}, 0};
}

bool suspend_job(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const auto job = static_cast<std::uint16_t>(a.target);
  w.actions[id].cause |= w.cause(PartKind::kJob, job);
  set_by_action(w, id, ChangeKind::kConfig, w.model->jobs[job].service.value,
                ref_of(PartKind::kJob, "suspended", job), a.value);
  if (a.value == 0) return true;
  for (JobRun& run : w.platform.jobs[job].runs) {
    if (run.instance != kNone16) end_run(w, job, run, false);
  }
  arm_job(w, job);
  return true;
}

}  // namespace incident::sim
