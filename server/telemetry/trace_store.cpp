#include "telemetry/trace_store.h"

#include <algorithm>
#include <limits>

#include "telemetry/limits.h"

namespace incident::telemetry {
namespace {

template <class T>
T saturated(std::int64_t value) {
  return static_cast<T>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<T>::max()));
}

}  // namespace

TraceStore::TraceStore(std::shared_ptr<const Names> names)
    : names_(std::move(names)),
      seen_operations_(names_->model().operations.size()),
      seen_edges_(names_->model().edges.size()) {}

std::uint32_t TraceStore::add_pod(PodNamePtr pod) {
  pods_.push_back(std::move(pod));
  return static_cast<std::uint32_t>(pods_.size() - 1);
}

std::uint64_t TraceStore::service_bit(const SpanRecord& span) const {
  return std::uint64_t{1} << std::min<std::size_t>(service_of(*names_, span).index(), 63);
}

void TraceStore::add(std::uint64_t number, std::vector<SpanRecord>& spans, sim::Outcome outcome, bool slow,
                     std::uint32_t dropped) {
  if (spans.empty()) return;
  std::sort(spans.begin(), spans.end(), [](const SpanRecord& a, const SpanRecord& b) {
    return a.start != b.start ? a.start < b.start : a.span < b.span;
  });
  TraceEntry entry;
  entry.number = number;
  entry.start = spans.front().start;
  entry.offset = static_cast<std::uint32_t>(head_.bytes.size());
  entry.spans = saturated<std::uint16_t>(static_cast<std::int64_t>(spans.size()));
  entry.dropped = dropped;
  entry.outcome = outcome;
  entry.slow = slow;
  SimTime end = entry.start;
  bool rooted = false;
  for (const SpanRecord& span : spans) {
    end = std::max(end, span.end);
    entry.services |= service_bit(span);
    if (span.kind == SpanKind::kServer) {
      seen_operations_[span.subject] = true;
    } else {
      seen_edges_[span.subject] = true;
    }
    entry.cause |= span.cause;
    entry.errors = static_cast<std::uint16_t>(entry.errors + (span.outcome != sim::Outcome::kOk));
    if (!rooted && span.kind == SpanKind::kServer) {
      entry.root_service = names_->model().operations[span.subject].service.value;
      entry.root_operation = span.subject;
      rooted = true;
    }
  }
  if (!rooted) {  // nobody took the request
    entry.root_service = service_of(*names_, spans.front()).value;
    entry.root_operation = names_->operation_of(sim::EdgeId(std::size_t{spans.front().subject})).value;
  }
  entry.duration_us = saturated<std::uint32_t>((end - entry.start).us);
  encode_spans(spans, head_.bytes);
  head_.entries.push_back(entry);
  ++counts_.kept;
  if (head_.entries.size() < limits::kTraceChunk) return;
  head_.bytes.shrink_to_fit();
  chunks_.push_back(std::make_shared<const TraceChunk>(std::move(head_)));
  head_ = {};
  if (chunks_.size() > limits::kTracesMax / limits::kTraceChunk) chunks_.erase(chunks_.begin());
}

std::size_t TraceStore::size() const {
  return chunks_.size() * limits::kTraceChunk + head_.entries.size();
}

TraceSummary TraceStore::summarize(const TraceEntry& entry) const {
  TraceSummary summary;
  summary.id = names_->trace_id(entry.number);
  summary.root_service = names_->service(sim::ServiceId(std::size_t{entry.root_service})).name;
  summary.root_operation = names_->operation(sim::OperationId(std::size_t{entry.root_operation})).name;
  summary.status = entry.outcome == sim::Outcome::kOk && entry.slow ? "slow" : sim::to_string(entry.outcome);
  summary.start = entry.start;
  summary.duration = microseconds(entry.duration_us);
  summary.spans = entry.spans;
  summary.errors = entry.errors;
  for (std::size_t i = 0; i < names_->model().services.size() && i < 64; ++i) {
    if ((entry.services >> i & 1) != 0) summary.services.push_back(names_->service(sim::ServiceId(i)).name);
  }
  return summary;
}

std::uint64_t TraceStore::service_bits(std::string_view name, bool& exact) const {
  std::uint64_t bits = 0;
  exact = true;
  for (std::size_t i = 0; i < names_->model().services.size(); ++i) {
    if (names_->service(sim::ServiceId(i)).name != name) continue;
    bits |= std::uint64_t{1} << std::min<std::size_t>(i, 63);
    exact = exact && i < 63;
  }
  return bits;
}

