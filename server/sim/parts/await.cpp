#include "sim/parts/await.h"

#include "sim/parts/instance.h"
#include "sim/parts/steps.h"

namespace incident::sim {
namespace {

// It ended as a request of the customer, from the append until now or until it was handled.
void end_wait(World& w, std::uint32_t user, Outcome outcome, std::int64_t end, CauseMask cause) {
  const AwaitState& a = w.awaiting[user];
  const Task& t = w.tasks[user];
  ++w.requests_ended;
  UserTotals& totals = w.journeys[t.journey].totals;
  ++(outcome != Outcome::kOk ? totals.failed : totals.ok);
  const std::uint64_t number = ++w.next_trace;
  if (w.observer == nullptr) return;
  const CompiledStep& step = w.compiled->steps[w.compiled->operations[t.operation].first + t.step];
  w.observer->on_user({number, JourneyId(t.journey), EdgeId(step.edge), outcome, false, SimTime{a.published},
                       SimTime{end}, cause | t.inherited});
  w.observer->on_trace_end(number);
}

}  // namespace

void remember_user(World& w, std::uint32_t trace, std::uint32_t user) {
  if (w.trace_users.size() <= trace) w.trace_users.resize(w.traces.slots());
  w.trace_users[trace] = w.tasks.handle(user);
}

void carry_user(World& w, std::uint32_t trace, Handle user) {
  if (!w.compiled->awaits) return;
  if (w.trace_users.size() <= trace) w.trace_users.resize(w.traces.slots());
  w.trace_users[trace] = user;
}

void expect_message(World& w, const Task& t, std::uint16_t topic, Message& message) {
  if (!w.compiled->awaits || t.trace == kNone || t.trace >= w.trace_users.size()) return;
  const Handle user = w.trace_users[t.trace];
  if (!w.tasks.current(user)) return;
  message.user = user;  // so that what handles it can pass it on
  const std::uint16_t group = w.compiled->awaited[topic];
  if (group == kNone16) return;
  if (w.awaiting.size() <= user.slot) w.awaiting.resize(w.tasks.slots());
  AwaitState& a = w.awaiting[user.slot];
  if (a.waiting != 0 && a.generation == user.generation) return;  // for one made before
  a = {};
  a.published = w.now;
  a.generation = user.generation;
  w.next_ticket += 2;
  a.ticket = message.ticket = w.next_ticket;
  a.group = group;
}

void message_handled(World& w, const Message& message, std::uint16_t group, CauseMask cause) {
  const Handle user = message.user;
  if (!w.tasks.current(user) || user.slot >= w.awaiting.size()) return;
  AwaitState& a = w.awaiting[user.slot];
  const bool same = a.generation == user.generation && a.ticket == (message.ticket & ~1U);
  if (!same || a.group != group || a.handled >= 0) return;
  a.handled = w.now;
  a.cause = cause;
  if (a.waiting == 0) return;
  a.waiting = 0;
  end_wait(w, user.slot, Outcome::kOk, w.now, cause);
  a.published = -1;
  w.schedule(w.now, EventKind::kResume, user);
}

bool await_message(World& w, std::uint32_t user) {
  if (user >= w.awaiting.size()) return true;
  AwaitState& a = w.awaiting[user];
  const Task& t = w.tasks[user];
  const CompiledStep& step = w.compiled->steps[w.compiled->operations[t.operation].first + t.step];
  if (a.published < 0 || a.generation != t.generation || a.group != step.part) return true;
  ++w.requests_begun;
  if (a.handled >= 0 || w.now - a.published >= step.amount) {
    const bool in_time = a.handled >= 0 && a.handled - a.published <= step.amount;
    end_wait(w, user, in_time ? Outcome::kOk : Outcome::kTimeout, a.handled >= 0 ? a.handled : w.now,
             a.cause);
    a.published = -1;
    return true;
  }
  a.waiting = 1;
  a.deadline = a.published + step.amount;
  w.schedule(a.deadline, EventKind::kAwaitOver, w.tasks.handle(user));
  return false;
}

bool await_over(World& w, std::uint32_t user) {
  AwaitState& a = w.awaiting[user];
  if (a.waiting == 0 || a.generation != w.tasks[user].generation || w.now < a.deadline) return false;
  a.waiting = 0;
  // It is due to whatever holds up the group.
  const CompiledGroup& group = w.compiled->groups[a.group];
  const CompiledTopic& topic = w.compiled->topics[group.topic];
  CauseMask cause = w.cause(PartKind::kGroup, a.group) | w.cause(PartKind::kTopic, group.topic) |
                    w.services[group.service].down_cause | w.services[topic.broker].down_cause;
  for (std::uint32_t p = 0; p < w.topics[group.topic].partitions; ++p)
    cause |= w.readers[group.first_reader + p].tint;
  end_wait(w, user, Outcome::kTimeout, w.now, cause);
  a.published = -1;
  resume(w, user);
  return true;
}

std::uint64_t awaits_open(const World& w) {
  std::uint64_t open = 0;
  for (std::uint32_t slot = 0; slot < w.awaiting.size(); ++slot) {
    const AwaitState& a = w.awaiting[slot];
    open += a.waiting != 0 && w.tasks.live(slot) && w.tasks[slot].generation == a.generation ? 1U : 0U;
  }
  return open;
}

}  // namespace incident::sim
