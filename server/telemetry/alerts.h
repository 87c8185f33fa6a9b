// Alert rules, and what became of them: pending, firing, resolved, each with its time. Rules are PromQL,
// parsed once and shared by all rooms that play the incident.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "promql/labels.h"

namespace incident::telemetry {

struct AlertRule {
  std::string name, service;
  std::string severity;  // critical | warning
  std::string expr, summary, runbook;
  Duration hold;  // Prometheus' `for`
  bool pages = false;
};

// A query whose result is kept as series of its own.
struct RecordingRule {
  std::string record;  // the new metric's name
  std::string expr;
};

enum class AlertState : std::uint8_t { kPending, kFiring, kResolved };
const char* to_string(AlertState state);  // pending, firing, resolved

// One label set of one rule, from the moment its expression first held until it no longer did.
struct Alert {
  std::uint32_t rule = 0;  // index into the rules
  promql::LabelsPtr labels;
  AlertState state = AlertState::kPending;
  SimTime active_since;
  std::optional<SimTime> fired_at, resolved_at;
  double value = 0;  // of the expression, at the last evaluation in which it held
};

// What changed, for streams: entries are never removed or reordered, only their state moves on.
class AlertLog {
 public:
  // All alerts that have fired, oldest first, and those that are pending now. An alert that was pending and
  // did not fire leaves no trace, as in Prometheus.
  std::vector<Alert> all() const;
  const std::vector<Alert>& fired() const { return fired_; }
  const std::vector<Alert>& pending() const { return pending_; }
  std::uint64_t version() const { return version_; }  // moves with every change of state
  std::optional<SimTime> first_page() const { return first_page_; }
  std::uint64_t evaluation_errors() const { return evaluation_errors_; }
  void hash(Hasher& hasher) const;

 private:
  friend class RuleEvaluator;
  std::vector<Alert> fired_;  // firing and resolved
  std::vector<Alert> pending_;
  std::optional<SimTime> first_page_;
  std::uint64_t version_ = 0;
  std::uint64_t evaluation_errors_ = 0;
};

}  // namespace incident::telemetry
