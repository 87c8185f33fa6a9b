// Evaluates alert and recording rules. The rules are parsed once and shared by all that play the incident;
// what is pending or firing belongs to one arena and is copied with it. Part of Telemetry.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "promql/ast.h"
#include "telemetry/alerts.h"
#include "telemetry/metric_store.h"

namespace incident::telemetry {

struct TelemetryConfig;

struct RuleSet {
  std::vector<promql::ExprPtr> alerts;  // in the order of the configuration
  std::vector<promql::ExprPtr> recordings;
};
// Parses the rules. Errors: the first rule that is not PromQL, or not of a type that a rule can use.
Result<std::shared_ptr<const RuleSet>> parse_rules(const TelemetryConfig& config);

class RuleEvaluator {
 public:
  RuleEvaluator(std::shared_ptr<const TelemetryConfig> config, std::shared_ptr<const RuleSet> rules);

  // At the store's last scrape. Series that rules make are shown from the next scrape on.
  void evaluate(MetricStore& store, AlertLog& log);
  const RuleSet& rules() const { return *rules_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Active {
    std::uint32_t rule = 0;
    promql::LabelsPtr labels;
    std::uint32_t fired = kNone;  // place in the log, or still pending
    SimTime since;
    double value = 0;
    bool seen = false;  // in this evaluation
  };
  // A series that rules write.
  struct Written {
    promql::LabelsPtr labels;
    std::uint32_t series = 0, cell = 0;
    bool shown = true;
    bool seen = false;
  };

  void record(MetricStore& store, AlertLog& log, std::int64_t at_ms);
  void evaluate_alert(const MetricStore& store, AlertLog& log, std::uint32_t rule, SimTime at);
  void settle(MetricStore& store, AlertLog& log, SimTime at);
  void show(MetricStore& store, promql::Labels labels, double value);

  std::shared_ptr<const TelemetryConfig> config_;
  std::shared_ptr<const RuleSet> rules_;
  std::vector<Active> active_;
  std::vector<Written> written_;
};

}  // namespace incident::telemetry
