#include "telemetry/rule_file.h"

#include "promql/json.h"
#include "promql/number.h"

namespace incident::telemetry {
namespace {

// In double quotes, which YAML reads as JSON does.
std::string quoted(std::string_view text) {
  std::string out;
  promql::append_json_string(out, text);
  return out;
}

// A text that a template leaves as it is.
std::string literal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "{{") {
      out += R"({{ "{{" }})";
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

void begin_group(std::string& out, const std::string& name, Duration interval) {
  out += "  - name: " + quoted(name) + "\n    interval: " + promql::format_duration(interval.milliseconds()) +
         "\n    rules:\n";
}

void add_alert(std::string& out, const AlertRule& rule) {
  out += "      - alert: " + quoted(rule.name) + "\n        expr: " + quoted(rule.expr) + "\n";
  if (rule.hold.us > 0) out += "        for: " + promql::format_duration(rule.hold.milliseconds()) + "\n";
  out += "        labels:\n          severity: " + quoted(literal(rule.severity)) + "\n";
  out += "          service: " +
         quoted("{{ with $labels.service }}{{ . }}{{ else }}" + literal(rule.service) + "{{ end }}") + "\n";
  out += "        annotations:\n          summary: " + quoted(literal(rule.summary)) + "\n";
  if (!rule.runbook.empty()) out += "          runbook: " + quoted(literal(rule.runbook)) + "\n";
}

}  // namespace

std::string rule_file(const TelemetryConfig& config, std::string_view group) {
  std::string out = "groups:\n";
  if (!config.rules.empty()) {
    begin_group(out, std::string(group), config.rule_interval);
    for (const AlertRule& rule : config.rules) add_alert(out, rule);
  }
  if (!config.recordings.empty()) {
    begin_group(out, std::string(group) + "-recordings", config.rule_interval);
    for (const RecordingRule& rule : config.recordings)
      out += "      - record: " + quoted(rule.record) + "\n        expr: " + quoted(rule.expr) + "\n";
  }
  if (config.rules.empty() && config.recordings.empty()) return "groups: []\n";
  return out;
}

}  // namespace incident::telemetry
