#include "otlp/span_encoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "otlp/json_text.h"
#include "promql/json.h"

namespace incident::otlp {
namespace {

constexpr int kKindServer = 2, kKindClient = 3, kStatusError = 2;

// Attributes that OpenTelemetry's conventions have as integers.
constexpr std::array<std::string_view, 2> kIntegers = {"http.response.status_code",
                                                       "http.request.resend_count"};

void append_span_attribute(std::string& out, const std::string& key, const std::string& value) {
  if (std::find(kIntegers.begin(), kIntegers.end(), key) != kIntegers.end() || key.ends_with("_ms")) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) return append_attribute(out, key, number);
  }
  append_attribute(out, key, std::string_view(value));
}

std::string span_json(const Identity& identity, const telemetry::Trace& trace, const telemetry::Span& span) {
  std::string out = R"({"traceId":")" + trace.summary.id + R"(","spanId":")" + span.id + '"';
  if (!span.parent.empty()) out += R"(,"parentSpanId":")" + span.parent + '"';
  out += R"(,"name":)";
  promql::append_json_string(out, span.operation);
  out += R"(,"kind":)";
  append_integer(out, span.kind == telemetry::SpanKind::kClient ? kKindClient : kKindServer);
  out += R"(,"startTimeUnixNano":)";
  append_int64_text(out, identity.unix_ns(span.start));
  out += R"(,"endTimeUnixNano":)";
  append_int64_text(out, identity.unix_ns(span.start + span.duration));
  out += R"(,"attributes":[)";
  for (const auto& [key, value] : span.attributes) append_span_attribute(out, key, value);
  out += ']';
  if (span.error) {
    out += R"(,"status":{"code":)";
    append_integer(out, kStatusError);
    out += R"(,"message":)";
    promql::append_json_string(out, span.status);
    out += '}';
  }
  return out + '}';
}

}  // namespace

std::uint64_t encode_traces(const telemetry::TraceStore& store, const Identity& identity, std::uint64_t from,
                            std::size_t traces_max, BatchWriter::Limits limits, std::vector<Batch>& out) {
  // By resource; a map, so that the same traces give the same bytes.
  using Who = std::tuple<std::string, std::string, std::string>;
  std::map<Who, std::vector<std::string>> spans;
  std::uint64_t next = std::max(from, store.first_number());
  std::size_t traces = 0;
  store.scan_from(next, [&](std::uint64_t number, const telemetry::Trace& trace) {
    for (const telemetry::Span& span : trace.spans)
      spans[{span.service, span.version, span.pod}].push_back(span_json(identity, trace, span));
    next = number + 1;
    return ++traces < traces_max;
  });
  BatchWriter writer(Signal::kTraces, limits, out);
  for (const auto& [who, items] : spans) {
    const auto& [service, version, pod] = who;
    const std::string resource = resource_json(identity, service, version, pod);
    for (const std::string& item : items) writer.add(resource, {}, {}, item);
  }
  writer.finish();
  return next;
}

}  // namespace incident::otlp
