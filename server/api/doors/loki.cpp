// The Loki HTTP API, as logcli and Grafana call it. Answers have Loki's own shapes; errors are plain text, as
// Loki's are. Following lines over a WebSocket is in api/tail.h.
#include <algorithm>
#include <charconv>

#include "api/doors/doors.h"
#include "api/doors/loki_call.h"
#include "api/doors/time_text.h"
#include "logql/json.h"
#include "promql/json.h"

namespace incident::api {
namespace {

constexpr std::int64_t kHourNs = 3600 * std::int64_t{1'000'000'000};
constexpr std::int64_t kDefaultPoints = 250;  // of a range query without a step, as in Loki

[[noreturn]] void fail(std::string message) {
  throw LokiFault{{logql::QueryErrorType::kBadRequest, std::move(message)}};
}

net::Response answer(const logql::QueryResult& result) {
  return net::json_response(200, logql::to_json(result));
}

template <class T>
void sort_once(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

net::Response names_json(std::vector<std::string> names) {
  sort_once(names);
  return net::json_response(200, promql::success_json(std::span<const std::string>(names)));
}

}  // namespace

net::Response loki_failed(const logql::QueryError& error) {
  return net::text_response(logql::http_status(error), error.message);
}

LokiCall::LokiCall(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop)
    : view_(view),
      source_(view.telemetry->logs(), view.sim_epoch_ms() * kNsInMs),
      stop_(stop),
      parameters_(request.query) {
  if (request.method == net::Method::kPost) {
    if (auto form = request.form()) parameters_.insert(parameters_.end(), form->begin(), form->end());
  }
}

net::Response LokiCall::query() const {
  return answer(instant(text("query"), time("time", now())));
}

net::Response LokiCall::query_range() const {
  logql::LogRange asked = range();
  asked.limit = count("limit", logql::limits::kEntriesDefault);
  asked.step_ns = step(asked);
  const std::string direction = text("direction");
  asked.backward = direction != "forward" && direction != "FORWARD";
  return answer(over(text("query"), asked));
}

net::Response LokiCall::labels() const {
  std::vector<std::string> found;
  for (const auto& stream : streams(text("query"), range())) {
    for (const auto& label : *stream) found.push_back(label.name);
  }
  return names_json(std::move(found));
}

net::Response LokiCall::label_values(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& stream : streams(text("query"), range())) {
    if (stream->has(name)) found.emplace_back(stream->get(name));
  }
  return names_json(std::move(found));
}

net::Response LokiCall::series() const {
  const logql::LogRange asked = range();
  std::vector<promql::LabelsPtr> found;
  for (const auto& [name, value] : parameters_) {
    if (name != "match[]" && name != "match") continue;
    if (value.empty()) fail("parse error : syntax error: unexpected $end, expecting {");
    const auto some = streams(value, asked);
    found.insert(found.end(), some.begin(), some.end());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a < *b; });
  found.erase(std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a == *b; }),
              found.end());
  return net::json_response(200, promql::success_json(std::span<const promql::LabelsPtr>(found)));
}

std::string LokiCall::text(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return {};
}

std::int64_t LokiCall::time(const char* name, std::int64_t otherwise) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), whole);
  if (value.size() > 10 && error == std::errc() && end == value.data() + value.size()) return whole;
  const auto ms = parse_unix_ms(value);
  std::int64_t ns = 0;
  if (ms && !__builtin_mul_overflow(*ms, kNsInMs, &ns)) return ns;
  fail(std::string("could not parse '") + name + "' parameter: cannot parse \"" + value +
       "\" as a time: Unix nanoseconds, seconds, or 2006-01-02T15:04:05Z is right");
}

std::size_t LokiCall::count(const char* name, std::size_t otherwise) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number == 0)
    fail(std::string(name) + " must be a positive value");
  return number;
}

