#include "sim/parts/consumers.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/await.h"
#include "sim/parts/broker.h"
#include "sim/parts/instance.h"

namespace incident::sim {
namespace {

constexpr std::uint8_t kOut = 0, kIn = 1, kPutOut = 2;  // MemberState::in
constexpr std::int64_t kFetchAgainUs = 500'000;         // while a partition has no leader

struct Place {  // of a reader
  std::uint16_t group, topic;
  std::uint32_t in_topic, partition;
};

Place place_of(const World& w, std::uint32_t reader) {
  const auto& groups = w.compiled->groups;
  std::uint16_t g = 0;
  while (g + 1U < groups.size() && groups[g + 1U].first_reader <= reader) ++g;
  const std::uint32_t in_topic = reader - groups[g].first_reader;
  return {g, groups[g].topic, in_topic, w.compiled->topics[groups[g].topic].first_partition + in_topic};
}

std::uint16_t broker_of(const World& w, std::uint16_t group) {
  return w.compiled->topics[w.compiled->groups[group].topic].broker;
}

CauseMask causes_of_group(const World& w, std::uint16_t group) {
  return w.cause(PartKind::kGroup, group) | w.services[w.compiled->groups[group].service].down_cause;
}

void commit(World& w, const Place& at, ReaderState& r) {
  r.committed = r.position;
  r.in_batch = 0;
  r.batch_began = -1;
  trim(w, at.topic, at.in_topic);
}

void arm_reader(World& w, std::uint32_t reader, std::int64_t after) {
  w.arm(w.compiled->timer_reader + reader, w.now + after);
}

// One message further, handled or not.
void advance(World& w, const Place& at, ReaderState& r) {
  ++r.position;
  ++r.in_batch;
  r.attempts = 0;
  r.handled_at = w.now;
  if (r.in_batch >= w.group_parameters[at.group].poll_records) commit(w, at, r);
}

void give_up(World& w, const Place& at, ReaderState& r, CauseMask cause) {
  const std::uint16_t service = w.compiled->groups[at.group].service;
  const std::uint16_t letters = w.compiled->groups[at.group].dead_letters;
  ++w.groups[at.group].skipped;
  Message message;
  const bool held = r.position >= w.partitions[at.partition].start;
  if (held) message = message_at(w, at.partition, r.position);
  const std::uint16_t owner = r.owner;
  advance(w, at, r);
  report_part(w, letters != kNone16 ? PartEvent::kDeadLettered : PartEvent::kMessageSkipped, service, owner,
              at.group, cause, at.in_topic);
  if (letters != kNone16 && held) put(w, letters, message);
}

void deliver(World& w, std::uint32_t reader) {
  const Place at = place_of(w, reader);
  const CompiledGroup& group = w.compiled->groups[at.group];
  const GroupParameters& p = w.group_parameters[at.group];
  ReaderState& r = w.readers[reader];
  if (w.groups[at.group].stable_at >= 0 || p.paused != 0 || r.owner == kNone16 || w.tasks.current(r.task))
    return;
  if (w.instances[r.owner].state != InstanceState::kReady) return;  // until it is missed
  const PartitionState& partition = w.partitions[at.partition];
  if (!leader_is_there(w, at.partition)) {
    r.tint |= w.services[broker_of(w, at.group)].down_cause | w.cause(PartKind::kTopic, at.topic);
    return arm_reader(w, reader, kFetchAgainUs);
  }
  if (r.position < partition.start) {
    w.groups[at.group].lost += static_cast<std::int64_t>(partition.start - r.position);
    report_part(w, PartEvent::kOffsetOutOfRange, group.service, r.owner, at.group, r.tint, at.in_topic);
    r.position = partition.start;
    r.attempts = 0;
  }
  if (r.position >= partition.end) {
    r.tint = 0;
    return commit(w, at, r);
  }
  if (r.batch_began < 0) r.batch_began = w.now;
  const Message message = message_at(w, at.partition, r.position);
  std::uint64_t stream = message.stream ^ (std::uint64_t{r.attempts} << 32) ^ at.group;
  const std::uint32_t trace = w.traces.acquire();
  w.traces[trace].number = ++w.next_trace;
  w.traces[trace].references = 1;
  const std::uint32_t task = new_task(w, group.operation, r.owner, trace, 0, draw_bits(stream));
  Task& t = w.tasks[task];
  t.journey = static_cast<std::uint16_t>(reader);
  t.message = 1;
  t.poison = static_cast<std::uint8_t>(message.ticket & 1U);
  t.inherited = message.cause;
  t.cause = message.cause | w.cause(PartKind::kGroup, at.group);
  if (w.now - message.published > p.fetch_us) t.cause |= r.tint;
  carry_user(w, trace, message.user);
  r.task = w.tasks.handle(task);
  arrive(w, task);
}

// Whether an instance still works on a message of the group.
bool still_handles(const World& w, std::uint16_t group, std::uint16_t instance) {
  const CompiledGroup& g = w.compiled->groups[group];
  const std::uint32_t readers = w.compiled->topics[g.topic].partitions_max;
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    const Task& t = w.tasks[task];
    if (w.tasks.live(task) && t.message != 0 && t.instance == instance && t.journey >= g.first_reader &&
        t.journey < g.first_reader + readers)
      return true;
  }
  return false;
}

void put_out_slow_members(World& w, std::uint16_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  const CompiledService& s = w.compiled->services[g.service];
  bool any = false;
  CauseMask cause = causes_of_group(w, group);
  for (std::uint32_t p = 0; p < w.topics[g.topic].partitions; ++p) {
    const ReaderState& r = w.readers[g.first_reader + p];
    if (r.owner == kNone16 || r.batch_began < 0) continue;
    if (w.now - r.batch_began <= w.group_parameters[group].poll_interval_us) continue;
    MemberState& member = w.members[g.first_member + (r.owner - s.first)];
    if (member.in != kIn) continue;
    member.in = kPutOut;
    any = true;
    if (w.tasks.current(r.task)) cause |= w.tasks[r.task.slot].cause;
    cause |= r.tint;
    report_part(w, PartEvent::kPollTimeout, g.service, r.owner, group, cause, w.now - r.batch_began);
  }
  if (any) rebalance(w, group, cause);
}

// Who has come, left, died, or is back.
void count_members(World& w, std::uint16_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  const CompiledService& s = w.compiled->services[g.service];
  bool changed = false;
  for (std::uint16_t n = 0; n < s.slots; ++n) {
    const auto i = static_cast<std::uint16_t>(s.first + n);
    const Instance& instance = w.instances[i];
    MemberState& m = w.members[g.first_member + n];
    const bool ready = instance.state == InstanceState::kReady;
    if (m.in == kIn && ready && m.epoch == instance.epoch) {
      m.missed_since = -1;
    } else if (m.in == kIn && instance.state == InstanceState::kDraining) {
      m.in = kOut;
      changed = true;
    } else if (m.in == kIn) {
      // It died, or began anew: the coordinator knows after the session's time, or when the new one joins.
      if (m.missed_since < 0) m.missed_since = w.now;
      const bool missed = w.now - m.missed_since >= w.group_parameters[group].session_timeout_us;
      if (missed) {
        report_part(w, PartEvent::kMemberLost, broker_of(w, group), kNone16, group, causes_of_group(w, group),
                    i);
      }
      if (missed || ready) {
        m.in = kOut;
        m.missed_since = -1;
        changed = true;
      }
    }
    const bool may_join = m.in == kOut || (m.in == kPutOut && !still_handles(w, group, i));
    if (ready && may_join) {
      m.in = kIn;
      m.epoch = instance.epoch;
      changed = true;
    }
    if (!ready && m.in == kPutOut) m.in = kOut;
  }
  if (changed) rebalance(w, group, causes_of_group(w, group));
}

void assign(World& w, std::uint16_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  const CompiledService& s = w.compiled->services[g.service];
  GroupState& state = w.groups[group];
  state.stable_at = -1;
  const std::int64_t members = group_members(w, group);
  std::uint16_t n = 0;
  for (std::uint32_t p = 0; p < w.topics[g.topic].partitions; ++p) {
    ReaderState& r = w.readers[g.first_reader + p];
    r.owner = kNone16;
    if (members == 0) continue;
    while (w.members[g.first_member + n % s.slots].in != kIn) ++n;
    r.owner = static_cast<std::uint16_t>(s.first + n % s.slots);
    ++n;
    arm_reader(w, g.first_reader + p, w.group_parameters[group].fetch_us);
  }
  report_part(w, PartEvent::kGroupStable, broker_of(w, group), kNone16, group, state.cause, state.generation);
}

}  // namespace

