// Tables of a database: how many rows they have, how statements find them, and what that costs. The planner
// takes the index, or reads the whole table, by what its statistics say; a table that has grown past
// flip_rows since they were made misleads it (a bad estimate for values that the histogram does not know,
// PostgreSQL docs, "Row Estimation Examples"). Without a valid index it has no choice.
//
// Updates and deletes leave dead rows, which every scan reads too, until vacuum takes them away; it may not
// take those that the oldest open transaction could still see ("Routine Vacuuming" in the PostgreSQL docs).
// Inserts draw numbers from a sequence whose type may end.
//
// Costs are CPU of the instance; the whole model of a plan is two numbers, lookup and scan.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// Naps whose deaths are remembered, to know what had died when a transaction began: 16 minutes.
inline constexpr std::size_t kDeathSamples = 64;

void start_tables(World& w);
// A kTable step. True: the task goes on now. False: it works, waits, or has ended.
bool run_statement(World& w, std::uint32_t task);
// The second's work for the tables of a database: growth, autovacuum, autoanalyze.
void look_after_tables(World& w, std::uint16_t service);
// A parameter of a table was set.
void table_changed(World& w, std::uint16_t table, std::size_t word);
void analyze(World& w, std::uint16_t table);
void begin_vacuum(World& w, std::uint16_t table, std::uint32_t action);
// A vacuum or an index build begins or ends: it takes CPU from the primary.
void add_job(World& w, std::uint16_t service, std::int64_t millicores);

inline std::int64_t table_bytes(const World& w, std::size_t table) {
  return (w.tables[table].live + w.tables[table].dead) * w.table_parameters[table].row_bytes;
}
// Time for something that is given for a thousand rows.
inline std::int64_t for_rows(std::int64_t rows, std::int64_t us_for_a_thousand) {
  return static_cast<std::int64_t>(static_cast<Wide>(rows) * static_cast<Wide>(us_for_a_thousand) / 1000);
}

}  // namespace incident::sim
