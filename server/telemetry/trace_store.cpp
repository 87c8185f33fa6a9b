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

TraceStore::TraceStore(std::shared_ptr<const Names> names) : names_(std::move(names)) {}

std::uint32_t TraceStore::add_pod(PodNamePtr pod) {
  pods_.push_back(std::move(pod));
  return static_cast<std::uint32_t>(pods_.size() - 1);
}

// Whose span it is: the caller's for calls, the server's for tasks.
static sim::ServiceId service_of(const Names& names, const SpanRecord& span) {
  return span.kind == SpanKind::kServer ? names.model().operations[span.subject].service
                                        : names.model().edges[span.subject].from;
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

bool TraceStore::holds_operation(const std::vector<SpanRecord>& spans, const TraceQuery& query) const {
  return std::any_of(spans.begin(), spans.end(), [&](const SpanRecord& span) {
    const sim::OperationId operation = span.kind == SpanKind::kServer
                                           ? sim::OperationId(std::size_t{span.subject})
                                           : names_->operation_of(sim::EdgeId(std::size_t{span.subject}));
    if (!query.service.empty() && names_->service(service_of(*names_, span)).name != query.service)
      return false;
    return query.operation.empty() || names_->operation(operation).name == query.operation;
  });
}

std::vector<TraceSummary> TraceStore::search(const TraceQuery& query) const {
  std::uint64_t services = ~std::uint64_t{0};
  bool precise = true;  // the index alone can answer
  if (!query.service.empty()) {
    services = 0;
    for (std::size_t i = 0; i < names_->model().services.size(); ++i) {
      if (names_->service(sim::ServiceId(i)).name != query.service) continue;
      services |= std::uint64_t{1} << std::min<std::size_t>(i, 63);
      precise = i < 63;
    }
  }
  precise = precise && query.operation.empty();
  const std::size_t limit = std::min(query.limit, limits::kTraceSearchMax);
  const std::optional<TraceKey> before = parse_trace_id(query.before);
  bool reached = !before;
  std::vector<TraceSummary> found;
  for (std::size_t c = chunks_.size() + 1; c-- > 0 && found.size() < limit;) {
    const TraceChunk& chunk = c == chunks_.size() ? head_ : *chunks_[c];
    for (std::size_t i = chunk.entries.size(); i-- > 0 && found.size() < limit;) {
      const TraceEntry& entry = chunk.entries[i];
      if (!reached) {
        reached = names_->trace_key(entry.number) == *before;
        continue;
      }
      if ((entry.services & services) == 0) continue;
      if (query.errors_only && entry.errors == 0) continue;
      if (query.from && entry.start < *query.from) continue;
      if (query.to && entry.start > *query.to) continue;
      const Duration duration = microseconds(entry.duration_us);
      if (query.min_duration && duration < *query.min_duration) continue;
      if (query.max_duration && duration > *query.max_duration) continue;
      if (!precise && !holds_operation(decode_spans(chunk, entry), query)) continue;
      found.push_back(summarize(entry));
    }
  }
  return found;
}

const TraceEntry* TraceStore::locate(std::string_view id, const TraceChunk*& chunk) const {
  const std::optional<TraceKey> key = parse_trace_id(id);
  if (!key) return nullptr;
  for (std::size_t c = chunks_.size() + 1; c-- > 0;) {
    chunk = c == chunks_.size() ? &head_ : chunks_[c].get();
    for (const TraceEntry& entry : chunk->entries) {
      if (names_->trace_key(entry.number) == *key) return &entry;
    }
  }
  return nullptr;
}

std::optional<Trace> TraceStore::find(std::string_view id) const {
  const TraceChunk* chunk = nullptr;
  const TraceEntry* entry = locate(id, chunk);
  if (entry == nullptr) return std::nullopt;
  return trace(*chunk, *entry);
}

Trace TraceStore::trace(const TraceChunk& chunk, const TraceEntry& entry) const {
  const std::vector<SpanRecord> spans = decode_spans(chunk, entry);
  Trace trace;
  trace.summary = summarize(entry);
  trace.dropped = entry.dropped;
  trace.spans.reserve(spans.size());
  for (std::size_t i = 0; i < spans.size(); ++i) trace.spans.push_back(span(entry, spans, i));
  return trace;
}

void TraceStore::scan_from(std::uint64_t from,
                           const std::function<bool(std::uint64_t, const Trace&)>& visit) const {
  from = std::max(from, first_number());
  for (std::uint64_t c = (from - first_number()) / limits::kTraceChunk; c <= chunks_.size(); ++c) {
    const TraceChunk& chunk = c == chunks_.size() ? head_ : *chunks_[c];
    const std::uint64_t base = first_number() + c * limits::kTraceChunk;
    for (std::uint64_t i = from > base ? from - base : 0; i < chunk.entries.size(); ++i) {
      if (!visit(base + i, trace(chunk, chunk.entries[i]))) return;
    }
  }
}

std::optional<sim::CauseMask> TraceStore::causes(std::string_view id) const {
  const TraceChunk* chunk = nullptr;
  const TraceEntry* entry = locate(id, chunk);
  if (entry == nullptr) return std::nullopt;
  return entry->cause;
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
  const bool server = record.kind == SpanKind::kServer;
  const sim::OperationId id = server ? sim::OperationId(std::size_t{record.subject})
                                     : names_->operation_of(sim::EdgeId(std::size_t{record.subject}));
  const OperationNames& operation = names_->operation(id);
  const ServiceNames& callee = names_->service_of(id);
  span.operation = operation.name;
  auto& attributes = span.attributes;
  const auto milliseconds_of = [](std::uint32_t us) { return std::to_string(us / 1000); };
  const bool store = callee.kind == sim::ServiceKind::kDatabase || callee.kind == sim::ServiceKind::kCache;
  if (store) {
    attributes.emplace_back("db.system.name",
                            callee.kind == sim::ServiceKind::kCache ? "redis" : "postgresql");
    attributes.emplace_back("db.operation.name", operation.name);
  } else {
    if (!operation.method.empty()) attributes.emplace_back("http.request.method", operation.method);
    attributes.emplace_back("http.route", operation.route);
    const int status = server ? http_status(record.outcome) : client_status(record.outcome).http;
    if (status != 0) attributes.emplace_back("http.response.status_code", std::to_string(status));
  }
  if (span.error) attributes.emplace_back("error.type", span.status);
  if (server) {
    if (record.wait_us >= 1000) attributes.emplace_back("server.queue_ms", milliseconds_of(record.wait_us));
    if (record.lock_us >= 1000) attributes.emplace_back("db.lock_wait_ms", milliseconds_of(record.lock_us));
    if (record.abandoned) attributes.emplace_back("request.abandoned", "true");
  } else {
    span.peer = callee.name;
    attributes.emplace_back("server.address", callee.name);
    if (record.peer != kNoPod) attributes.emplace_back("network.peer.name", pods_[record.peer]->name);
    if (record.wait_us >= 1000)
      attributes.emplace_back("db.client.connection.wait_ms", milliseconds_of(record.wait_us));
    if (record.attempt > 1)
      attributes.emplace_back("http.request.resend_count", std::to_string(record.attempt - 1));
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