void start_groups(World& w) {
  w.groups.resize(w.model->groups.size());
  w.readers.resize(w.compiled->readers);
  w.members.resize(w.compiled->members);
  for (std::uint16_t g = 0; g < w.groups.size(); ++g) {
    const CompiledGroup& group = w.compiled->groups[g];
    const CompiledService& s = w.compiled->services[group.service];
    for (std::uint16_t n = 0; n < s.slots; ++n) {
      MemberState& m = w.members[group.first_member + n];
      m.in = w.instances[s.first + n].state == InstanceState::kReady ? kIn : kOut;
      m.epoch = w.instances[s.first + n].epoch;
    }
    assign(w, g);
    w.arm(w.compiled->timer_group + g, kStoreTickUs);
  }
}

void on_group_timer(World& w, std::uint32_t id) {
  const auto group = static_cast<std::uint16_t>(id);
  GroupState& state = w.groups[group];
  count_members(w, group);
  if (state.stable_at < 0) put_out_slow_members(w, group);
  if (state.stable_at >= 0 && state.stable_at <= w.now) assign(w, group);
  std::int64_t next = w.now + kStoreTickUs;
  if (state.stable_at >= 0) next = std::min(next, std::max(state.stable_at, w.now + 1));
  w.arm(w.compiled->timer_group + id, next);
}

