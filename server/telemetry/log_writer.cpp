#include "telemetry/log_writer.h"

#include <algorithm>
#include <limits>

#include "telemetry/limits.h"
#include "telemetry/part_lines.h"

namespace incident::telemetry {
namespace {

using sim::Outcome;
using sim::PartEvent;

constexpr std::int32_t kTellEverySeconds = 10;
constexpr std::int64_t kSlowRequestUs = 1'000'000;
constexpr std::int64_t kLockWaitUs = 1'000'000;   // PostgreSQL's deadlock_timeout
constexpr std::int64_t kRoutineUs = 300'000'000;  // checkpoint_timeout

std::uint32_t word(std::int64_t value) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::uint32_t>::max()));
}

LogRecord line(LogTemplate what, Level level, SimTime at, std::uint64_t trace, sim::CauseMask cause,
               std::array<std::uint32_t, 4> args) {
  LogRecord record;
  record.at = at;
  record.trace = trace;
  record.cause = cause;
  record.what = what;
  record.level = level;
  record.args = args;
  return record;
}

}  // namespace

LogWriter::LogWriter(std::shared_ptr<const Layout> layout, LogSettings settings)
    : layout_(std::move(layout)),
      settings_(settings),
      pods_(layout_->slots()),
      limits_(layout_->slots() * kLogTemplates) {}

bool LogWriter::admit(std::size_t slot, const LogRecord& record) {
  const auto second = static_cast<std::int32_t>(record.at.us / 1'000'000);
  Pod& pod = pods_[slot];
  if (pod.second != second) {
    pod.second = second;
    pod.lines = 0;
  }
  Limit& limit = limits_[slot * kLogTemplates + static_cast<std::size_t>(record.what)];
  if (limit.second != second) {
    limit.second = second;
    limit.lines = 0;
    if (limit.told < 0) limit.told = second;
  }
  if (limit.lines >= limits::kLinesPerTemplate || pod.lines >= limits::kLinesPerPod) {
    if (record.level != Level::kInfo) ++limit.suppressed;  // routine lines are a sample anyway
    return false;
  }
  ++limit.lines;
  ++pod.lines;
  if (limit.suppressed > 0 && second - limit.told >= kTellEverySeconds) {
    LogRecord told = record;
    told.what = LogTemplate::kSuppressed;
    told.trace = 0;
    told.args = {limit.suppressed, static_cast<std::uint32_t>(record.what), 0, 0};
    logs_->add(told);
    limit.suppressed = 0;
    limit.told = second;
  }
  return true;
}

void LogWriter::write(std::size_t slot, LogRecord record, bool limited) {
  const Pod& pod = pods_[slot];
  if (pod.pod == kNoPod) return;
  record.pod = pod.pod;
  record.service = layout_->service_of(slot);
  if (limited && !admit(slot, record)) return;
  logs_->add(record);
  if (record.level != Level::kInfo) traces_->logged(record.trace);
}

bool LogWriter::sampled(std::uint64_t trace, std::uint32_t permille) const {
  // The same draw that keeps healthy traces, so that a routine line's trace is likely there to be opened.
  return layout_->names().draw(kDrawKeep, trace) % 1000 < permille;
}

void LogWriter::on_call(const sim::Simulation& sim, const sim::CallRecord& r) {
  if (!r.caller.valid() || r.outcome == Outcome::kOk || r.outcome == Outcome::kCancelled) return;
  const std::size_t slot = r.caller.index();
  if (pods_[slot].pod == kNoPod) return;
  const std::uint32_t edge = r.edge.value, outcome = static_cast<std::uint32_t>(r.outcome);
  const std::uint32_t took = word((r.end - r.start).us);
  const sim::EdgeSpec& spec = layout_->names().model().edges[r.edge.index()];
  if (r.outcome == Outcome::kPoolTimeout && spec.pool.valid()) {
    const sim::PoolView pool = sim.pool(spec.pool, r.caller);
    write(slot,
          line(LogTemplate::kPoolTimeout, Level::kError, r.end, r.trace, r.cause,
               {spec.pool.value, word(r.pool_wait.us), pool.in_use, pool.waiting}),
          true);
  }
  if (!r.last) {
    write(slot,
          line(LogTemplate::kAttemptFailed, Level::kWarn, r.end, r.trace, r.cause,
               {edge, outcome, r.attempt, took}),
          true);
  } else if (r.attempt > 1) {
    write(slot,
          line(LogTemplate::kRetriesExhausted, Level::kError, r.end, r.trace, r.cause,
               {edge, outcome, r.attempt, took}),
          true);
  } else {
    const bool refused_here = r.outcome == Outcome::kCircuitOpen;
    const std::uint32_t timeout = r.outcome == Outcome::kTimeout ? took : 0;
    write(slot,
          line(LogTemplate::kCallFailed, refused_here ? Level::kWarn : Level::kError, r.end, r.trace, r.cause,
               {edge, outcome, took, timeout}),
          true);
  }
}

