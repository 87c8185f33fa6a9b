// The system's alert and recording rules and what became of them, and the rule file that holds them.
#include <algorithm>

#include "api/doors/prometheus_call.h"
#include "api/doors/time_text.h"
#include "promql/number.h"
#include "telemetry/rule_file.h"
#include "telemetry/rules.h"

namespace incident::api::prometheus {
namespace {

using telemetry::Alert;
using telemetry::AlertState;

std::string rule_file_name(const Call& call) {
  return "/etc/prometheus/rules/" + call.view().incident->info->id + ".yml";
}

// The last time at which rules were evaluated.
SimTime last_evaluation(const Call& call) {
  const auto& metrics = call.telemetry().metrics();
  const Duration interval = call.telemetry().config().rule_interval;
  return SimTime{} + Duration{(metrics.last_scrape() - SimTime{}).us / interval.us * interval.us};
}

Json annotations(const telemetry::AlertRule& rule) {
  Json object = {{"summary", rule.summary}};
  if (!rule.runbook.empty()) object["runbook"] = rule.runbook;
  return object;
}

Json alert_json(const Call& call, const Alert& alert) {
  return {{"labels", labels_json(*alert.labels)},
          {"annotations", annotations(call.telemetry().config().rules[alert.rule])},
          {"state", telemetry::to_string(alert.state)},
          {"activeAt", rfc3339(call.view().unix_ms(alert.active_since))},
          {"value", promql::format_exponent(alert.value)}};
}

// Pending and firing ones; what has resolved is no longer shown.
std::vector<Alert> active(const Call& call) {
  std::vector<Alert> alerts;
  for (const Alert& alert : call.telemetry().alerts().fired()) {
    if (alert.state == AlertState::kFiring) alerts.push_back(alert);
  }
  const auto& pending = call.telemetry().alerts().pending();
  alerts.insert(alerts.end(), pending.begin(), pending.end());
  return alerts;
}

// Health is only looked into where some evaluation has failed: most systems never see one.
void add_health(const Call& call, const promql::Expr& expr, Json& rule) {
  rule["health"] = "ok";
  rule["evaluationTime"] = 0;  // no simulated time goes by
  const SimTime at = last_evaluation(call);
  rule["lastEvaluation"] = rfc3339(call.view().unix_ms(at));
  if (at == SimTime{}) rule["health"] = "unknown";
  if (call.telemetry().alerts().evaluation_errors() == 0) return;
  const auto outcome = promql::instant_query(call.metrics(), expr, call.view().unix_ms(at), {}, call.stop());
  if (outcome) return;
  rule["health"] = "err";
  rule["lastError"] = outcome.error().message;
}

Json alerting_rule(const Call& call, std::size_t index, const std::vector<Alert>& alerts) {
  const auto& rule = call.telemetry().config().rules[index];
  const auto& expr = *call.telemetry().rules().alerts[index];
  Json object = {{"type", "alerting"},
                 {"name", rule.name},
                 {"query", promql::to_string(expr)},
                 {"duration", rule.hold.seconds()},
                 {"keepFiringFor", 0},
                 {"labels", {{"severity", rule.severity}, {"service", rule.service}}},
                 {"annotations", annotations(rule)}};
  bool firing = false, pending = false;
  Json list = Json::array();
  for (const Alert& alert : alerts) {
    if (alert.rule != index) continue;
    firing = firing || alert.state == AlertState::kFiring;
    pending = pending || alert.state == AlertState::kPending;
    list.push_back(alert_json(call, alert));
  }
  object["state"] = firing ? "firing" : pending ? "pending" : "inactive";
  if (!call.flag("exclude_alerts")) object["alerts"] = std::move(list);
  add_health(call, expr, object);
  return object;
}

Json recording_rule(const Call& call, std::size_t index) {
  const auto& expr = *call.telemetry().rules().recordings[index];
  Json object = {{"type", "recording"},
                 {"name", call.telemetry().config().recordings[index].record},
                 {"query", promql::to_string(expr)}};
  add_health(call, expr, object);
  return object;
}

bool wanted(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::count(names.begin(), names.end(), name) > 0;
}

}  // namespace

net::Response rules(const Call& call) {
  const std::string type = call.text("type");
  if (!type.empty() && type != "alert" && type != "record")
    return failed(bad_parameter("type", "not supported value \"" + type + "\""));
  const auto names = call.all("rule_name[]"), groups = call.all("rule_group[]"), files = call.all("file[]");
  const auto& config = call.telemetry().config();
  const std::vector<Alert> alerts = active(call);
  Json alerting = Json::array(), recording = Json::array();
  for (std::size_t i = 0; i < config.rules.size() && type != "record"; ++i) {
    if (wanted(names, config.rules[i].name)) alerting.push_back(alerting_rule(call, i, alerts));
  }
  for (std::size_t i = 0; i < config.recordings.size() && type != "alert"; ++i) {
    if (wanted(names, config.recordings[i].record)) recording.push_back(recording_rule(call, i));
  }
  Json list = Json::array();
  const std::string file = rule_file_name(call);
  const auto add_group = [&](const std::string& name, Json members) {
    if (members.empty() || !wanted(groups, name) || !wanted(files, file)) return;
    list.push_back({{"name", name},
                    {"file", file},
                    {"rules", std::move(members)},
                    {"interval", config.rule_interval.seconds()},
                    {"limit", 0},
                    {"evaluationTime", 0},
                    {"lastEvaluation", rfc3339(call.view().unix_ms(last_evaluation(call)))}});
  };
  const std::string& system = call.view().incident->info->id;
  add_group(system, std::move(alerting));
  add_group(system + "-recordings", std::move(recording));
  return answered({{"groups", std::move(list)}});
}

net::Response alerts(const Call& call) {
  Json list = Json::array();
  for (const Alert& alert : active(call)) list.push_back(alert_json(call, alert));
  return answered({{"alerts", std::move(list)}});
}

net::Response rules_yaml(const Call& call) {
  net::Response response = net::text_response(
      200, telemetry::rule_file(call.telemetry().config(), call.view().incident->info->id));
  response.content_type = "application/yaml";
  return response;
}

}  // namespace incident::api::prometheus