void on_reader_timer(World& w, std::uint32_t reader) {
  deliver(w, reader);
}

void wake_readers(World& w, std::uint16_t topic, std::uint32_t in_topic) {
  const CompiledTopic& c = w.compiled->topics[topic];
  for (std::uint16_t n = 0; n < c.groups; ++n) {
    const std::uint16_t group = w.compiled->groups_by_topic[c.first_group + n];
    const std::uint32_t reader = w.compiled->groups[group].first_reader + in_topic;
    const bool waits = w.timers.armed(w.compiled->timer_reader + reader);  // for its message, or to try again
    if (!waits && !w.tasks.current(w.readers[reader].task))
      arm_reader(w, reader, w.group_parameters[group].fetch_us);
  }
}

void message_ended(World& w, std::uint32_t reader, Handle task, Outcome outcome, CauseMask cause,
                   std::uint16_t instance, bool poison) {
  ReaderState& r = w.readers[reader];
  if (!(r.task == task)) return;  // the partition was given to somebody else meanwhile
  r.task = {};
  const Place at = place_of(w, reader);
  const GroupParameters& p = w.group_parameters[at.group];
  if (outcome == Outcome::kOk) {
    ++w.groups[at.group].handled;
    const bool held = r.position >= w.partitions[at.partition].start;
    const Message message = held ? message_at(w, at.partition, r.position) : Message{};
    advance(w, at, r);
    arm_reader(w, reader, 0);
    if (message.user.valid()) message_handled(w, message, at.group, cause);
    return;
  }
  r.tint |= cause | w.cause(PartKind::kGroup, at.group);
  if (w.instances[instance].state != InstanceState::kReady) return;  // it died with it
  ++w.groups[at.group].failed;
  ++r.attempts;
  report_part(w, PartEvent::kMessageFailed, w.compiled->groups[at.group].service, instance, at.group, r.tint,
              at.in_topic);
  if (poison && p.crash_on_poison != 0)
    w.schedule(w.now, EventKind::kCrash, {instance, w.instances[instance].epoch});
  if (p.attempts > 0 && r.attempts >= p.attempts) {
    give_up(w, at, r, r.tint);
    return arm_reader(w, reader, 0);
  }
  arm_reader(w, reader, p.retry_us);
}

