// What databases and brokers do each second by themselves: one timer for each of them. Only services that
// have more than connections and row locks have one (Compiled::stores).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_stores(World& w);
void on_store_timer(World& w, std::uint32_t store);
// Before and after a parameter of one of their parts is set.
void store_changing(World& w, PartKind kind, std::uint16_t part);
void store_changed(World& w, PartKind kind, std::uint16_t part, std::size_t word);

}  // namespace incident::sim
