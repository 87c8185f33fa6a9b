// Consumer groups: the instances of a service share a topic's partitions, and each partition is handled by
// one of them, one message after the other (Kafka docs, "Consumer Design"). A message is handled by an
// ordinary request of the group's operation, so it waits for workers and CPU like any other. Progress is
// committed every poll_records messages; what was handled after the last commit is handled again when the
// group rebalances: at least once.
//
// A rebalance (a member joins, leaves, dies, or is too slow to poll again) stops the whole group for
// rebalance_us: the eager protocol. A member that takes longer than poll_interval for one poll is put out,
// and comes back when it is done, which rebalances twice: slow handling can keep a group from any progress.
//
// A message whose handling fails is tried again for ever and holds up what stands behind it in its partition,
// unless `attempts` sends it to the dead letters or skips it.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_groups(World& w);
void on_group_timer(World& w, std::uint32_t group);
void on_reader_timer(World& w, std::uint32_t reader);
// There is a new message in a partition.
void wake_readers(World& w, std::uint16_t topic, std::uint32_t in_topic);
// The task that handled a message has ended.
void message_ended(World& w, std::uint32_t reader, Handle task, Outcome outcome, CauseMask cause,
                   std::uint16_t instance, bool poison);
// A parameter of the group has been set.
void group_changed(World& w, std::uint16_t group);

void rebalance(World& w, std::uint16_t group, CauseMask cause);
// Goes on behind the message that a partition stands at. False: there is none.
bool skip_message(World& w, std::uint16_t group, std::uint32_t in_topic);
// Goes on at the end of every partition: what was not handled never will be.
void reset_offsets(World& w, std::uint16_t group);

std::int64_t group_lag(const World& w, std::size_t group, std::uint32_t in_topic);
// How long the oldest message that was not handled has been waiting.
std::int64_t group_lag_us(const World& w, std::size_t group, std::uint32_t in_topic);
std::int64_t group_members(const World& w, std::size_t group);

}  // namespace incident::sim
