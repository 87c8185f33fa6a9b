// Scheduled jobs: at their times a run takes CPU, memory and connections from the first instance of the
// service it works on (a report on the database, a nightly import), for as long as it lasts; its memory grows
// until its end. A run above its own memory limit is killed and tried again with growing delays; what it does
// to the instance's memory counts there. A run that is due while the one before still works is skipped, runs
// beside it or replaces it, as the schedule says (Kubernetes CronJob, concurrencyPolicy).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_jobs(World& w);
void on_job_timer(World& w, std::uint16_t job);
void job_changed(World& w, std::uint16_t job);
// CPU, memory and causes of the runs on an instance now.
std::int64_t job_memory(const World& w, std::uint16_t instance);

// Player's action: 1 suspends a job and ends its run, 0 lets it run again.
Result<Simulation::ActionPreview> preview_job(const World& w, const Action& action);
bool suspend_job(World& w, std::uint32_t action);

}  // namespace incident::sim
