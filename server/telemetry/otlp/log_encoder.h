// Lines of an arena as OTLP log records. Pure; any thread may read a const store.
#pragma once

#include <cstdint>
#include <vector>

#include "otlp/batch_writer.h"
#include "otlp/resource.h"
#include "telemetry/log_store.h"

namespace incident::otlp {

// At most `lines_max` lines from line number `from` on, as batches behind those in `out`. Returns the number
// to go on from. Lines that the store has given up meanwhile are skipped: the caller compares `from` with
// LogStore::first_number().
std::uint64_t encode_logs(const telemetry::LogStore& store, const Identity& identity, std::uint64_t from,
                          std::size_t lines_max, BatchWriter::Limits limits, std::vector<Batch>& out);

}  // namespace incident::otlp
