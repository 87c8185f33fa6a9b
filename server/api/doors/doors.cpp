#include "api/doors/doors.h"

#include <array>
#include <cstdio>

#include "api/codec.h"
#include "promql/json.h"

namespace incident::api {
namespace {

constexpr std::string_view kPrometheus = "prometheus/", kLoki = "loki/", kJaeger = "jaeger/",
                           kTraces = "traces/";
constexpr std::size_t kAskedFieldsBytesMax = 1024;
constexpr std::string_view kClockFields = "Incident-Match-Time, Incident-Time-Scale, Incident-Clock";

// Names of header fields with commas between them.
bool is_field_list(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '_' && c != ',' && c != ' ') return false;
  }
  return !text.empty() && text.size() <= kAskedFieldsBytesMax;
}

std::string prometheus_error(const Error& error) {
  std::string text = R"({"status":"error","errorType":)";
  promql::append_json_string(text, to_string(error.code));
  text += ",\"error\":";
  promql::append_json_string(text, error.message);
  return text + "}";
}

std::string jaeger_error(int status, const Error& error) {
  std::string text = R"({"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":)";
  text += std::to_string(status) + ",\"msg\":";
  promql::append_json_string(text, error.message);
  return text + "}]}";
}

}  // namespace

net::Response ask_door(const ArenaView& view, const std::string& path, const net::Request& request,
                       const promql::StopCheck& stop) {
  const auto after = [&path](std::string_view prefix) {
    return std::string_view(path).substr(prefix.size());
  };
  if (path.starts_with(kPrometheus)) return prometheus_door(view, after(kPrometheus), request, stop);
  if (path.starts_with(kLoki)) return loki_door(view, after(kLoki), request, stop);
  if (path.starts_with(kJaeger)) return jaeger_door(view, after(kJaeger), request, stop);
  if (path == "logs") return logs_door(view, request);
  if (path == "traces") return traces_door(view, request, stop);
  if (path.starts_with(kTraces)) return trace_door(view, after(kTraces));
  if (path == "dashboards") return dashboards_door(view);
  return net::problem(
      not_found("This war room has the doors prometheus, loki, jaeger, logs, traces and dashboards.", path));
}

net::Response shut_door(std::string_view path, const Error& error) {
  const int status = net::status_of(error.code);
  net::Response response;
  if (path.starts_with(kPrometheus)) {
    response = net::json_response(status, prometheus_error(error));
  } else if (path.starts_with(kLoki)) {
    response = net::text_response(status, error.message + "\n");
  } else if (path.starts_with(kJaeger)) {
    response = net::json_response(status, jaeger_error(status, error));
  } else {
    response = net::problem(status, error);
  }
  if (error.code == ErrorCode::kUnauthenticated)
    response.set("WWW-Authenticate", R"(Basic realm="incident", charset="UTF-8")");
  if (error.code == ErrorCode::kResourceExhausted) response.set("Retry-After", "60");
  response.set("Cache-Control", "no-store");
  return response;
}

net::Response preflight(const net::Request& request) {
  net::Response response = net::no_content();
  response.set("Access-Control-Allow-Origin", "*");
  response.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  const std::string_view asked = request.header("access-control-request-headers");
  response.set("Access-Control-Allow-Headers",
               is_field_list(asked) ? std::string(asked) : "Authorization, Content-Type, Accept");
  response.set("Access-Control-Max-Age", "600");
  response.set("Allow", "GET, HEAD, POST, OPTIONS");
  return response;
}

void share_with_origins(net::Response& response) {
  response.set("Access-Control-Allow-Origin", "*");
  response.set("Access-Control-Expose-Headers", std::string(kClockFields));
}

void tell_clock(const ArenaView& view, net::Response& response) {
  std::array<char, 32> seconds{};
  const int length = std::snprintf(seconds.data(), seconds.size(), "%.3f", view.since_page(view.now));
  response.set("Incident-Match-Time", std::string(seconds.data(), static_cast<std::size_t>(length)));
  response.set("Incident-Time-Scale", std::to_string(view.time_scale));
  response.set("Incident-Clock", view.running ? "running" : "standing");
}

}  // namespace incident::api
