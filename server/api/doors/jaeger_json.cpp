#include "api/doors/jaeger_json.h"

#include <map>

#include "promql/json.h"

namespace incident::api::jaeger {
namespace {

using promql::append_json_string;

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

constexpr std::size_t kLinesPerTraceMax = 100;

std::int64_t unix_us(const ArenaView& view, SimTime t) {
  return view.sim_epoch_ms() * 1000 + t.us;
}

template <class T, class Write>
std::string array_of(std::span<const T> values, Write write) {
  std::string out = "[";
  for (const T& value : values) {
    if (out.size() > 1) out += ',';
    write(out, value);
  }
  return out += ']';
}

const char* kind_name(telemetry::SpanKind kind) {
  return kind == telemetry::SpanKind::kClient ? "client" : "server";
}

void append_tag(std::string& out, std::string_view key, telemetry::TagType type, std::string_view value) {
  if (out.back() == '}') out += ',';
  out += R"({"key":)";
  append_json_string(out, key);
  switch (type) {
    case telemetry::TagType::kNumber:
      out += R"(,"type":"int64","value":)";
      out += value;
      break;
    case telemetry::TagType::kFlag:
      out += R"(,"type":"bool","value":)";
      out += value;
      break;
    case telemetry::TagType::kText:
      out += R"(,"type":"string","value":)";
      append_json_string(out, value);
      break;
  }
  out += '}';
}

std::vector<telemetry::LogLine> lines_of(const ArenaView& view, const telemetry::TraceSummary& trace) {
  telemetry::LogQuery query;
  query.trace = trace.id;
  query.from = trace.start;
  query.to = trace.start + trace.duration;
  query.limit = kLinesPerTraceMax;
  query.oldest_first = true;
  auto page = view.telemetry->logs().search(query);
  return page ? std::move(page->lines) : std::vector<telemetry::LogLine>();
}

// The span that was the latest to begin of those that the line's pod had open; or else none.
std::size_t home_of(const telemetry::LogLine& line, const std::vector<telemetry::Span>& spans) {
  std::size_t home = spans.size();
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const telemetry::Span& span = spans[i];
    if (span.pod == line.pod && span.start <= line.at && line.at <= span.start + span.duration) home = i;
  }
  return home;
}

std::string log_json(const ArenaView& view, const telemetry::LogLine& line) {
  std::string out = R"({"timestamp":)" + std::to_string(unix_us(view, line.at)) + R"(,"fields":[)";
  append_tag(out, "level", telemetry::TagType::kText, telemetry::to_string(line.level));
  append_tag(out, "message", telemetry::TagType::kText, line.text);
  return out += "]}";
}

void append_span(std::string& out, const ArenaView& view, const std::string& id, const telemetry::Span& span,
                 const std::string& process, const std::string& logs) {
  using telemetry::SpanTag;
  out += R"({"traceID":")" + id + R"(","spanID":")" + span.id + R"(","operationName":)";
  append_json_string(out, span.operation);
  out += R"(,"references":[)";
  if (!span.parent.empty())
    out += R"({"refType":"CHILD_OF","traceID":")" + id + R"(","spanID":")" + span.parent + R"("})";
  out += R"(],"startTime":)" + std::to_string(unix_us(view, span.start)) + R"(,"duration":)" +
         std::to_string(span.duration.us) + R"(,"tags":[)";
  for (const auto& [name, value] : span.attributes) {
    const auto tag = telemetry::find_tag(name);
    append_tag(out, name, tag ? telemetry::type_of(*tag) : telemetry::TagType::kText, value);
  }
  append_tag(out, name_of(SpanTag::kKind), telemetry::TagType::kText, kind_name(span.kind));
  if (span.error) append_tag(out, name_of(SpanTag::kError), telemetry::TagType::kFlag, "true");
  out += R"(],"logs":[)" + logs + R"(],"processID":")" + process + R"(","warnings":null})";
}

}  // namespace

std::string structured(std::string_view data, std::size_t total, std::span<const Wrong> wrong) {
  std::string out = R"({"data":)";
  out += data;
  out += R"(,"total":)" + std::to_string(total) + R"(,"limit":0,"offset":0,"errors":)";
  if (wrong.empty()) return out += "null}";
  out += array_of(wrong, [](std::string& row, const Wrong& w) {
    row += '{';
    if (w.code != 0) row += R"("code":)" + std::to_string(w.code) + ',';
    row += R"("msg":)" + quoted(w.message);
    if (!w.trace.empty()) row += R"(,"traceID":)" + quoted(w.trace);
    row += '}';
  });
  return out += '}';
}

std::string list(std::span<const std::string> texts) {
  return array_of(texts, [](std::string& out, const std::string& text) { append_json_string(out, text); });
}

std::string list(std::span<const traces::Operation> operations) {
  return array_of(operations, [](std::string& out, const traces::Operation& operation) {
    out += R"({"name":)" + quoted(operation.name) + R"(,"spanKind":")" + kind_name(operation.kind) + R"("})";
  });
}

std::string list(std::span<const traces::Dependency> dependencies) {
  return array_of(dependencies, [](std::string& out, const traces::Dependency& d) {
    out += R"({"parent":)" + quoted(d.caller) + R"(,"child":)" + quoted(d.callee) + R"(,"callCount":)" +
           std::to_string(d.calls) + '}';
  });
}

std::string trace(const ArenaView& view, const telemetry::Trace& trace) {
  using telemetry::SpanTag;
  const std::string& id = trace.summary.id;
  std::map<std::pair<std::string, std::string>, std::string> numbers;  // of service and pod
  std::vector<std::string> logs(trace.spans.size());
  for (const telemetry::LogLine& line : lines_of(view, trace.summary)) {
    const std::size_t home = home_of(line, trace.spans);
    if (home == logs.size()) continue;
    if (!logs[home].empty()) logs[home] += ',';
    logs[home] += log_json(view, line);
  }
  std::string processes = "{";
  std::string out = R"({"traceID":")" + id + R"(","spans":[)";
  for (std::size_t i = 0; i < trace.spans.size(); ++i) {
    const telemetry::Span& span = trace.spans[i];
    const auto [at, added] = numbers.try_emplace({span.service, span.pod});
    if (added) {
      at->second = "p" + std::to_string(numbers.size());
      if (processes.size() > 1) processes += ',';
      processes += '"' + at->second + R"(":{"serviceName":)" + quoted(span.service) + R"(,"tags":[)";
      if (!span.pod.empty())
        append_tag(processes, name_of(SpanTag::kPod), telemetry::TagType::kText, span.pod);
      if (!span.version.empty())
        append_tag(processes, name_of(SpanTag::kVersion), telemetry::TagType::kText, span.version);
      processes += "]}";
    }
    if (out.back() == '}') out += ',';
    append_span(out, view, id, span, at->second, logs[i]);
  }
  out += R"(],"processes":)" + processes + R"(},"warnings":)";
  if (trace.dropped == 0) return out += "null}";
  return out += '[' + quoted(std::to_string(trace.dropped) + " spans of this trace were not recorded") + "]}";
}

}  // namespace incident::api::jaeger