void LogWriter::on_task(const sim::Simulation& sim, const sim::TaskRecord& r) {
  const std::size_t slot = r.instance.index();
  if (pods_[slot].pod == kNoPod || r.trace == 0) return;
  if (r.outcome == Outcome::kConnectionRefused || r.outcome == Outcome::kTooManyConnections) return;
  ++pods_[slot].tasks;
  const auto kind = layout_->names().service(layout_->service_of(slot)).kind;
  if (kind == sim::ServiceKind::kApplication || kind == sim::ServiceKind::kBroker) {
    request(sim, slot, r);
  } else {
    statement(slot, r);
    routine(sim, slot, r.end);
  }
}

void LogWriter::request(const sim::Simulation& sim, std::size_t slot, const sim::TaskRecord& r) {
  const std::uint32_t operation = r.operation.value, took = word((r.end - r.arrived).us);
  const std::uint32_t outcome = static_cast<std::uint32_t>(r.outcome);
  const ServiceNames& names = layout_->names().service(layout_->service_of(slot));
  const bool proxy = names.style == LogStyle::kNginx || names.style == LogStyle::kEnvoy;
  const auto say = [&](LogTemplate what, Level level, std::array<std::uint32_t, 4> args) {
    write(slot, line(what, level, r.end, r.trace, r.cause, args), true);
  };
  switch (r.outcome) {
    case Outcome::kOk:
      if (proxy || names.edge) {
        if (sampled(r.trace, settings_.access_permille))
          say(LogTemplate::kAccess, Level::kInfo, {operation, took, outcome});
      } else if (sampled(r.trace, settings_.access_permille / 4)) {
        say(LogTemplate::kTaskDone, Level::kInfo, {operation, took});
      }
      if (!proxy && took >= kSlowRequestUs) {
        say(LogTemplate::kTaskSlow, Level::kWarn, {operation, took, word((r.started - r.arrived).us)});
      }
      return;
    case Outcome::kQueueFull:
      return say(LogTemplate::kQueueFull, Level::kWarn, {operation, sim.instance(r.instance).queued});
    case Outcome::kShed:
      return say(LogTemplate::kShed, Level::kWarn, {operation});
    case Outcome::kRateLimited:
      return say(LogTemplate::kRateLimited, Level::kWarn, {operation});
    case Outcome::kCancelled:
      return;
    default:
      return say(proxy ? LogTemplate::kAccess : LogTemplate::kTaskFailed, Level::kError,
                 {operation, took, outcome});
  }
}

