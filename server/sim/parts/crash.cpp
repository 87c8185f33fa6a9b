#include "sim/parts/crash.h"

#include "sim/engine/draw.h"
#include "sim/parts/instance.h"
#include "sim/parts/orchestrator.h"

namespace incident::sim {

bool crashes(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const Instance& instance = w.instances[t.instance];
  const std::int64_t of_revision = w.revision_parameters[instance.revision].crash_permille;
  const std::int64_t of_operation = w.operation_parameters[t.operation].crash_permille;
  if (of_revision == 0 && of_operation == 0) return false;
  if (of_revision > 0 && draw_permille(t.stream, of_revision)) {
    t.cause |= w.cause(PartKind::kRevision, instance.revision);
  } else if (of_operation > 0 && draw_permille(t.stream, of_operation)) {
    t.cause |= w.cause(PartKind::kOperation, t.operation);
  } else {
    return false;
  }
  if (instance.state != InstanceState::kReady) {
    end_task(w, task, Outcome::kError);  // it is leaving anyway
    return true;
  }
  w.instances[t.instance].tint |= t.cause;
  w.schedule(w.now, EventKind::kCrash, {t.instance, instance.epoch});
  return true;
}

bool crash(World& w, std::uint16_t i, std::uint32_t epoch) {
  const Instance& instance = w.instances[i];
  if (instance.epoch != epoch || instance.state == InstanceState::kAbsent) return false;
  report_part(w, PartEvent::kProcessCrashed, w.service_of(i), i, 0, instance.tint);
  if (w.compiled->managed) {
    restart_later(w, i);  // with its back-off
  } else {
    restart_in_place(w, i);
  }
  return true;
}

}  // namespace incident::sim
