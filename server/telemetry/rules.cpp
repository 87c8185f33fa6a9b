#include "telemetry/rules.h"

#include <algorithm>
#include <bit>

#include "promql/engine.h"
#include "promql/parser.h"
#include "telemetry/limits.h"
#include "telemetry/telemetry.h"

namespace incident::telemetry {
namespace {

constexpr const char* kAlertsMetric = "ALERTS";

Result<promql::ExprPtr> parse_rule(const std::string& query, const std::string& at) {
  Result<promql::ExprPtr> expr = promql::parse_expr(query);
  if (!expr) return invalid(expr.error().message, at);
  const promql::ValueType type = promql::value_type(**expr);
  if (type != promql::ValueType::kVector && type != promql::ValueType::kScalar) {
    return invalid(std::string("a rule's expression must be an instant vector or a scalar, this is a ") +
                       promql::describe(type),
                   at);
  }
  return expr;
}

promql::Labels alert_labels(const AlertRule& rule, const promql::Labels& element) {
  promql::Labels labels = element;
  labels.erase(promql::kMetricName);
  labels.set("alertname", rule.name);
  labels.set("severity", rule.severity);
  if (!labels.has("service")) labels.set("service", rule.service);
  return labels;
}

}  // namespace

Result<std::shared_ptr<const RuleSet>> parse_rules(const TelemetryConfig& config) {
  auto rules = std::make_shared<RuleSet>();
  for (const AlertRule& rule : config.rules) {
    auto expr = parse_rule(rule.expr, "rules." + rule.name + ".expr");
    if (!expr) return expr.error();
    rules->alerts.push_back(std::move(*expr));
  }
  for (const RecordingRule& rule : config.recordings) {
    auto expr = parse_rule(rule.expr, "recordings." + rule.record + ".expr");
    if (!expr) return expr.error();
    rules->recordings.push_back(std::move(*expr));
  }
  return std::shared_ptr<const RuleSet>(std::move(rules));
}

RuleEvaluator::RuleEvaluator(std::shared_ptr<const TelemetryConfig> config,
                             std::shared_ptr<const RuleSet> rules)
    : config_(std::move(config)), rules_(std::move(rules)) {}

void RuleEvaluator::evaluate(MetricStore& store, AlertLog& log) {
  const SimTime at = store.last_scrape();
  for (Active& active : active_) active.seen = false;
  for (Written& written : written_) written.seen = false;
  for (std::uint32_t rule = 0; rule < rules_->alerts.size(); ++rule) evaluate_alert(store, log, rule, at);
  record(store, log, at.milliseconds());
  settle(store, log, at);
  for (Written& written : written_) {
    if (written.seen || !written.shown) continue;
    store.end_series(written.series);
    written.shown = false;
  }
}

void RuleEvaluator::evaluate_alert(const MetricStore& store, AlertLog& log, std::uint32_t rule, SimTime at) {
  const MetricView view(store, 0);
  const auto outcome = promql::instant_query(view, *rules_->alerts[rule], at.milliseconds());
  if (!outcome) {
    ++log.evaluation_errors_;
    return;
  }
  std::vector<std::pair<promql::Labels, double>> elements;
  if (outcome->type == promql::ValueType::kScalar) {
    if (outcome->scalar != 0) elements.emplace_back(promql::Labels(), outcome->scalar);
  } else {
    for (const promql::ResultSeries& series : outcome->series) {
      if (!series.points.empty()) elements.emplace_back(*series.labels, series.points.back().v);
    }
  }
  std::size_t taken = 0;
  for (const auto& [element, value] : elements) {
    if (++taken > limits::kAlertsPerRuleMax) break;
    promql::Labels labels = alert_labels(config_->rules[rule], element);
    auto it = std::find_if(active_.begin(), active_.end(), [&](const Active& active) {
      return active.rule == rule && *active.labels == labels;
    });
    if (it == active_.end()) {
      ++log.version_;
      active_.push_back(
          {rule, std::make_shared<const promql::Labels>(std::move(labels)), kNone, at, value, true});
      continue;
    }
    it->value = value;
    it->seen = true;
  }
}

// Moves alerts on: those that held long enough fire, those that no longer hold resolve.
void RuleEvaluator::settle(MetricStore& store, AlertLog& log, SimTime at) {
  log.pending_.clear();
  for (Active& active : active_) {
    const AlertRule& rule = config_->rules[active.rule];
    if (!active.seen) {
      ++log.version_;
      if (active.fired == kNone) continue;
      Alert& alert = log.fired_[active.fired];
      alert.state = AlertState::kResolved;
      alert.resolved_at = at;
      continue;
    }
    if (active.fired == kNone && at - active.since >= rule.hold &&
        log.fired_.size() < limits::kAlertHistoryMax) {
      ++log.version_;
      active.fired = static_cast<std::uint32_t>(log.fired_.size());
      Alert alert;
      alert.rule = active.rule;
      alert.labels = active.labels;
      alert.state = AlertState::kFiring;
      alert.active_since = active.since;
      alert.fired_at = at;
      log.fired_.push_back(std::move(alert));
      if (rule.pages && !log.first_page_) log.first_page_ = at;
    }
    promql::Labels labels = *active.labels;
    labels.set(promql::kMetricName, kAlertsMetric);
    if (active.fired != kNone) {
      log.fired_[active.fired].value = active.value;
      labels.set("alertstate", to_string(AlertState::kFiring));
    } else {
      Alert alert;
      alert.rule = active.rule;
      alert.labels = active.labels;
      alert.active_since = active.since;
      alert.value = active.value;
      log.pending_.push_back(std::move(alert));
      labels.set("alertstate", to_string(AlertState::kPending));
    }
    show(store, std::move(labels), 1);
  }
  std::erase_if(active_, [](const Active& active) { return !active.seen; });
}

void RuleEvaluator::record(MetricStore& store, AlertLog& log, std::int64_t at_ms) {
  std::vector<std::pair<promql::Labels, double>> results;
  {
    const MetricView view(store, 0);
    for (std::size_t i = 0; i < rules_->recordings.size(); ++i) {
      const auto outcome = promql::instant_query(view, *rules_->recordings[i], at_ms);
      if (!outcome) {
        ++log.evaluation_errors_;
        continue;
      }
      const std::string& name = config_->recordings[i].record;
      if (outcome->type == promql::ValueType::kScalar) {
        results.emplace_back(promql::Labels{{std::string(promql::kMetricName), name}}, outcome->scalar);
        continue;
      }
      for (const promql::ResultSeries& series : outcome->series) {
        if (series.points.empty()) continue;
        promql::Labels labels = *series.labels;
        labels.set(promql::kMetricName, name);
        results.emplace_back(std::move(labels), series.points.back().v);
      }
    }
  }
  for (auto& [labels, value] : results) show(store, std::move(labels), value);
}

void RuleEvaluator::show(MetricStore& store, promql::Labels labels, double value) {
  auto it = std::find_if(written_.begin(), written_.end(),
                         [&](const Written& written) { return *written.labels == labels; });
  if (it == written_.end()) {
    if (written_.size() >= limits::kAlertSeriesMax || store.full()) return;
    Series series;
    series.labels = std::make_shared<const promql::Labels>(std::move(labels));
    series.cell = store.add_cells(1);
    series.floating = true;
    series.group = store.add_group();
    Written written{series.labels, 0, series.cell, true, false};
    written.series = store.add_series(std::move(series));
    written_.push_back(std::move(written));
    it = written_.end() - 1;
  }
  if (!it->shown) store.reopen_series(it->series);
  it->shown = it->seen = true;
  store.cell(it->cell) = std::bit_cast<std::int64_t>(value);
}

}  // namespace incident::telemetry
