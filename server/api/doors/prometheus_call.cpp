#include "api/doors/prometheus_call.h"

#include <chrono>

#include "api/doors/time_text.h"
#include "promql/json.h"
#include "promql/number.h"
#include "promql/parser.h"

namespace incident::api::prometheus {

Call::Call(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop)
    : view_(view),
      metrics_(view.telemetry->metrics(), view.sim_epoch_ms()),
      stop_(stop),
      parameters_(request.query) {
  if (request.method == net::Method::kPost) {
    if (auto form = request.form()) parameters_.insert(parameters_.end(), form->begin(), form->end());
  }
}

std::string Call::text(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string> Call::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool Call::flag(std::string_view name) const {
  const std::string value = text(name);
  return value == "true" || value == "1" || value == "t" || value == "T" || value == "TRUE" ||
         value == "True";
}

Outcome<std::int64_t> Call::time(const std::string& name, std::optional<std::int64_t> otherwise) const {
  const std::string value = text(name);
  if (value.empty() && otherwise) return *otherwise;
  if (const auto time = parse_unix_ms(value)) return *time;
  return bad_parameter(name, "cannot parse \"" + value + "\" to a valid timestamp");
}

Outcome<std::int64_t> Call::duration(const std::string& name, std::int64_t otherwise) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  if (const auto ms = parse_step(value)) return *ms;
  return bad_parameter(name, "cannot parse \"" + value + "\" to a valid duration");
}

Outcome<std::size_t> Call::limit(const std::string& name) const {
  const std::string value = text(name);
  if (value.empty()) return std::size_t{0};
  const auto number = parse_number(value);
  constexpr double kMost = 1e9;
  if (!number || *number != static_cast<double>(static_cast<std::int64_t>(std::min(*number, kMost))))
    return bad_parameter(name, "limit must be a number");
  if (*number < 0) return bad_parameter(name, "limit must be non-negative");
  return static_cast<std::size_t>(*number);
}

Outcome<std::vector<Matchers>> Call::selectors() const {
  std::vector<Matchers> selectors;
  for (const auto& value : all("match[]")) {
    auto matchers = promql::parse_selector(value);
    if (!matchers) {
      const std::string& message = matchers.error().message;
      return bad_parameter("match[]", message.find("at least one non-empty matcher") == std::string::npos
                                          ? message
                                          : "match[] must contain at least one non-empty matcher");
    }
    selectors.push_back(std::move(*matchers));
  }
  return selectors;
}

Outcome<void> Call::take_timeout() {
  if (text("timeout").empty()) return {};
  const auto given = duration("timeout", 0);
  if (!given) return given.error();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(*given);
  stop_ = [deadline, outer = std::move(stop_)] {
    if (std::chrono::steady_clock::now() > deadline) return promql::Stop::kTimeout;
    return outer ? outer() : promql::Stop::kNo;
  };
  return {};
}

net::Response failed(const QueryError& error) {
  return net::json_response(promql::http_status(error), promql::to_json(error));
}

net::Response failed(int status, std::string_view type, std::string_view message) {
  std::string text = R"({"status":"error","errorType":)";
  promql::append_json_string(text, type);
  text += ",\"error\":";
  promql::append_json_string(text, message);
  return net::json_response(status, text + "}");
}

net::Response answered(std::string json, const std::vector<std::string>& warnings) {
  if (warnings.empty()) return net::json_response(200, std::move(json));
  json.pop_back();
  json += ",\"warnings\":[";
  for (const auto& warning : warnings) {
    if (json.back() != '[') json += ',';
    promql::append_json_string(json, warning);
  }
  return net::json_response(200, json + "]}");
}

net::Response answered(const Json& data, const std::vector<std::string>& warnings) {
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answered(R"({"status":"success","data":)" + text + "}", warnings);
}

QueryError bad_parameter(const std::string& name, const std::string& what) {
  return {QueryErrorType::kBadData, what, name};
}

std::string value_text(double value) {
  std::string out;
  promql::append_sample_value(out, value);
  return out;
}

Json labels_json(const promql::Labels& labels) {
  Json object = Json::object();
  for (const auto& label : labels) object[label.name] = label.value;
  return object;
}

}  // namespace incident::api::prometheus
