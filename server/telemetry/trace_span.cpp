#include "telemetry/trace_span.h"

#include <algorithm>

#include "telemetry/bit_stream.h"

namespace incident::telemetry {
namespace {

// The first number of a span: flags, and the outcome above them.
constexpr std::uint64_t kServerSpan = 1, kLast = 2, kAbandoned = 4, kWaits = 8, kLocks = 16, kCaused = 32;
constexpr int kOutcomeShift = 6;

}  // namespace

void encode_spans(std::span<const SpanRecord> spans, std::vector<std::uint8_t>& out) {
  std::int64_t before = spans.empty() ? 0 : spans.front().start.us;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const SpanRecord& s = spans[i];
    // The parent as a distance backwards; it is near. 0: none, or not recorded.
    std::size_t back = 0;
    for (std::size_t j = i; s.parent != 0 && j-- > 0;) {
      if (spans[j].span == s.parent) {
        back = i - j;
        break;
      }
    }
    put_varint(out, (s.kind == SpanKind::kServer ? kServerSpan : 0) | (s.last ? kLast : 0) |
                        (s.abandoned ? kAbandoned : 0) | (s.wait_us != 0 ? kWaits : 0) |
                        (s.lock_us != 0 ? kLocks : 0) | (s.cause != 0 ? kCaused : 0) |
                        static_cast<std::uint64_t>(s.outcome) << kOutcomeShift);
    put_varint(out, back);
    put_varint(out, static_cast<std::uint64_t>(s.start.us - before));
    put_varint(out, static_cast<std::uint64_t>((s.end - s.start).us));
    put_varint(out, s.subject);
    put_varint(out, static_cast<std::uint32_t>(s.pod + 1));
    if (s.kind == SpanKind::kClient) {
      put_varint(out, static_cast<std::uint32_t>(s.peer + 1));
      put_varint(out, s.attempt);
    }
    if (s.wait_us != 0) put_varint(out, s.wait_us);
    if (s.lock_us != 0) put_varint(out, s.lock_us);
    if (s.cause != 0) put_varint(out, s.cause);
    before = s.start.us;
  }
}

std::vector<SpanRecord> decode_spans(const TraceChunk& chunk, const TraceEntry& entry) {
  std::vector<SpanRecord> spans;
  decode_spans(chunk, entry, spans);
  return spans;
}

void decode_spans(const TraceChunk& chunk, const TraceEntry& entry, std::vector<SpanRecord>& spans) {
  spans.clear();
  spans.reserve(entry.spans);
  const std::uint8_t* at = chunk.bytes.data() + entry.offset;
  const std::uint8_t* end = chunk.bytes.data() + chunk.bytes.size();
  std::int64_t before = entry.start.us;
  for (std::uint32_t i = 0; i < entry.spans; ++i) {
    SpanRecord s;
    const std::uint64_t head = get_varint(at, end);
    s.kind = (head & kServerSpan) != 0 ? SpanKind::kServer : SpanKind::kClient;
    s.last = (head & kLast) != 0;
    s.abandoned = (head & kAbandoned) != 0;
    s.outcome = static_cast<sim::Outcome>(head >> kOutcomeShift);
    s.span = i + 1;
    const std::uint64_t back = get_varint(at, end);
    s.parent = back == 0 ? 0 : static_cast<std::uint32_t>(i + 1 - back);
    s.start.us = before + static_cast<std::int64_t>(get_varint(at, end));
    s.end = s.start + Duration{static_cast<std::int64_t>(get_varint(at, end))};
    s.subject = static_cast<std::uint16_t>(get_varint(at, end));
    s.pod = static_cast<std::uint32_t>(get_varint(at, end)) - 1;
    if (s.kind == SpanKind::kClient) {
      s.peer = static_cast<std::uint32_t>(get_varint(at, end)) - 1;
      s.attempt = static_cast<std::uint16_t>(get_varint(at, end));
    }
    if ((head & kWaits) != 0) s.wait_us = static_cast<std::uint32_t>(get_varint(at, end));
    if ((head & kLocks) != 0) s.lock_us = static_cast<std::uint32_t>(get_varint(at, end));
    if ((head & kCaused) != 0) s.cause = static_cast<sim::CauseMask>(get_varint(at, end));
    before = s.start.us;
    spans.push_back(s);
  }
}

}  // namespace incident::telemetry