void TraceStore::scan(const std::function<bool(const TracePlace&)>& visit) const {
  for (std::size_t c = chunks_.size() + 1; c-- > 0;) {
    const TraceChunk& chunk = c == chunks_.size() ? head_ : *chunks_[c];
    for (std::size_t i = chunk.entries.size(); i-- > 0;) {
      if (!visit({&chunk, &chunk.entries[i], first_number() + c * limits::kTraceChunk + i})) return;
    }
  }
}

std::optional<TracePlace> TraceStore::locate(std::string_view id) const {
  const std::optional<TraceKey> key = parse_trace_id(id);
  std::optional<TracePlace> found;
  if (!key) return found;
  scan([&](const TracePlace& place) {
    if (names_->trace_key(place.entry->number) == *key) found = place;
    return !found;
  });
  return found;
}

std::optional<Trace> TraceStore::find(std::string_view id) const {
  const std::optional<TracePlace> place = locate(id);
  if (!place) return std::nullopt;
  return trace(*place);
}

Trace TraceStore::trace(const TracePlace& place) const {
  const std::vector<SpanRecord> spans = decode_spans(*place.chunk, *place.entry);
  Trace trace;
  trace.summary = summarize(*place.entry);
  trace.dropped = place.entry->dropped;
  trace.spans.reserve(spans.size());
  for (std::size_t i = 0; i < spans.size(); ++i) trace.spans.push_back(span(*place.entry, spans, i));
  return trace;
}

void TraceStore::scan_from(std::uint64_t from,
                           const std::function<bool(std::uint64_t, const Trace&)>& visit) const {
  from = std::max(from, first_number());
  for (std::uint64_t c = (from - first_number()) / limits::kTraceChunk; c <= chunks_.size(); ++c) {
    const TraceChunk& chunk = c == chunks_.size() ? head_ : *chunks_[c];
    const std::uint64_t base = first_number() + c * limits::kTraceChunk;
    for (std::uint64_t i = from > base ? from - base : 0; i < chunk.entries.size(); ++i) {
      if (!visit(base + i, trace({&chunk, &chunk.entries[i], base + i}))) return;
    }
  }
}

std::optional<sim::CauseMask> TraceStore::causes(std::string_view id) const {
  const std::optional<TracePlace> place = locate(id);
  if (!place) return std::nullopt;
  return place->entry->cause;
}

Span TraceStore::span(const TraceEntry& entry, const std::vector<SpanRecord>& spans,
                      std::size_t index) const {
  const SpanRecord& record = spans[index];
  Span span;
  span.id = names_->span_id(entry.number, record.span);
  if (record.parent != 0) span.parent = names_->span_id(entry.number, record.parent);
  span.kind = record.kind;
  span.start = record.start;
  span.duration = record.end - record.start;
  span.error = record.outcome != sim::Outcome::kOk;
  span.status = sim::to_string(record.outcome);
  span.service = names_->service(service_of(*names_, record)).name;
  if (record.pod != kNoPod) {
    span.pod = pods_[record.pod]->name;
    span.version = pods_[record.pod]->version;
  }
  const sim::OperationId operation = operation_of(*names_, record);
  span.operation = names_->operation(operation).name;
  if (record.kind == SpanKind::kClient) span.peer = names_->service_of(operation).name;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const TagValue value = tag_of(*names_, pods_, record, static_cast<SpanTag>(i));
    if (value.index() != 0) span.attributes.emplace_back(name_of(static_cast<SpanTag>(i)), to_text(value));
  }
  return span;
}

std::size_t TraceStore::memory_bytes() const {
  std::size_t bytes = sizeof *this;
  const auto add = [&](const TraceChunk& chunk) {
    bytes += sizeof chunk + chunk.entries.capacity() * sizeof(TraceEntry) + chunk.bytes.capacity();
  };
  for (const auto& chunk : chunks_) add(*chunk);
  add(head_);
  return bytes + pods_.size() * sizeof(PodNamePtr);
}

void TraceStore::hash(Hasher& hasher) const {
  const auto add = [&](const TraceChunk& chunk) {
    hasher.add(chunk.bytes);
    for (const TraceEntry& entry : chunk.entries) {
      hasher.add(entry.number);
      hasher.add(entry.start.us);
      hasher.add(entry.dropped);
      hasher.add(static_cast<std::uint8_t>(entry.outcome));
      hasher.add(entry.slow);
    }
  };
  for (const auto& chunk : chunks_) add(*chunk);
  add(head_);
  for (const std::uint64_t count :
       {counts_.ended, counts_.kept, counts_.errors, counts_.errors_kept, counts_.slow, counts_.slow_kept}) {
    hasher.add(count);
  }
}

}  // namespace incident::telemetry
