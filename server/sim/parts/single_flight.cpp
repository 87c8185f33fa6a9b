#include "sim/parts/single_flight.h"

#include <utility>

#include "sim/parts/guards.h"

namespace incident::sim {
namespace {

std::uint32_t new_flight(World& w, std::uint16_t instance) {
  if (w.free_flight == kNone) {
    w.free_flight = static_cast<std::uint32_t>(w.flights.size());
    w.flights.emplace_back();
  }
  const std::uint32_t at = w.free_flight;
  w.free_flight = w.flights[at].next;
  w.flights[at] = {};
  w.flights[at].next = w.flight_heads[instance];
  w.flight_heads[instance] = at;
  return at;
}

// Everybody who waits for it goes on.
void land(World& w, std::uint32_t at, FlightWait how, CauseMask cause) {
  Flight& flight = w.flights[at];
  while (!flight.waiting.empty()) {
    const std::uint32_t task = flight.waiting.pop(w.tasks);
    w.tasks[task].cause |= cause;
    guard_of(w, task).flight = how;
    w.schedule(w.now, EventKind::kResume, w.tasks.handle(task));
  }
}

// Ends the flights of a leader that end before `step`; all of them when it is past every step.
void end_flights(World& w, std::uint32_t task, std::uint32_t step, FlightWait how) {
  const Task& t = w.tasks[task];
  std::uint32_t* link = &w.flight_heads[t.instance];
  while (*link != kNone) {
    const std::uint32_t at = *link;
    Flight& flight = w.flights[at];
    if (!(flight.leader == w.tasks.handle(task)) || flight.end >= step) {
      link = &flight.next;
      continue;
    }
    land(w, at, how, t.cause);
    *link = flight.next;
    flight = {};
    flight.next = w.free_flight;
    w.free_flight = at;
    --guard_of(w, task).leads;
  }
}

}  // namespace

bool join_flight(World& w, std::uint32_t task, std::uint16_t cache, std::uint16_t count) {
  Task& t = w.tasks[task];
  RequestGuard& guard = guard_of(w, task);
  for (std::uint32_t at = w.flight_heads[t.instance]; at != kNone; at = w.flights[at].next) {
    Flight& flight = w.flights[at];
    if (flight.cache != cache || flight.key != t.key) continue;
    if (guard.leads != 0) return false;
    guard.flight = FlightWait::kWaiting;
    flight.waiting.push(w.tasks, task);
    return true;
  }
  Flight& flight = w.flights[new_flight(w, t.instance)];
  flight.leader = w.tasks.handle(task);
  flight.cache = cache;
  flight.key = t.key;
  flight.end = static_cast<std::uint16_t>(t.step + count);
  ++guard.leads;
  return false;
}

void land_flights(World& w, std::uint32_t task) {
  const RequestGuard* guard = find_guard(w, task);
  if (guard == nullptr || guard->leads == 0) return;
  end_flights(w, task, w.tasks[task].step, FlightWait::kLanded);
}

FlightWait wake(World& w, std::uint32_t task) {
  if (find_guard(w, task) == nullptr) return FlightWait::kNone;
  RequestGuard& guard = guard_of(w, task);
  return std::exchange(guard.flight, FlightWait::kNone);
}

void leave_flights(World& w, std::uint32_t task, Outcome outcome) {
  const RequestGuard* guard = find_guard(w, task);
  if (guard == nullptr) return;
  if (guard->leads != 0)
    end_flights(w, task, UINT32_MAX, outcome == Outcome::kOk ? FlightWait::kLanded : FlightWait::kFailed);
  if (guard->flight != FlightWait::kWaiting) return;
  const Task& t = w.tasks[task];
  for (std::uint32_t at = w.flight_heads[t.instance]; at != kNone; at = w.flights[at].next) {
    Flight& flight = w.flights[at];
    for (std::uint32_t waits = flight.waiting.head; waits != kNone; waits = w.tasks[waits].link_next) {
      if (waits != task) continue;
      flight.waiting.remove(w.tasks, task);
      return;
    }
  }
}

}  // namespace incident::sim
