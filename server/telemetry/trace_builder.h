// Collects the spans of traces that have not ended, and decides at their end which are kept: tail sampling.
// All with an error or slower than customers bear, up to named limits a minute; those that a warning or an
// error line names; and a few healthy ones, drawn by their number. Part of Telemetry; copied with it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "telemetry/trace_store.h"

namespace incident::telemetry {

class TraceBuilder {
 public:
  TraceBuilder();

  void add(std::uint64_t trace, const SpanRecord& span);
  void logged(std::uint64_t trace);  // a warning or an error names it
  void answered(std::uint64_t trace, sim::Outcome outcome, bool slow);
  void end(std::uint64_t trace, SimTime at, const Names& names, std::uint32_t keep_permille,
           TraceStore& store);

  std::size_t in_flight() const { return used_; }
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Open {
    std::uint64_t trace = 0;  // 0: a free place
    std::uint32_t first = kNone;
    std::uint32_t spans = 0, dropped = 0;
    sim::Outcome outcome = sim::Outcome::kOk;
    bool slow = false, error = false, logged = false;
  };
  struct Node {
    SpanRecord span;
    std::uint32_t next = kNone;
  };
  // What may still be kept in the present window, by reason.
  struct Allowance {
    std::uint32_t errors = 0, slow = 0, logged = 0, healthy = 0;
  };

  Open& open(std::uint64_t trace);
  void grow();
  void close(std::size_t place);
  std::size_t place_of(std::uint64_t trace) const;
  bool keep(const Open& open, SimTime at, const Names& names, std::uint32_t keep_permille,
            TraceCounts& counts);

  std::vector<Open> table_;  // open addressing, linear probing; size is a power of two
  std::size_t used_ = 0;
  std::vector<Node> nodes_;
  std::uint32_t free_ = kNone;
  std::size_t spans_ = 0;
  std::int64_t window_ = -1;
  Allowance left_;
  std::vector<SpanRecord> scratch_;
};

}  // namespace incident::telemetry
