#include "sim/parts/statements.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/instance.h"
#include "sim/parts/replication.h"
#include "sim/parts/storage.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kReportUs = 5'000'000;
constexpr std::int64_t kStaleUs = 1'000'000;  // an answer older than this counts as stale

bool end_with(World& w, std::uint32_t task, Outcome outcome, CauseMask cause) {
  w.tasks[task].cause |= cause;
  end_task(w, task, outcome);
  return false;
}

bool admit_write(World& w, std::uint32_t task) {
  const std::uint16_t i = w.tasks[task].instance;
  const std::uint16_t service = w.service_of(i);
  const DatabaseParameters& p = w.database_parameters[service];
  const CauseMask cause = w.cause(PartKind::kDatabase, service);
  if (p.read_only != 0 || !takes_writes(w, i))
    return end_with(w, task, Outcome::kReadOnly, cause | w.services[service].down_cause);
  if (w.databases[service].is_full != 0) return end_with(w, task, Outcome::kDiskFull, cause);
  return true;
}

// What a customer wrote is not there yet, or no more.
bool admit_read(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const std::uint16_t service = w.service_of(t.instance);
  DatabaseState& d = w.databases[service];
  const OperationParameters& p = w.operation_parameters[t.operation];
  const std::int64_t lag = replay_lag_us(w, t.instance);
  if (lag > kStaleUs) ++d.stale_reads;
  if (p.fresh_permille == 0 || !draw_permille(t.stream, p.fresh_permille)) return true;
  const CauseMask cause = w.cause(PartKind::kDatabase, service) | w.cause(PartKind::kInstance, t.instance);
  if (d.lost_unseen > 0) {
    --d.lost_unseen;
    return end_with(w, task, Outcome::kNotFound, cause | w.services[service].down_cause);
  }
  if (lag <= 0) return true;
  const std::int64_t age = to_microseconds(draw_exponential(t.stream) * static_cast<double>(p.fresh_age_us));
  if (lag <= age) return true;
  return end_with(w, task, Outcome::kStale, cause | w.cause(PartKind::kOperation, t.operation));
}

// The write waits for the disk, and for a replica when it has to. False: it has begun to wait.
bool reach_disk(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const std::uint16_t service = w.service_of(t.instance);
  const DatabaseParameters& p = w.database_parameters[service];
  std::int64_t wait = commit_cost_us(w, service);
  if (p.synchronous != 0 && w.compiled->services[service].replicated) {
    if (!has_streaming_replica(w, service)) {
      // Nobody acknowledges: it hangs, as a synchronous commit does, and looks again.
      t.cause |= w.cause(PartKind::kDatabase, service) | w.services[service].down_cause;
      w.schedule(w.now + kStoreTickUs / 2, EventKind::kGoOn, w.tasks.handle(task));
      return false;
    }
    wait += p.ship_us;
  }
  t.commit = 1;
  if (wait <= 0) return true;
  t.cause |= w.cause(PartKind::kDatabase, service);
  w.schedule(w.now + wait, EventKind::kGoOn, w.tasks.handle(task));
  return false;
}

// The application has its answer and forgets to end the transaction.
bool linger(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const OperationParameters& p = w.operation_parameters[t.operation];
  if (p.left_open_permille == 0 || t.lingering != 0 || t.trace == kNone) return false;
  if (!draw_permille(t.stream, p.left_open_permille)) return false;
  t.lingering = 1;
  t.cause |= w.cause(PartKind::kOperation, t.operation);
  const Handle call = t.call;
  if (w.calls.current(call)) {
    t.call = {};
    t.orphan = 1;
    ++w.traces[t.trace].references;
    w.calls[call.slot].server = {};
    answer(w, call.slot, Outcome::kOk, t.cause);
  }
  w.schedule(w.now + p.left_open_us, EventKind::kGoOn, w.tasks.handle(task));
  return true;
}

}  // namespace

bool admit_statement(World& w, std::uint32_t task) {
  const Task& t = w.tasks[task];
  const std::uint16_t service = w.service_of(t.instance);
  if (!w.compiled->services[service].store || t.trace == kNone) return true;
  const InstanceParameters& own = w.instance_parameters[t.instance];
  if (own.corrupt_permille > 0 && draw_permille(w.tasks[task].stream, own.corrupt_permille)) {
    DatabaseState& d = w.databases[service];
    const CauseMask cause = w.cause(PartKind::kInstance, t.instance);
    if (w.now - d.reported_page >= kReportUs) {
      d.reported_page = w.now;
      report_part(w, PartEvent::kPageInvalid, service, t.instance, t.instance, cause,
                  static_cast<std::int64_t>(t.stream % 90'000));
    }
    return end_with(w, task, Outcome::kError, cause);
  }
  return w.compiled->operations[t.operation].writes ? admit_write(w, task) : admit_read(w, task);
}

bool conclude_statement(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const std::uint16_t service = w.service_of(t.instance);
  if (w.compiled->services[service].store && w.compiled->services[service].database && t.trace != kNone &&
      w.compiled->operations[t.operation].writes && t.commit < 2) {
    if (t.commit == 0 && !reach_disk(w, task)) return false;
    w.tasks[task].commit = 2;
    log_write(w, w.tasks[task].instance);
  }
  return !linger(w, task);
}

bool is_left_open(const World& w, std::uint32_t task, std::uint16_t service, std::int64_t older_than_us) {
  if (!w.tasks.live(task)) return false;
  const Task& t = w.tasks[task];
  return t.lingering != 0 && w.service_of(t.instance) == service && w.now - t.started > older_than_us;
}

}  // namespace incident::sim
