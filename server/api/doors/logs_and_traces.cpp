// The searches of the war room over log lines and traces.
#include <charconv>

#include "api/codec.h"
#include "api/doors/doors.h"
#include "api/doors/time_text.h"
#include "api/messages_out.h"
#include "traces/engine.h"

namespace incident::api {
namespace {

std::optional<SimTime> time_parameter(const ArenaView& view, const net::Request& request,
                                      std::string_view name) {
  const auto value = request.parameter(name);
  if (!value) return std::nullopt;
  const auto seconds = parse_number(*value);
  constexpr double kMax = 1e7;
  if (!seconds || *seconds < -kMax || *seconds > kMax) return std::nullopt;
  return view.page + Duration{static_cast<std::int64_t>(*seconds * 1e6)};
}

std::vector<std::string> list_parameter(const net::Request& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto value : request.parameters(name)) {
    if (!value.empty() && values.size() < kListItemsMax) values.emplace_back(value);
  }
  return values;
}

std::size_t limit_parameter(const net::Request& request, std::size_t otherwise, std::size_t max) {
  const auto value = parse_number(request.parameter("limit").value_or(""));
  if (!value || *value < 1) return otherwise;
  return std::min(static_cast<std::size_t>(std::min(*value, 1e6)), max);
}

bool flag_parameter(const net::Request& request, std::string_view name) {
  const auto value = request.parameter(name);
  return value && *value != "0" && *value != "false";
}

out::LogLine log_line(const ArenaView& view, const telemetry::LogLine& line) {
  return {telemetry::log_id(line.number),
          view.since_page(line.at),
          telemetry::to_string(line.level),
          line.service,
          line.pod,
          line.text,
          line.trace};
}

out::TraceSummary trace_summary(const ArenaView& view, const telemetry::TraceSummary& t) {
  out::TraceSummary row;
  row.id = t.id;
  row.root_service = t.root_service;
  row.root_operation = t.root_operation;
  row.status = t.status;
  row.at = view.since_page(t.start);
  row.duration_ms = t.duration.seconds() * 1e3;
  row.spans = t.spans;
  row.errors = t.errors;
  row.services = t.services;
  return row;
}

}  // namespace

net::Response logs_door(const ArenaView& view, const net::Request& request) {
  telemetry::LogQuery query;
  query.services = list_parameter(request, "service");
  query.pods = list_parameter(request, "pod");
  for (const auto& level : list_parameter(request, "level")) {
    const auto parsed = telemetry::parse_level(level);
    if (!parsed) return net::problem(invalid("must be info, warn or error", "level"));
    query.levels.push_back(*parsed);
  }
  query.text = request.parameter("q").value_or("");
  query.regex = flag_parameter(request, "regex");
  query.from = time_parameter(view, request, "from");
  query.to = time_parameter(view, request, "to");
  query.trace = request.parameter("trace").value_or("");
  query.limit = limit_parameter(request, 200, kLogLinesMax);
  query.oldest_first = flag_parameter(request, "oldest");
  if (const auto before = request.parameter("before")) {
    query.before = telemetry::parse_log_id(*before);
    if (!query.before) return net::problem(invalid("must be the id of a log line", "before"));
  }
  const auto page = view.telemetry->logs().search(query);
  if (!page) return net::problem(page.error());

  out::LogPage message;
  message.matched = static_cast<std::int64_t>(page->matched);
  message.more = page->more;
  for (const auto& line : page->lines) message.lines.push_back(log_line(view, line));
  for (const auto& bucket : page->histogram) {
    out::LogBucket row;
    row.at = view.since_page(bucket.at);
    row.info = static_cast<std::int64_t>(bucket.count[0]);
    row.warn = static_cast<std::int64_t>(bucket.count[1]);
    row.error = static_cast<std::int64_t>(bucket.count[2]);
    message.histogram.push_back(row);
  }
  return net::json_response(200, encode_body(message));
}

net::Response traces_door(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop) {
  traces::Search search;
  search.service = request.parameter("service").value_or("");
  search.operation = request.parameter("operation").value_or("");
  for (const std::string& tag : list_parameter(request, "tag")) {
    const std::size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string::npos)
      return net::problem(
          invalid("must be a name and a value, such as http.response.status_code=503", "tag"));
    search.tags.push_back({tag.substr(0, equals), tag.substr(equals + 1)});
  }
  constexpr double kMillisecondsMax = 1e9;
  if (const auto ms = parse_number(request.parameter("min_ms").value_or("")); ms && *ms < kMillisecondsMax)
    search.min_duration = Duration{static_cast<std::int64_t>(*ms * 1e3)};
  if (const auto ms = parse_number(request.parameter("max_ms").value_or("")); ms && *ms < kMillisecondsMax)
    search.max_duration = Duration{static_cast<std::int64_t>(*ms * 1e3)};
  search.errors_only = flag_parameter(request, "errors");
  search.from = time_parameter(view, request, "from");
  search.to = time_parameter(view, request, "to");
  search.limit = limit_parameter(request, 50, kTracesMax);
  search.before = request.parameter("before").value_or("");
  const auto found = traces::summaries(view.telemetry->traces(), search, stop);
  if (!found) {
    const bool passed = found.error().type != traces::QueryErrorType::kBadRequest;
    return net::problem(
        {passed ? ErrorCode::kResourceExhausted : ErrorCode::kInvalidArgument, found.error().message, {}});
  }
  out::TracePage message;
  for (const auto& trace : *found) message.traces.push_back(trace_summary(view, trace));
  return net::json_response(200, encode_body(message));
}

net::Response trace_door(const ArenaView& view, std::string_view id) {
  const auto trace = view.telemetry->traces().find(id);
  if (!trace) return net::problem(not_found("there is no such trace, or it was not kept", std::string(id)));
  out::Trace message;
  message.id = trace->summary.id;
  for (const auto& span : trace->spans) {
    out::Span row;
    row.id = span.id;
    row.parent = span.parent;
    row.service = span.service;
    row.pod = span.pod;
    row.operation = span.operation;
    row.kind = span.kind == telemetry::SpanKind::kClient ? "client" : "server";
    row.status = span.status;
    row.at = view.since_page(span.start);
    row.duration_ms = span.duration.seconds() * 1e3;
    for (const auto& [name, value] : span.attributes) row.attributes.emplace(name, value);
    if (!span.peer.empty()) row.attributes.emplace("server.address", span.peer);
    message.spans.push_back(std::move(row));
  }
  return net::json_response(200, encode_body(message));
}

}  // namespace incident::api
