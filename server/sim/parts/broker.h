// Topics of a broker: logs cut into partitions, each led by one of the broker's instances (Kreps, Narkhede
// and Rao, "Kafka: a Distributed Messaging System for Log Processing", NetDB 2011; the Kafka docs, "Design").
// An append goes to the partition that its key belongs to; it fails while that partition has no leader, when
// too few brokers are there to copy it, or when the partition is full. Messages are kept until every consumer
// group has handled them, or until they are older than the retention: then they are lost to who has not.
//
// Offsets count simulated messages. A topic that no group consumes keeps nothing but its numbers.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_topics(World& w);
// A kAppend step. False: it was refused, and the task has ended.
bool append(World& w, std::uint32_t task);
// The second's work for a broker: leaders, retention.
void look_after_topics(World& w, std::uint16_t service);

bool leader_is_there(const World& w, std::uint32_t partition);
const Message& message_at(const World& w, std::uint32_t partition, std::uint64_t offset);
// A message that a group gives up goes to another topic.
void put(World& w, std::uint16_t topic, Message message);
// Forgets what every group has handled.
void trim(World& w, std::uint16_t topic, std::uint32_t partition);
// Deletes every message; groups go on at the end.
void purge_topic(World& w, std::uint16_t topic);

}  // namespace incident::sim
