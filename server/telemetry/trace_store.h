// The traces that were kept. A trace is one request of a customer with all calls and tasks it led to; its
// spans are kept in a compact form and become Span values when somebody reads them. Full chunks are immutable
// and shared between forks.
//
// Written by Telemetry in the room's thread (trace_builder.h decides what is kept); a const TraceStore may be
// read from any thread. The oldest traces go when there are more than kTracesMax. Searching is the engine's
// (traces/engine.h), which reads entries and spans where they lie.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "sim/ids.h"
#include "sim/outcome.h"
#include "telemetry/names.h"
#include "telemetry/span_tags.h"
#include "telemetry/trace_span.h"

namespace incident::telemetry {

struct Span {
  std::string id, parent;  // 16 hex digits; parent may be empty
  std::string service, pod, version, operation;
  std::string peer;  // client spans: the service that was called
  SpanKind kind = SpanKind::kServer;
  SimTime start;
  Duration duration;
  bool error = false;
  std::string status;  // "ok", or what went wrong in the words of sim::Outcome
  std::vector<std::pair<std::string, std::string>> attributes;  // OpenTelemetry names
};

struct TraceSummary {
  std::string id;  // 32 hex digits
  std::string root_service, root_operation, status;
  SimTime start;
  Duration duration;
  std::uint32_t spans = 0, errors = 0;
  std::vector<std::string> services;
};

struct Trace {
  TraceSummary summary;
  std::vector<Span> spans;  // by start, parents before children
  std::uint32_t dropped = 0;
};

// Where a kept trace lies; stays good while the store does and is not written to.
struct TracePlace {
  const TraceChunk* chunk = nullptr;
  const TraceEntry* entry = nullptr;
  std::uint64_t number = 0;  // counts up in the order in which traces ended
};

// How many traces ended, and what became of them.
struct TraceCounts {
  std::uint64_t ended = 0, kept = 0;
  std::uint64_t errors = 0, errors_kept = 0;
  std::uint64_t slow = 0, slow_kept = 0;
};

class TraceStore {
 public:
  explicit TraceStore(std::shared_ptr<const Names> names);

  // --- writing
  std::uint32_t add_pod(PodNamePtr pod);
  // The spans of one trace that has ended, any order (they are sorted here). `outcome` and `slow` as the
  // customer saw it; `dropped` spans were not recorded.
  void add(std::uint64_t number, std::vector<SpanRecord>& spans, sim::Outcome outcome, bool slow,
           std::uint32_t dropped);
  TraceCounts& mutable_counts() { return counts_; }

  // --- reading
  std::optional<Trace> find(std::string_view id) const;
  std::optional<TracePlace> locate(std::string_view id) const;
  // All that is kept, the one that ended last first, until `visit` says false.
  void scan(const std::function<bool(const TracePlace&)>& visit) const;
  TraceSummary summarize(const TraceEntry& entry) const;
  Trace trace(const TracePlace& place) const;
  // Bits of the services with that name, as TraceEntry::services has them; `exact` says that no other
  // service shares a bit with one of them.
  std::uint64_t service_bits(std::string_view name, bool& exact) const;
  // Whether a kept trace has had a span of that operation, or of that call.
  bool seen(sim::OperationId operation) const { return seen_operations_[operation.index()]; }
  bool seen(sim::EdgeId edge) const { return seen_edges_[edge.index()]; }
  const Names& names() const { return *names_; }
  std::span<const PodNamePtr> pods() const { return pods_; }
  std::optional<sim::CauseMask> causes(std::string_view id) const;
  // Traces in the order in which they ended, from number `from` on, until `visit` says false: for readers
  // that go on where they stopped. Numbers count kept traces from 0; those below first_number() are gone.
  void scan_from(std::uint64_t from, const std::function<bool(std::uint64_t, const Trace&)>& visit) const;
  std::uint64_t first_number() const { return counts_.kept - size(); }
  std::uint64_t end_number() const { return counts_.kept; }
  const TraceCounts& counts() const { return counts_; }
  std::size_t size() const;
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  std::uint64_t service_bit(const SpanRecord& span) const;
  Span span(const TraceEntry& entry, const std::vector<SpanRecord>& spans, std::size_t index) const;

  std::shared_ptr<const Names> names_;
  std::vector<PodNamePtr> pods_;
  std::vector<std::shared_ptr<const TraceChunk>> chunks_;
  TraceChunk head_;
  std::vector<bool> seen_operations_, seen_edges_;
  TraceCounts counts_;
};

}  // namespace incident::telemetry
