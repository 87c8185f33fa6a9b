// Traces of an arena as OTLP spans. Pure; any thread may read a const store.
#pragma once

#include <cstdint>
#include <vector>

#include "otlp/batch_writer.h"
#include "otlp/resource.h"
#include "telemetry/trace_store.h"

namespace incident::otlp {

// At most `traces_max` traces from number `from` on (as TraceStore counts them), as batches behind those in
// `out`. Returns the number to go on from.
std::uint64_t encode_traces(const telemetry::TraceStore& store, const Identity& identity, std::uint64_t from,
                            std::size_t traces_max, BatchWriter::Limits limits, std::vector<Batch>& out);

}  // namespace incident::otlp
