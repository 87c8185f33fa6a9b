// The Prometheus HTTP API, as promtool and Grafana call it. Answers and errors have Prometheus' own shapes.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "api/doors/doors.h"
#include "api/doors/time_text.h"
#include "api/limits.h"
#include "promql/engine.h"
#include "promql/json.h"
#include "promql/parser.h"

namespace incident::api {
namespace {

using promql::QueryError;
using promql::QueryErrorType;

net::Response failed(const QueryError& error) {
  return net::json_response(promql::http_status(error), promql::to_json(error));
}

QueryError bad_parameter(const std::string& name, const std::string& what) {
  return {QueryErrorType::kBadData, "invalid parameter \"" + name + "\": " + what, name};
}

// One request's view of the arena and its parameters, from the address and from a posted form.
class Call {
 public:
  Call(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop)
      : view_(view),
        metrics_(view.telemetry->metrics(), view.sim_epoch_ms()),
        stop_(stop),
        parameters_(request.query) {
    if (request.method == net::Method::kPost) {
      if (auto form = request.form()) parameters_.insert(parameters_.end(), form->begin(), form->end());
    }
  }

  net::Response query() const {
    const auto time = time_parameter("time", now());
    if (!time) return failed(time.error());
    auto result = promql::instant_query(metrics_, text("query"), *time, {}, stop_);
    return result ? net::json_response(200, promql::to_json(*result)) : failed(result.error());
  }

  net::Response query_range() const {
    const auto start = time_parameter("start", std::nullopt);
    if (!start) return failed(start.error());
    const auto end = time_parameter("end", std::nullopt);
    if (!end) return failed(end.error());
    const auto step = parse_step(text("step"));
    if (!step)
      return failed(bad_parameter("step", "cannot parse \"" + text("step") + "\" to a valid duration"));
    auto result = promql::range_query(metrics_, text("query"), *start, *end, *step, {}, stop_);
    return result ? net::json_response(200, promql::to_json(*result)) : failed(result.error());
  }

  net::Response series() const {
    const auto selectors = selector_parameters();
    if (!selectors) return failed(selectors.error());
    if (selectors->empty())
      return failed({QueryErrorType::kBadData, "no match[] parameter provided", "match[]"});
    std::vector<promql::LabelsPtr> found;
    for (const auto& matchers : *selectors) {
      auto some = metrics_.series(matchers, from(), to());
      found.insert(found.end(), some.begin(), some.end());
    }
    const auto less = [](const auto& a, const auto& b) { return *a < *b; };
    const auto same = [](const auto& a, const auto& b) { return *a == *b; };
    std::sort(found.begin(), found.end(), less);
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    return net::json_response(200, promql::success_json(std::span<const promql::LabelsPtr>(found)));
  }

  net::Response labels() const {
    return names([this](std::span<const promql::Matcher> matchers) {
      return metrics_.label_names(matchers, from(), to());
    });
  }

  net::Response label_values(std::string_view label) const {
    if (!promql::is_label_name(label))
      return failed({QueryErrorType::kBadData, "invalid label name: \"" + std::string(label) + "\"", "name"});
    return names([this, label](std::span<const promql::Matcher> matchers) {
      return metrics_.label_values(label, matchers, from(), to());
    });
  }

 private:
  std::string text(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
      if (key == name) return value;
    }
    return {};
  }

  std::int64_t now() const { return view_.unix_ms(view_.now); }

  promql::QueryOutcome<std::int64_t> time_parameter(const std::string& name,
                                                    std::optional<std::int64_t> otherwise) const {
    const std::string value = text(name);
    if (value.empty() && otherwise) return *otherwise;
    if (const auto time = parse_unix_ms(value)) return *time;
    return bad_parameter(name, "cannot parse \"" + value + "\" to a valid timestamp");
  }

  std::int64_t from() const { return parse_unix_ms(text("start")).value_or(promql::kMinTimeMs); }
  std::int64_t to() const { return parse_unix_ms(text("end")).value_or(now()); }

  promql::QueryOutcome<std::vector<std::vector<promql::Matcher>>> selector_parameters() const {
    std::vector<std::vector<promql::Matcher>> selectors;
    for (const auto& [name, value] : parameters_) {
      if (name != "match[]") continue;
      auto matchers = promql::parse_selector(value);
      if (!matchers) return bad_parameter("match[]", matchers.error().message);
      selectors.push_back(std::move(*matchers));
    }
    return selectors;
  }

  template <class Read>
  net::Response names(Read read) const {
    const auto selectors = selector_parameters();
    if (!selectors) return failed(selectors.error());
    std::vector<std::string> found;
    if (selectors->empty()) found = read({});
    for (const auto& matchers : *selectors) {
      auto some = read(matchers);
      found.insert(found.end(), some.begin(), some.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return net::json_response(200, promql::success_json(std::span<const std::string>(found)));
  }

  const ArenaView& view_;
  telemetry::MetricView metrics_;
  const promql::StopCheck& stop_;
  net::NameValues parameters_;
};

}  // namespace

net::Response prometheus_door(const ArenaView& view, std::string_view path, const net::Request& request,
                              const promql::StopCheck& stop) {
  const Call call(view, request, stop);
  if (path == "api/v1/query") return call.query();
  if (path == "api/v1/query_range") return call.query_range();
  if (path == "api/v1/series") return call.series();
  if (path == "api/v1/labels") return call.labels();
  constexpr std::string_view kLabel = "api/v1/label/", kValues = "/values";
  if (path.starts_with(kLabel) && path.ends_with(kValues) && path.size() > kLabel.size() + kValues.size()) {
    path.remove_prefix(kLabel.size());
    path.remove_suffix(kValues.size());
    return call.label_values(path);
  }
  if (path == "api/v1/status/buildinfo") {
    return net::json_response(200, R"({"status":"success","data":{"version":"2.53.0","revision":"incident",)"
                                   R"("branch":"","buildUser":"","buildDate":"","goVersion":""}})");
  }
  return net::problem(
      not_found("this door has query, query_range, series, labels, label/{name}/values and "
                "status/buildinfo",
                std::string(path)));
}

}  // namespace incident::api