void LogWriter::statement(std::size_t slot, const sim::TaskRecord& r) {
  const std::uint32_t operation = r.operation.value;
  const auto number = static_cast<std::uint32_t>(700'000 + r.span % 90'000'000);
  const auto say = [&](LogTemplate what, Level level, std::array<std::uint32_t, 4> args) {
    write(slot, line(what, level, r.end, r.trace, r.cause, args), true);
  };
  if (r.outcome == Outcome::kLockTimeout) {
    return say(LogTemplate::kLockTimeout, Level::kError, {operation, word(r.lock_wait.us), number});
  }
  if (r.outcome != Outcome::kOk && r.outcome != Outcome::kConnectionReset) {
    return say(LogTemplate::kStatementFailed, Level::kError,
               {operation, static_cast<std::uint32_t>(r.outcome)});
  }
  if (r.lock_wait.us >= kLockWaitUs) {
    say(LogTemplate::kLockWait, Level::kWarn, {operation, word(r.lock_wait.us), number});
  }
  const std::int64_t took = (r.end - r.started).us;
  if (took >= settings_.slow_statement.us)
    say(LogTemplate::kSlowStatement, Level::kWarn, {operation, word(took)});
}

// What a store tells of its own housekeeping every few minutes.
void LogWriter::routine(const sim::Simulation& sim, std::size_t slot, SimTime at) {
  Pod& pod = pods_[slot];
  if (at.us < pod.next_routine) return;
  const bool first = pod.next_routine == 0;
  pod.next_routine = (at.us / kRoutineUs + 1) * kRoutineUs + static_cast<std::int64_t>(slot % 60) * 1'000'000;
  const sim::ServiceId service = layout_->service_of(slot);
  if (!first) {
    if (layout_->names().service(service).kind == sim::ServiceKind::kDatabase) {
      write(slot,
            line(LogTemplate::kCheckpoint, Level::kInfo, at, 0, 0,
                 {pod.tasks / 8 + 1, word(static_cast<std::int64_t>(pod.tasks) * 7)}),
            false);
    } else {
      std::uint64_t entries = 0;
      const auto& caches = layout_->names().model().caches;
      for (std::size_t c = 0; c < caches.size(); ++c) {
        if (caches[c].service == service) entries += sim.cache(sim::CacheId(c)).entries;
      }
      write(slot,
            line(LogTemplate::kCacheSave, Level::kInfo, at, 0, 0, {word(static_cast<std::int64_t>(entries))}),
            false);
    }
  }
  pod.tasks = 0;
}

// Whose line it is: the instance's, or else that of the first pod of the service.
std::optional<std::size_t> LogWriter::writer_of(const sim::Simulation& sim, const sim::PartRecord& r) const {
  if (r.instance.valid()) return r.instance.index();
  if (!r.service.valid()) return std::nullopt;
  for (const sim::InstanceId id : sim.instances_of(r.service)) {
    if (pods_[id.index()].pod != kNoPod) return id.index();
  }
  return std::nullopt;
}

void LogWriter::on_part(const sim::Simulation& sim, const sim::PartRecord& r) {
  const auto say = [&](std::size_t slot, LogTemplate what, Level level, std::array<std::uint32_t, 4> args,
                       bool limited = false) {
    write(slot, line(what, level, r.at, 0, r.cause, args), limited);
  };
  if (r.event == PartEvent::kCachePurged) {
    for (const sim::InstanceId id : sim.instances_of(r.service)) {
      say(id.index(), LogTemplate::kCachePurged, Level::kInfo, {r.other});
    }
    return;
  }
  if (const PartLine* told = find_part_line(r.event)) {
    const std::optional<std::size_t> slot = writer_of(sim, r);
    const auto value = static_cast<std::uint64_t>(r.value);
    if (slot)
      say(*slot, LogTemplate::kPart, told->level,
          {static_cast<std::uint32_t>(r.event), r.other, static_cast<std::uint32_t>(value),
           static_cast<std::uint32_t>(value >> 32)},
          true);
    return;
  }
  if (!r.instance.valid()) return;
  const std::size_t slot = r.instance.index();
  const sim::InstanceView view = sim.instance(r.instance);
  const std::uint32_t busy = view.busy_workers + view.queued;
  switch (r.event) {
    case PartEvent::kInstanceStarting:
      return say(slot, LogTemplate::kStarting, Level::kInfo, {view.revision.value, view.restarts});
    case PartEvent::kInstanceReady:
      return say(slot, LogTemplate::kReady, Level::kInfo,
                 {view.revision.value, word((r.at - view.started).milliseconds())});
    case PartEvent::kInstanceDraining:
      return say(slot, LogTemplate::kDraining, Level::kInfo, {busy});
    case PartEvent::kInstanceStopped:
      return say(slot, LogTemplate::kStopped, Level::kInfo, {});
    case PartEvent::kInstanceKilled:
      return say(slot, LogTemplate::kKilled, Level::kError, {busy});
    case PartEvent::kProbeFailed: {
      const bool listening =
          view.state == sim::InstanceState::kReady || view.state == sim::InstanceState::kDraining;
      const Outcome outcome = listening ? Outcome::kTimeout : Outcome::kConnectionRefused;
      return say(slot, LogTemplate::kProbeFailed, Level::kWarn, {0, 0, static_cast<std::uint32_t>(outcome)},
                 true);
    }
    case PartEvent::kInstanceUnhealthy:
      return say(slot, LogTemplate::kUnhealthy, Level::kWarn, {});
    case PartEvent::kInstanceHealthy:
      return say(slot, LogTemplate::kHealthy, Level::kInfo, {});
    case PartEvent::kLivenessRestart:
      return say(slot, LogTemplate::kLivenessRestart, Level::kError, {view.restarts + 1});
    case PartEvent::kBreakerOpened:
      return say(slot, LogTemplate::kBreakerOpened, Level::kWarn, {r.other}, true);
    case PartEvent::kBreakerHalfOpen:
      return say(slot, LogTemplate::kBreakerHalfOpen, Level::kInfo, {r.other}, true);
    case PartEvent::kBreakerClosed:
      return say(slot, LogTemplate::kBreakerClosed, Level::kInfo, {r.other}, true);
    case PartEvent::kPoolExhausted: {
      const sim::PoolView pool = sim.pool(sim::PoolId(std::size_t{r.other}), r.instance);
      return say(slot, LogTemplate::kPoolExhausted, Level::kWarn, {r.other, pool.size, pool.waiting + 1},
                 true);
    }
    case PartEvent::kConnectionsExhausted:
      return say(slot, LogTemplate::kTooManyConnections, Level::kError, {view.connections}, true);
    default:
      return;
  }
}

void LogWriter::on_change(const sim::Simulation& sim, const sim::ChangeRecord& r, sim::CauseMask cause) {
  const sim::ChangeView change = sim.change(r.change);
  if (!change.visible || !change.service.valid()) return;
  LogTemplate what = LogTemplate::kConfigReloaded;
  if (change.kind == sim::ChangeKind::kFlag) {
    what = LogTemplate::kFlagChanged;
  } else if (change.kind != sim::ChangeKind::kConfig) {
    return;
  }
  for (const sim::InstanceId id : sim.instances_of(change.service)) {
    if (sim.instance(id).state != sim::InstanceState::kReady) continue;
    write(id.index(), line(what, Level::kInfo, r.at, 0, cause, {r.change.value}), false);
  }
}

std::size_t LogWriter::memory_bytes() const {
  return pods_.capacity() * sizeof(Pod) + limits_.capacity() * sizeof(Limit);
}

}  // namespace incident::telemetry
