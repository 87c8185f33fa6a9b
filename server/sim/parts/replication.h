// Replication of a database: one primary, whose log the other instances receive after ship_us and replay at
// apply_rate; so what they show is old by their lag ("High Availability, Load Balancing, and Replication" in
// the PostgreSQL docs). A primary that is gone for `detect` is replaced by the replica that has received
// most, after `election` (as Patroni or Orchestrator do); what it had not received is lost. One that was only
// cut off lives on as a second primary unless it is fenced: both take writes, and the histories part ways
// (GitHub, October 2018).
//
// Positions are bytes of log since the start, real ones: a simulated write counts the model's weight.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_replication(World& w);
// The instance for a call through a routed edge, or none: by role, or by its key where the service is
// sharded.
std::uint16_t route_to_store(World& w, std::uint32_t call);
// The second's work: detection, election, the history of positions.
void look_after_replication(World& w, std::uint16_t service);
// The roles' side of an instance that has become ready, or is about to go.
void replica_ready(World& w, std::uint16_t instance);
void replica_going(World& w, std::uint16_t instance);
// Before a parameter that replaying depends on is set: replays up to now.
void sync_replicas(World& w, std::uint16_t service);

void log_write(World& w, std::uint16_t instance);
bool takes_writes(const World& w, std::uint16_t instance);
bool has_streaming_replica(const World& w, std::uint16_t service);
// How old what it shows is, and how much log it has yet to replay; 0 for the primary.
std::int64_t replay_lag_us(const World& w, std::uint16_t instance);
std::int64_t replay_lag_bytes(const World& w, std::uint16_t instance);

// Makes a replica the primary. `planned`: the present one stops first and hands everything over.
void promote(World& w, std::uint16_t service, std::uint16_t instance, bool planned);
// The replica to promote, or none.
std::uint16_t best_replica(const World& w, std::uint16_t service);
// The instance no longer takes writes, and copies the data of the primary anew.
void demote(World& w, std::uint16_t instance);
// The instance that background work runs on.
std::uint16_t main_instance(const World& w, std::uint16_t service);

}  // namespace incident::sim
