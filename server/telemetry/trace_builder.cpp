#include "telemetry/trace_builder.h"

#include <cassert>

#include "telemetry/limits.h"

namespace incident::telemetry {
namespace {

constexpr std::size_t kTableStart = 256;

// Numbers count up, so that a multiplicative hash spreads them well (Knuth, TAOCP 3, 6.4).
std::size_t home(std::uint64_t trace, std::size_t size) {
  return static_cast<std::size_t>((trace * 0x9e3779b97f4a7c15U) >> 32) & (size - 1);
}

}  // namespace

TraceBuilder::TraceBuilder() : table_(kTableStart) {}

std::size_t TraceBuilder::place_of(std::uint64_t trace) const {
  std::size_t place = home(trace, table_.size());
  while (table_[place].trace != trace && table_[place].trace != 0) place = (place + 1) & (table_.size() - 1);
  return place;
}

void TraceBuilder::grow() {
  std::vector<Open> before = std::move(table_);
  table_.assign(before.size() * 2, {});
  for (const Open& open : before) {
    if (open.trace != 0) table_[place_of(open.trace)] = open;
  }
}

TraceBuilder::Open& TraceBuilder::open(std::uint64_t trace) {
  std::size_t place = place_of(trace);
  if (table_[place].trace == trace) return table_[place];
  if ((used_ + 1) * 2 > table_.size()) {
    grow();
    place = place_of(trace);
  }
  ++used_;
  table_[place].trace = trace;
  return table_[place];
}

void TraceBuilder::add(std::uint64_t trace, const SpanRecord& span) {
  assert(trace != 0);
  Open& o = open(trace);
  o.error = o.error || (span.outcome != sim::Outcome::kOk && span.outcome != sim::Outcome::kCancelled);
  if (o.spans >= limits::kSpansPerTraceMax || spans_ >= limits::kSpansInFlightMax) {
    ++o.dropped;
    return;
  }
  std::uint32_t node = free_;
  if (node == kNone) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[node].next;
  }
  nodes_[node] = {span, o.first};
  o.first = node;
  ++o.spans;
  ++spans_;
}

void TraceBuilder::logged(std::uint64_t trace) {
  if (trace != 0) open(trace).logged = true;
}

void TraceBuilder::answered(std::uint64_t trace, sim::Outcome outcome, bool slow) {
  Open& o = open(trace);
  o.outcome = outcome;
  o.slow = slow;
  o.error = o.error || outcome != sim::Outcome::kOk;
}

bool TraceBuilder::keep(const Open& open, SimTime at, const Names& names, std::uint32_t keep_permille,
                        TraceCounts& counts) {
  const std::int64_t window = at.us * limits::kTraceWindowsPerMinute / minutes(1).us;
  if (window != window_) {
    window_ = window;
    constexpr auto kWindows = static_cast<std::uint32_t>(limits::kTraceWindowsPerMinute);
    left_ = {limits::kErrorTracesPerMinute / kWindows, limits::kSlowTracesPerMinute / kWindows,
             limits::kLoggedTracesPerMinute / kWindows, limits::kHealthyTracesPerMinute / kWindows};
  }
  const auto take = [](std::uint32_t& left) {
    if (left == 0) return false;
    --left;
    return true;
  };
  ++counts.ended;
  counts.errors += open.error;
  counts.slow += open.slow;
  bool kept = open.logged && take(left_.logged);
  if (!kept && open.error) kept = take(left_.errors);
  if (!kept && open.slow) kept = take(left_.slow);
  if (!kept && !open.error && !open.slow) {
    kept = names.draw(kDrawKeep, open.trace) % 1000 < keep_permille && take(left_.healthy);
  }
  if (kept) {
    counts.errors_kept += open.error;
    counts.slow_kept += open.slow;
  }
  return kept;
}

void TraceBuilder::end(std::uint64_t trace, SimTime at, const Names& names, std::uint32_t keep_permille,
                       TraceStore& store) {
  const std::size_t place = place_of(trace);
  if (table_[place].trace != trace) return;  // it left nothing
  const Open o = table_[place];
  const bool kept = keep(o, at, names, keep_permille, store.mutable_counts());
  scratch_.clear();
  for (std::uint32_t node = o.first; node != kNone;) {
    if (kept) scratch_.push_back(nodes_[node].span);
    const std::uint32_t next = nodes_[node].next;
    nodes_[node].next = free_;
    free_ = node;
    node = next;
  }
  spans_ -= o.spans;
  if (spans_ == 0) {  // nothing in flight: start again with a small pool, so that a peak does not stay
    nodes_.clear();
    free_ = kNone;
  }
  if (kept) store.add(trace, scratch_, o.outcome, o.slow, o.dropped);
  close(place);
}

// Linear probing without tombstones: what follows moves up when its home lies before the gap.
void TraceBuilder::close(std::size_t place) {
  const std::size_t mask = table_.size() - 1;
  --used_;
  std::size_t gap = place;
  for (std::size_t at = (place + 1) & mask; table_[at].trace != 0; at = (at + 1) & mask) {
    const std::size_t distance = (at - home(table_[at].trace, table_.size())) & mask;
    if (distance < ((at - gap) & mask)) continue;
    table_[gap] = table_[at];
    gap = at;
  }
  table_[gap] = {};
}

std::size_t TraceBuilder::memory_bytes() const {
  return table_.capacity() * sizeof(Open) + nodes_.capacity() * sizeof(Node) +
         scratch_.capacity() * sizeof(SpanRecord);
}

void TraceBuilder::hash(Hasher& hasher) const {
  hasher.add(static_cast<std::uint64_t>(used_));
  hasher.add(static_cast<std::uint64_t>(spans_));
  for (const Open& open : table_) {
    if (open.trace == 0) continue;
    hasher.add(open.trace);
    hasher.add(open.spans);
  }
}

}  // namespace incident::telemetry
