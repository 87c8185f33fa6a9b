// Spans before they are text, and their compact form. A trace is encoded with its spans sorted by start; a
// span is a dozen bytes of differences.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "sim/ids.h"
#include "sim/outcome.h"

namespace incident::telemetry {

enum class SpanKind : std::uint8_t { kClient, kServer };

struct SpanRecord {
  std::uint32_t span = 0, parent = 0;  // as the simulation numbers them; decoded: position + 1, 0 for none
  SimTime start, end;
  std::uint32_t pod = UINT32_MAX;   // whose span it is; none for customers and external services
  std::uint32_t peer = UINT32_MAX;  // client: the pod that was asked
  std::uint32_t wait_us = 0;        // client: for a connection; server: in the queue
  std::uint32_t lock_us = 0;        // server: for row locks
  sim::CauseMask cause = 0;
  std::uint16_t subject = 0;  // client: the edge; server: the operation
  std::uint16_t attempt = 0;
  SpanKind kind = SpanKind::kServer;
  sim::Outcome outcome = sim::Outcome::kOk;
  bool last = true;        // client: no further attempt follows
  bool abandoned = false;  // server: nobody waited any more
};

// One kept trace, for the index.
struct TraceEntry {
  std::uint64_t number = 0;
  std::uint64_t services = 0;  // bit of each service with a span; the last bit stands for the 64th and on
  SimTime start;
  std::uint32_t duration_us = 0;
  std::uint32_t offset = 0;  // of its spans in the chunk's bytes
  sim::CauseMask cause = 0;
  std::uint32_t dropped = 0;
  std::uint16_t spans = 0, errors = 0;
  std::uint16_t root_service = 0, root_operation = 0;
  sim::Outcome outcome = sim::Outcome::kOk;
  bool slow = false;
};

struct TraceChunk {
  std::vector<TraceEntry> entries;  // by the time they ended
  std::vector<std::uint8_t> bytes;
};

// Appends the spans, which must be sorted by start with parents first.
void encode_spans(std::span<const SpanRecord> spans, std::vector<std::uint8_t>& out);
std::vector<SpanRecord> decode_spans(const TraceChunk& chunk, const TraceEntry& entry);
// The same into a vector that is used again; replaces what is in it.
void decode_spans(const TraceChunk& chunk, const TraceEntry& entry, std::vector<SpanRecord>& spans);

}  // namespace incident::telemetry
