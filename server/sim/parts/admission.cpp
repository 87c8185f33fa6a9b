#include "sim/parts/admission.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/guards.h"
#include "sim/parts/instance.h"
#include "sim/parts/token_bucket.h"

namespace incident::sim {
namespace {

bool refuse(World& w, std::uint32_t task, Outcome outcome, CauseMask cause) {
  w.tasks[task].cause |= cause;
  end_task(w, task, outcome);
  return true;
}

// Who is refused learns what emptied the bucket; a full one has forgotten.
bool within_rate(World& w, std::size_t at, std::int64_t rate, std::int64_t burst, CauseMask own,
                 CauseMask& cause) {
  if (rate == 0) return true;
  Bucket& bucket = w.buckets[at];
  const bool taken = take_token(bucket, w.now, rate, burst);
  if (bucket.tokens >= (burst - 1) * kTokenUnit) bucket.tint = 0;
  bucket.tint |= cause;
  if (!taken) cause |= bucket.tint | own;
  return taken;
}

bool within_rates(World& w, Task& t, std::uint16_t service) {
  const ServiceParameters& s = w.service_parameters[service];
  const OperationParameters& o = w.operation_parameters[t.operation];
  return within_rate(w, service, s.rate_limit, s.rate_burst, w.cause(PartKind::kService, service), t.cause) &&
         within_rate(w, bucket_of_operation(w, t.operation), o.rate_limit, o.rate_burst,
                     w.cause(PartKind::kOperation, t.operation), t.cause);
}

bool late(const World& w, std::uint32_t task) {
  const RequestGuard* guard = find_guard(w, task);
  return guard != nullptr && guard->deadline > 0 && w.now >= guard->deadline;
}

}  // namespace

std::size_t bucket_of_operation(const World& w, std::size_t operation) {
  return w.services.size() + operation;
}
std::size_t bucket_of_edge(const World& w, std::size_t edge) {
  return w.services.size() + w.operation_parameters.size() + edge;
}

bool within_client_rate(World& w, std::uint16_t edge, CauseMask& cause) {
  const EdgeParameters& p = w.edge_parameters[edge];
  return within_rate(w, bucket_of_edge(w, edge), p.rate_limit, p.rate_burst, w.cause(PartKind::kEdge, edge),
                     cause);
}

bool refused_on_arrival(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  if (t.trace == kNone) return false;
  const std::uint16_t service = w.service_of(t.instance);
  if (const RequestGuard* guard = find_guard(w, task); guard != nullptr && guard->verdict != Outcome::kOk)
    return refuse(w, task, guard->verdict, 0);
  if (late(w, task)) return refuse(w, task, Outcome::kDeadlineExceeded, 0);
  if (!within_rates(w, t, service)) return refuse(w, task, Outcome::kRateLimited, 0);
  const Instance& instance = w.instances[t.instance];
  Admission& admission = w.admissions[t.instance];
  if (instance.queue.empty()) admission.last_empty = w.now;
  if (w.service_parameters[service].concurrency_target_us > 0) {
    const std::int64_t inside = (std::int64_t{instance.busy} + instance.queue.size) * 1000;
    if (admission.limit == 0) admission.limit = std::int64_t{instance.workers} * 1000;
    if (inside >= admission.limit) {
      ++admission.over_limit;
      return refuse(w, task, Outcome::kShed, instance.tint | w.cause(PartKind::kService, service));
    }
  }
  return false;
}

bool refused_at_start(World& w, std::uint32_t task) {
  const Task& t = w.tasks[task];
  if (t.trace == kNone) return false;
  const Instance& instance = w.instances[t.instance];
  const std::uint16_t service = w.service_of(t.instance);
  const CauseMask cause = instance.tint | w.cause(PartKind::kService, service);
  if (late(w, task)) return refuse(w, task, Outcome::kDeadlineExceeded, cause);
  const ServiceParameters& p = w.service_parameters[service];
  if (p.codel_target_us == 0) return false;
  Admission& admission = w.admissions[t.instance];
  const bool stands = w.now - admission.last_empty > p.codel_interval_us;
  if (instance.queue.empty()) admission.last_empty = w.now;
  const std::int64_t patience = stands ? p.codel_target_us : std::max(p.codel_interval_us, p.codel_target_us);
  if (w.now - t.arrived <= patience) return false;
  ++admission.late;
  return refuse(w, task, Outcome::kShed, cause);
}

void learn_limit(World& w, std::uint32_t task) {
  const Task& t = w.tasks[task];
  const std::int64_t target = w.service_parameters[w.service_of(t.instance)].concurrency_target_us;
  if (target == 0 || t.trace == kNone) return;
  const Instance& instance = w.instances[t.instance];
  Admission& admission = w.admissions[t.instance];
  if (admission.limit == 0) return;
  const std::int64_t inside = (std::int64_t{instance.busy} + instance.queue.size) * 1000;
  if (w.now - t.arrived > target) {
    // Once in the time that it takes to show, or one slow moment would close the door.
    if (w.now - admission.lowered < target) return;
    admission.lowered = w.now;
    admission.limit = std::max<std::int64_t>(admission.limit * kLimitDecreasePermille / 1000, 1000);
  } else if (inside * 2 >= admission.limit) {
    // One more for each round of them.
    admission.limit += std::max<std::int64_t>(1'000'000 / admission.limit, 1);
  }
}

}  // namespace incident::sim
