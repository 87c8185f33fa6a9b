#include "sim/parts/broker.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/await.h"
#include "sim/parts/consumers.h"
#include "sim/parts/instance.h"

namespace incident::sim {
namespace {

constexpr std::size_t kRingAtFirst = 16;

bool is_there(const World& w, std::uint16_t i) {
  return w.instances[i].state == InstanceState::kReady && w.instances[i].healthy != 0;
}

std::int64_t brokers_there(const World& w, std::uint16_t service) {
  const CompiledService& s = w.compiled->services[service];
  std::int64_t there = 0;
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) there += is_there(w, i) ? 1 : 0;
  return there;
}

void store(PartitionState& p, const Message& message) {
  const std::uint64_t size = p.ring.size();
  if (p.end - p.start >= size) {
    std::vector<Message> larger(std::max<std::size_t>(size * 2, kRingAtFirst));
    for (std::uint64_t at = p.start; at < p.end; ++at)
      larger[at & (larger.size() - 1)] = p.ring[at & (size - 1)];
    p.ring.swap(larger);
  }
  p.ring[p.end & (p.ring.size() - 1)] = message;
  ++p.end;
}

void keep(World& w, std::uint16_t topic, std::uint32_t in_topic, const Message& message) {
  const CompiledTopic& c = w.compiled->topics[topic];
  PartitionState& p = w.partitions[c.first_partition + in_topic];
  ++w.topics[topic].appended;
  if (c.groups == 0) {
    p.start = ++p.end;
    return;
  }
  store(p, message);
  wake_readers(w, topic, in_topic);
}

std::uint32_t partition_for(World& w, std::uint16_t topic, std::uint64_t& stream) {
  const std::uint32_t partitions = w.topics[topic].partitions;
  const TopicParameters& p = w.topic_parameters[topic];
  if (p.hot_permille > 0 && draw_permille(stream, p.hot_permille)) return 0;
  if (w.model->topics[topic].keys == 0) return static_cast<std::uint32_t>(draw_below(stream, partitions));
  return w.compiled->topic_keys[topic].draw(stream) % partitions;
}

bool refuse(World& w, std::uint32_t task, std::uint16_t topic, Outcome outcome, CauseMask cause) {
  ++w.topics[topic].rejected;
  w.tasks[task].cause |= cause;
  end_task(w, task, outcome);
  return false;
}

void watch_leader(World& w, std::uint16_t topic, std::uint32_t in_topic) {
  const CompiledTopic& c = w.compiled->topics[topic];
  PartitionState& p = w.partitions[c.first_partition + in_topic];
  const auto tell = [&](PartEvent event) {
    report_part(w, event, c.broker, kNone16, topic,
                w.cause(PartKind::kTopic, topic) | w.services[c.broker].down_cause, in_topic);
  };
  if (is_there(w, p.leader)) {
    p.leader_lost = -1;
    return;
  }
  if (p.leader_lost < 0) {
    p.leader_lost = w.now;
    tell(PartEvent::kLeaderLost);
  }
  const TopicParameters& parameters = w.topic_parameters[topic];
  if (parameters.replicas < 2 || w.now - p.leader_lost < parameters.election_us) return;
  const CompiledService& s = w.compiled->services[c.broker];
  for (std::uint16_t n = 1; n < s.slots; ++n) {
    const auto i = static_cast<std::uint16_t>(s.first + (p.leader - s.first + n) % s.slots);
    if (!is_there(w, i)) continue;
    p.leader = i;
    p.leader_lost = -1;
    tell(PartEvent::kLeaderElected);
    wake_readers(w, topic, in_topic);
    return;
  }
}

void expire(World& w, std::uint16_t topic, std::uint32_t in_topic) {
  PartitionState& p = w.partitions[w.compiled->topics[topic].first_partition + in_topic];
  const std::int64_t retention = w.topic_parameters[topic].retention_us;
  if (retention == 0) return;
  const std::uint64_t before = p.start;
  while (p.start < p.end && p.ring[p.start & (p.ring.size() - 1)].published < w.now - retention) ++p.start;
  if (p.start == before) return;
  w.topics[topic].expired += static_cast<std::int64_t>(p.start - before);
  report_part(w, PartEvent::kMessagesExpired, w.compiled->topics[topic].broker, kNone16, topic,
              w.cause(PartKind::kTopic, topic), static_cast<std::int64_t>(p.start));
}

}  // namespace

