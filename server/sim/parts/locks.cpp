#include "sim/parts/locks.h"

#include <algorithm>
#include <array>

#include "sim/parts/instance.h"
#include "sim/parts/steps.h"

namespace incident::sim {
namespace {

std::uint16_t set_of(const World& w, std::uint32_t row) {
  const auto& first = w.compiled->first_row;
  return static_cast<std::uint16_t>(std::upper_bound(first.begin(), first.end(), row) - first.begin() - 1);
}

void hold(World& w, std::uint32_t task, std::uint32_t row) {
  w.rows[row].holder = task;
  w.rows[row].next_held = w.tasks[task].held_rows;
  w.tasks[task].held_rows = row;
}

void stop_waiting(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  LockSetState& set = w.lock_sets[set_of(w, t.wanted_row)];
  w.rows[t.wanted_row].waiting.remove(w.tasks, task);
  if (t.deadline > 0) set.deadlines.remove(w.tasks, task);
  --set.waiting;
  t.deadline = 0;
  t.lock_wait += w.now;
  t.wanted_row = kNone;
  t.state = TaskState::kRunning;
}

constexpr std::size_t kRowsMax = 16;  // that are locked together

// Takes the row, or waits for it.
bool take(World& w, std::uint32_t task, std::uint16_t lock_set, std::uint32_t row) {
  Task& t = w.tasks[task];
  Row& wanted = w.rows[row];
  if (wanted.holder == task) return true;
  if (wanted.holder == kNone) {
    hold(w, task, row);
    return true;
  }
  // A queue takes on the causes of what it stands behind.
  t.cause |= w.tasks[wanted.holder].cause;
  t.state = TaskState::kLocking;
  t.wanted_row = row;
  t.lock_wait -= w.now;
  wanted.waiting.push(w.tasks, task);
  LockSetState& set = w.lock_sets[lock_set];
  ++set.waiting;
  const std::int64_t patience = w.database_parameters[w.service_of(t.instance)].lock_timeout_us;
  if (patience > 0) {
    t.deadline = w.now + patience;
    set.deadlines.insert(w.tasks, task);
    w.arm_by(w.compiled->timer_lock + lock_set, t.deadline);
  }
  const std::int64_t look = w.database_parameters[w.service_of(t.instance)].deadlock_timeout_us;
  if (look > 0) w.schedule(w.now + look, EventKind::kLockCheck, w.tasks.handle(task));
  return false;
}

}  // namespace

bool lock_row(World& w, std::uint32_t task, std::uint16_t lock_set) {
  const std::uint32_t drawn = w.compiled->lock_rows[lock_set].draw(w.tasks[task].stream);
  return take(w, task, lock_set, w.compiled->first_row[lock_set] + drawn);
}

// All rows are drawn at each of the steps, from a copy of the stream, so that no place has to hold them; the
// last step moves the stream on.
bool lock_one(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const CompiledStep* step = &w.compiled->steps[w.compiled->operations[t.operation].first + t.step];
  const std::size_t nth = step->nth, of = std::min<std::size_t>(step->table, kRowsMax);
  struct Wanted {
    std::uint32_t row;
    std::uint16_t set;
  };
  std::array<Wanted, kRowsMax> rows{};
  std::uint64_t stream = t.stream;
  for (std::size_t i = 0; i < of; ++i) {
    const std::uint16_t set = (step - nth + i)->lock_set;
    rows[i] = {w.compiled->first_row[set] + w.compiled->lock_rows[set].draw(stream), set};
  }
  if (w.operation_parameters[t.operation].unordered_locks == 0) {
    std::sort(rows.begin(), rows.begin() + of,
              [](const Wanted& a, const Wanted& b) { return a.row < b.row; });
  } else {
    t.cause |= w.cause(PartKind::kOperation, t.operation);
  }
  if (nth + 1 >= of) t.stream = stream;
  return nth >= of || take(w, task, rows[nth].set, rows[nth].row);
}

void look_for_deadlock(World& w, std::uint32_t task) {
  if (w.tasks[task].state != TaskState::kLocking) return;
  // Each task waits for one row and each row has one holder: a circle is found by following them.
  CauseMask causes = 0;
  std::uint32_t at = task;
  for (std::uint32_t steps = 0; steps <= w.tasks.in_use(); ++steps) {
    causes |= w.tasks[at].cause;
    at = w.rows[w.tasks[at].wanted_row].holder;
    if (at == kNone) return;
    if (at == task) {
      Task& t = w.tasks[task];
      t.cause |= causes;
      ++w.databases[w.service_of(t.instance)].deadlocks;
      return end_task(w, task, Outcome::kDeadlock);
    }
    if (w.tasks[at].state != TaskState::kLocking) return;
  }
}

void release_rows(World& w, std::uint32_t task) {
  if (w.tasks[task].state == TaskState::kLocking) stop_waiting(w, task);
  std::uint32_t row = w.tasks[task].held_rows;
  w.tasks[task].held_rows = kNone;
  while (row != kNone) {
    const std::uint32_t next_row = w.rows[row].next_held;
    w.rows[row].holder = w.rows[row].next_held = kNone;
    if (!w.rows[row].waiting.empty()) {
      const std::uint32_t next = w.rows[row].waiting.head;
      stop_waiting(w, next);
      w.tasks[next].cause |= w.tasks[task].cause;
      hold(w, next, row);
      // By an event, so that a long queue cannot nest. A resumed task goes to the step after its lock.
      const Task& granted = w.tasks[next];
      const CompiledStep& step =
          w.compiled->steps[w.compiled->operations[granted.operation].first + granted.step];
      w.schedule(w.now + (step.kind == StepKind::kLockOne ? step.amount : 0), EventKind::kResume,
                 w.tasks.handle(next));
    }
    row = next_row;
  }
}

bool on_lock_timer(World& w, std::uint32_t id) {
  LockSetState& set = w.lock_sets[id];
  bool expired = false;
  while (!set.deadlines.empty() && w.tasks[set.deadlines.head].deadline <= w.now) {
    expired = true;
    const std::uint32_t task = set.deadlines.head;
    Task& t = w.tasks[task];
    t.cause |= w.cause(PartKind::kDatabase, w.service_of(t.instance));
    const std::uint32_t holder = w.rows[t.wanted_row].holder;
    if (holder != kNone) t.cause |= w.tasks[holder].cause;
    end_task(w, task, Outcome::kLockTimeout);
  }
  if (!set.deadlines.empty()) w.arm(w.compiled->timer_lock + id, w.tasks[set.deadlines.head].deadline);
  return expired;
}

}  // namespace incident::sim