logql::LogRange LokiCall::range() const {
  logql::LogRange asked;
  asked.end_ns = time("end", now());
  std::int64_t start = 0;
  if (__builtin_sub_overflow(asked.end_ns, kHourNs, &start)) start = asked.end_ns;
  if (const std::string since = text("since"); !since.empty() && text("start").empty()) {
    const auto ms = parse_step(since);
    if (!ms || __builtin_sub_overflow(asked.end_ns, *ms * kNsInMs, &start))
      fail("could not parse 'since' parameter: \"" + since + "\" is no duration such as 15m");
  }
  asked.start_ns = time("start", start);
  return asked;
}

std::int64_t LokiCall::step(const logql::LogRange& range) const {
  const std::string value = text("step");
  const std::int64_t span_ms = range.end_ns / kNsInMs - range.start_ns / kNsInMs;
  if (value.empty()) return std::max<std::int64_t>(span_ms / kDefaultPoints / 1000 * 1000, 1000) * kNsInMs;
  const auto ms = parse_step(value);
  std::int64_t ns = 0;
  if (ms && !__builtin_mul_overflow(*ms, kNsInMs, &ns)) return ns;
  fail("cannot parse \"" + value + "\" to a valid duration");
}

std::vector<promql::Matcher> LokiCall::selector(std::string_view text) const {
  auto parsed = logql::parse_selector(text);
  if (!parsed) fail(parsed.error().message);
  return std::move(*parsed);
}

// No selector: all of them.
std::vector<promql::LabelsPtr> LokiCall::streams(std::string_view wanted,
                                                 const logql::LogRange& range) const {
  std::vector<promql::Matcher> matchers;
  if (!wanted.empty()) matchers = selector(wanted);
  return source_.streams(matchers, range.start_ns, range.end_ns);
}

logql::QueryResult LokiCall::instant(const std::string& query, std::int64_t at_ns) const {
  auto result = logql::instant_query(source_, query, at_ns, {}, stop_);
  if (!result) throw LokiFault{result.error()};
  return std::move(*result);
}

logql::QueryResult LokiCall::over(const std::string& query, const logql::LogRange& range) const {
  auto result = logql::range_query(source_, query, range, {}, stop_);
  if (!result) throw LokiFault{result.error()};
  return std::move(*result);
}

namespace {

// "label/service/values" asked with "label/" and "/values" is "service".
std::optional<std::string_view> between(std::string_view path, std::string_view before,
                                        std::string_view after) {
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

net::Response dispatch(const LokiCall& call, std::string_view path) {
  constexpr std::string_view kPrefix = "loki/api/v1/";
  const std::string_view name = path.starts_with(kPrefix) ? path.substr(kPrefix.size()) : std::string_view();
  if (name == "query") return call.query();
  if (name == "query_range") return call.query_range();
  if (name == "labels" || name == "label") return call.labels();
  if (const auto label = between(name, "label/", "/values")) return call.label_values(*label);
  if (name == "series") return call.series();
  if (name == "index/stats") return call.stats();
  if (name == "index/volume") return call.volume();
  if (name == "index/volume_range") return call.volume_range();
  if (name == "detected_labels") return call.detected_labels();
  if (name == "detected_fields") return call.detected_fields();
  if (const auto field = between(name, "detected_field/", "/values"))
    return call.detected_field_values(*field);
  if (name == "tail")
    return net::text_response(400, "tail is a WebSocket: connect to the same address with ws or wss");
  if (name == "status/buildinfo") {
    return net::json_response(200, R"({"version":"3.3.2","revision":"incident","branch":"","buildUser":"",)"
                                   R"("buildDate":"","goVersion":""})");
  }
  if (path == "ready") return net::text_response(200, "ready\n");
  return net::text_response(
      404,
      "this door has query, query_range, labels, label/{name}/values, series, index/stats, index/volume, "
      "index/volume_range, detected_labels, detected_fields, detected_field/{name}/values, tail and "
      "status/buildinfo under loki/api/v1, and ready");
}

}  // namespace

net::Response loki_door(const ArenaView& view, std::string_view path, const net::Request& request,
                        const promql::StopCheck& stop) {
  try {
    return dispatch(LokiCall(view, request, stop), path);
  } catch (const LokiFault& fault) {
    return loki_failed(fault.error);
  }
}

}  // namespace incident::api
