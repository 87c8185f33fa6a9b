#include "telemetry/telemetry.h"

#include <set>
#include <stdexcept>

#include "promql/labels.h"
#include "telemetry/recorder.h"

namespace incident::telemetry {
namespace {

std::shared_ptr<const RuleSet> rules_of(const TelemetryConfig& config) {
  auto rules = parse_rules(config);
  if (!rules) throw std::invalid_argument(rules.error().at + ": " + rules.error().message);
  return *rules;
}

}  // namespace

Result<void> validate(const TelemetryConfig& config) {
  if (config.scrape_interval < seconds(1) || config.scrape_interval.us % 1000 != 0) {
    return invalid("the scrape interval must be whole milliseconds, and at least a second",
                   "scrape_interval");
  }
  if (config.rule_interval < config.scrape_interval ||
      config.rule_interval.us % config.scrape_interval.us != 0) {
    return invalid("the rule interval must be a multiple of the scrape interval", "rule_interval");
  }
  std::set<std::string> names;
  for (const AlertRule& rule : config.rules) {
    const std::string at = "rules." + rule.name;
    if (rule.name.empty()) return invalid("an alert rule needs a name", "rules");
    if (!names.insert(rule.name).second) return invalid("two alert rules have this name", at);
    if (rule.severity != "critical" && rule.severity != "warning") {
      return invalid("the severity must be critical or warning", at + ".severity");
    }
    if (rule.hold.us < 0) return invalid("the time to hold must not be negative", at + ".hold");
  }
  for (const RecordingRule& rule : config.recordings) {
    if (!promql::is_metric_name(rule.record)) {
      return invalid("'" + rule.record + "' is not a metric name", "recordings");
    }
  }
  auto rules = parse_rules(config);
  if (!rules) return rules.error();
  return {};
}

Telemetry::Telemetry(std::shared_ptr<const sim::Model> model, std::shared_ptr<const TelemetryConfig> config,
                     std::uint64_t seed) {
  auto rules = rules_of(*config);
  recorder_ = std::make_unique<Recorder>(std::make_shared<const Names>(std::move(model), seed),
                                         std::move(config), std::move(rules));
}
Telemetry::Telemetry(const Telemetry& o) : recorder_(std::make_unique<Recorder>(*o.recorder_)) {}
Telemetry::Telemetry(Telemetry&&) noexcept = default;
Telemetry& Telemetry::operator=(const Telemetry& o) {
  if (this != &o) recorder_ = std::make_unique<Recorder>(*o.recorder_);
  return *this;
}
Telemetry& Telemetry::operator=(Telemetry&&) noexcept = default;
Telemetry::~Telemetry() = default;

void Telemetry::run(sim::Simulation& sim, SimTime end) {
  recorder_->run(sim, end);
}
Result<sim::ActionId> Telemetry::act(sim::Simulation& sim, const sim::Action& action) {
  return recorder_->act(sim, action);
}

const MetricStore& Telemetry::metrics() const {
  return recorder_->metrics;
}
const LogStore& Telemetry::logs() const {
  return recorder_->logs;
}
const TraceStore& Telemetry::traces() const {
  return recorder_->traces;
}
const AlertLog& Telemetry::alerts() const {
  return recorder_->alerts;
}
const TelemetryConfig& Telemetry::config() const {
  return *recorder_->config;
}
const RuleSet& Telemetry::rules() const {
  return recorder_->rules.rules();
}
std::optional<SimTime> Telemetry::first_page() const {
  return recorder_->alerts.first_page();
}
std::vector<JourneyHealth> Telemetry::journey_health(Duration window) const {
  return recorder_->journey_health(window);
}
const std::vector<HarmPoint>& Telemetry::harm_curve() const {
  return recorder_->harm;
}
HarmPoint Telemetry::harm_now() const {
  return recorder_->harm_now();
}
std::uint64_t Telemetry::hash() const {
  return recorder_->hash();
}
std::size_t Telemetry::memory_bytes() const {
  return recorder_->memory_bytes();
}

}  // namespace incident::telemetry
