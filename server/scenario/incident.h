// An incident as the rest of the house sees it: the system it happens in, what goes wrong and when, the
// texts, and the answer. Read from files by library.h, immutable afterwards and shared by every match that
// plays it; any thread may read.
//
// Secret until a match has ended: `plan`, `answer`, `evidence`, hints not yet taken, `debrief`, `reference`,
// `tempting`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/action.h"
#include "sim/model.h"
#include "sim/plan.h"
#include "telemetry/telemetry.h"

namespace incident::scenario {

struct Answer {
  std::string component;                      // a service's name
  std::string mechanism;                      // an id from mechanisms.h
  std::string trigger;                        // the change's title, or "none"
  std::optional<std::size_t> trigger_change;  // index into the plan's changes
};

// A revert_change names its target by its index in the plan; action_names.h's `resolve` finds the change in a
// running simulation.
struct TimedCommand {
  Duration at{0};  // since the page
  sim::Action action;
};

// A course of actions and what it should do. The reference solution defines par.
struct Solution {
  std::string name, why;
  std::vector<TimedCommand> commands;
  std::optional<Duration> ends_harm_within;  // since the page; none: it does not end it
};

// What the author says that pieces of evidence show. The first mark that fits a piece counts. Measured
// against the causal ids (match/measured_causes.h); play does not depend on it.
struct EvidenceMark {
  std::string kind;     // log | trace | series | change | alert
  std::string of;       // a service: of the line, of a span of the trace; may be empty
  std::string text;     // part of the line or of the trace's operations; a change's title, an alert's name
  std::string query;    // series: PromQL
  bool errors = false;  // traces: only those in which something failed
  std::string verdict;  // causal | collateral | unrelated
};

struct Hint {
  std::string text;
  int price = 0;  // points of conduct
};

struct Debrief {
  std::string what_happened, why_it_misled, prevention;
  std::string modelled_on;  // the public outage, or the mechanism it is inspired by
  std::string write_up;     // its public address or title
};

struct Panel {
  std::string title, unit;  // unit: s | req/s | percent | count | cores | bytes
  std::string query;        // PromQL
  std::string legend;       // such as "{{service}}"
};

struct Dashboard {
  std::string id, title;
  std::vector<Panel> panels;
};

// What players may read about a system.
struct SystemInfo {
  std::string id, title, description;
  std::map<std::string, std::string> services;  // description by name
  std::vector<Dashboard> dashboards;

  std::string describe(const std::string& service) const {
    const auto found = services.find(service);
    return found == services.end() ? std::string() : found->second;
  }
};

struct Incident {
  std::string id, title;     // the title holds no answer
  std::string system;        // the system's title
  std::string severity;      // SEV1 ... SEV3
  std::string briefing;      // what the pager says
  std::string content_hash;  // of the incident's and the system's files: a match is played on one version
  int difficulty = 1;        // 1 to 5
  Duration expected{0};      // how long a good team takes
  Duration time_limit{0};    // since the page
  Duration history{0};       // healthy past before the first fault may begin
  Duration page_within{0};   // since the plan's first causal change
  std::vector<std::string> tags, roles;

  std::shared_ptr<const sim::Model> model;
  std::shared_ptr<const sim::Plan> plan;
  std::shared_ptr<const telemetry::TelemetryConfig> telemetry;
  std::shared_ptr<const SystemInfo> info;

  Answer answer;
  std::vector<EvidenceMark> evidence;
  std::vector<Hint> hints;
  Debrief debrief;
  Solution reference;
  std::vector<Solution> tempting;
};

}  // namespace incident::scenario