void group_changed(World& w, std::uint16_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  if (w.group_parameters[group].paused != 0 || w.groups[group].stable_at >= 0) return;
  for (std::uint32_t p = 0; p < w.topics[g.topic].partitions; ++p) {
    const std::uint32_t reader = g.first_reader + p;
    if (!w.timers.armed(w.compiled->timer_reader + reader)) arm_reader(w, reader, 0);
  }
}

void rebalance(World& w, std::uint16_t group, CauseMask cause) {
  const CompiledGroup& g = w.compiled->groups[group];
  GroupState& state = w.groups[group];
  ++state.rebalances;
  ++state.generation;
  state.cause = cause;
  state.stable_at = w.now + w.group_parameters[group].rebalance_us;
  for (std::uint32_t p = 0; p < w.topics[g.topic].partitions; ++p) {
    ReaderState& r = w.readers[g.first_reader + p];
    state.duplicates +=
        static_cast<std::int64_t>(r.position - r.committed) + (w.tasks.current(r.task) ? 1 : 0);
    r.position = r.committed;
    r.task = {};
    r.in_batch = 0;
    r.batch_began = -1;
    r.owner = kNone16;
    r.tint |= cause;
    w.timers.stop(w.compiled->timer_reader + g.first_reader + p);
  }
  report_part(w, PartEvent::kGroupRebalancing, broker_of(w, group), kNone16, group, cause, state.generation);
  w.arm_by(w.compiled->timer_group + group, std::max(state.stable_at, w.now + 1));
}

bool skip_message(World& w, std::uint16_t group, std::uint32_t in_topic) {
  const std::uint32_t reader = w.compiled->groups[group].first_reader + in_topic;
  ReaderState& r = w.readers[reader];
  const Place at = place_of(w, reader);
  if (r.position >= w.partitions[at.partition].end) return false;
  r.task = {};
  give_up(w, at, r, r.tint);
  commit(w, at, r);
  arm_reader(w, reader, 0);
  return true;
}

void reset_offsets(World& w, std::uint16_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  for (std::uint32_t p = 0; p < w.topics[g.topic].partitions; ++p) {
    const std::uint32_t reader = g.first_reader + p;
    const Place at = place_of(w, reader);
    ReaderState& r = w.readers[reader];
    const std::uint64_t end = w.partitions[at.partition].end;
    w.groups[group].lost += static_cast<std::int64_t>(end - std::min(r.position, end));
    r.position = end;
    r.task = {};
    r.attempts = 0;
    r.tint = 0;
    commit(w, at, r);
  }
}

std::int64_t group_lag(const World& w, std::size_t group, std::uint32_t in_topic) {
  const CompiledGroup& g = w.compiled->groups[group];
  if (in_topic >= w.topics[g.topic].partitions) return 0;
  const std::uint64_t end = w.partitions[w.compiled->topics[g.topic].first_partition + in_topic].end;
  return static_cast<std::int64_t>(end - w.readers[g.first_reader + in_topic].committed);
}

std::int64_t group_lag_us(const World& w, std::size_t group, std::uint32_t in_topic) {
  const CompiledGroup& g = w.compiled->groups[group];
  const std::uint32_t partition = w.compiled->topics[g.topic].first_partition + in_topic;
  const PartitionState& p = w.partitions[partition];
  const std::uint64_t at = std::max(w.readers[g.first_reader + in_topic].position, p.start);
  return at >= p.end ? 0 : w.now - message_at(w, partition, at).published;
}

std::int64_t group_members(const World& w, std::size_t group) {
  const CompiledGroup& g = w.compiled->groups[group];
  std::int64_t members = 0;
  for (std::uint32_t n = 0; n < w.compiled->services[g.service].slots; ++n)
    members += w.members[g.first_member + n].in == kIn ? 1 : 0;
  return members;
}

}  // namespace incident::sim
