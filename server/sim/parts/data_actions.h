// Players' actions on databases, tables, topics and consumer groups: the rows of actions.cpp's table. What
// each costs: a failover loses what was not replicated and leaves callers without a primary for a while;
// index builds and vacuum take CPU; a wider key keeps everybody off the table; skipped and purged messages
// are gone.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

Result<Simulation::ActionPreview> preview_database_action(const World& w, const Action& action);
Result<Simulation::ActionPreview> preview_replica_action(const World& w, const Action& action);
Result<Simulation::ActionPreview> preview_table_action(const World& w, const Action& action);
Result<Simulation::ActionPreview> preview_group_action(const World& w, const Action& action);
Result<Simulation::ActionPreview> preview_topic_action(const World& w, const Action& action);

bool begin_fail_over(World& w, std::uint32_t action);
bool promote_instance(World& w, std::uint32_t action);
bool fence_instance(World& w, std::uint32_t action);
bool end_idle_transactions(World& w, std::uint32_t action);
bool free_disk(World& w, std::uint32_t action);
bool drop_slot(World& w, std::uint32_t action);
bool extend_volume(World& w, std::uint32_t action);

bool analyze_table(World& w, std::uint32_t action);
bool begin_vacuum_table(World& w, std::uint32_t action);
bool begin_create_index(World& w, std::uint32_t action);
bool create_index(World& w, std::uint32_t action);
bool begin_widen_key(World& w, std::uint32_t action);
bool widen_key(World& w, std::uint32_t action);

bool skip_group_message(World& w, std::uint32_t action);
bool reset_group_offsets(World& w, std::uint32_t action);
bool restart_group(World& w, std::uint32_t action);
bool pause_group(World& w, std::uint32_t action);
bool scale_partitions(World& w, std::uint32_t action);
bool purge_whole_topic(World& w, std::uint32_t action);

}  // namespace incident::sim