void start_topics(World& w) {
  w.topics.resize(w.model->topics.size());
  w.partitions.resize(w.compiled->partitions);
  for (std::size_t t = 0; t < w.topics.size(); ++t) {
    const TopicSpec& spec = w.model->topics[t];
    const CompiledService& broker = w.compiled->services[spec.broker.index()];
    w.topics[t].partitions = spec.partitions;
    for (std::uint32_t p = 0; p < spec.partitions_max; ++p) {
      w.partitions[w.compiled->topics[t].first_partition + p].leader =
          static_cast<std::uint16_t>(broker.first + p % w.model->services[spec.broker.index()].instances);
    }
  }
}

bool append(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const std::uint16_t topic = w.compiled->steps[w.compiled->operations[t.operation].first + t.step].part;
  const TopicParameters& p = w.topic_parameters[topic];
  const std::uint16_t broker = w.compiled->topics[topic].broker;
  const CauseMask cause = w.cause(PartKind::kTopic, topic) | w.services[broker].down_cause;
  if (p.min_in_sync > 1 && brokers_there(w, broker) < p.min_in_sync)
    return refuse(w, task, topic, Outcome::kReadOnly, cause);
  for (std::int64_t copy = 0; copy < p.copies; ++copy) {
    const std::uint32_t in_topic = partition_for(w, topic, t.stream);
    const std::uint32_t partition = w.compiled->topics[topic].first_partition + in_topic;
    if (!leader_is_there(w, partition)) return refuse(w, task, topic, Outcome::kNoInstance, cause);
    const auto held = static_cast<std::int64_t>(w.partitions[partition].end - w.partitions[partition].start);
    if (p.backlog_max > 0 && held >= p.backlog_max) return refuse(w, task, topic, Outcome::kQueueFull, cause);
    if (held >= kBacklogMax) return refuse(w, task, topic, Outcome::kDiskFull, cause);
    Message message;
    message.stream = draw_bits(t.stream);
    message.published = w.now;
    message.cause = t.inherited;
    if (copy > 0) message.cause |= w.cause(PartKind::kTopic, topic);
    if (copy == 0) expect_message(w, t, topic, message);
    if (p.poison_permille > 0 && draw_permille(message.stream, p.poison_permille)) {
      message.ticket |= 1U;
      message.cause |= w.cause(PartKind::kTopic, topic);
    }
    keep(w, topic, in_topic, message);
  }
  return true;
}

void put(World& w, std::uint16_t topic, Message message) {
  const std::uint32_t in_topic = partition_for(w, topic, message.stream);
  const std::uint32_t partition = w.compiled->topics[topic].first_partition + in_topic;
  message.user = {};
  message.published = w.now;
  const auto held = static_cast<std::int64_t>(w.partitions[partition].end - w.partitions[partition].start);
  if (held < kBacklogMax) keep(w, topic, in_topic, message);
}

void look_after_topics(World& w, std::uint16_t service) {
  for (std::uint16_t topic = 0; topic < w.topics.size(); ++topic) {
    if (w.compiled->topics[topic].broker != service) continue;
    for (std::uint32_t p = 0; p < w.topics[topic].partitions; ++p) {
      watch_leader(w, topic, p);
      expire(w, topic, p);
    }
  }
}

bool leader_is_there(const World& w, std::uint32_t partition) {
  return is_there(w, w.partitions[partition].leader);
}

const Message& message_at(const World& w, std::uint32_t partition, std::uint64_t offset) {
  const PartitionState& p = w.partitions[partition];
  return p.ring[offset & (p.ring.size() - 1)];
}

void trim(World& w, std::uint16_t topic, std::uint32_t in_topic) {
  const CompiledTopic& c = w.compiled->topics[topic];
  PartitionState& p = w.partitions[c.first_partition + in_topic];
  std::uint64_t handled = p.end;
  for (std::uint16_t n = 0; n < c.groups; ++n) {
    const CompiledGroup& group = w.compiled->groups[w.compiled->groups_by_topic[c.first_group + n]];
    handled = std::min(handled, w.readers[group.first_reader + in_topic].committed);
  }
  p.start = std::max(p.start, handled);
}

void purge_topic(World& w, std::uint16_t topic) {
  const CompiledTopic& c = w.compiled->topics[topic];
  for (std::uint16_t n = 0; n < c.groups; ++n)
    reset_offsets(w, w.compiled->groups_by_topic[c.first_group + n]);
  for (std::uint32_t p = 0; p < w.topics[topic].partitions; ++p) {
    PartitionState& partition = w.partitions[c.first_partition + p];
    partition.start = partition.end;
  }
}

}  // namespace incident::sim
