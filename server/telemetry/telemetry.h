// What people on call can see of a simulated system: metrics, logs, traces and alerts, all made from what
// simulated requests did and from nothing else.
//
// Telemetry is a value beside the simulation. A copy is a fork: everything that is full and final is shared,
// so it costs well under a millisecond, and `std::make_shared<const Telemetry>(t)` is a consistent view for
// another thread. One thread at a time may write; a const value may be read from any thread. The same
// simulation gives the same hash(), however its run was split. Nothing here reads a clock or can name a
// cause: causes are in causes.h, which only the judging of evidence uses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/simulation.h"
#include "telemetry/alerts.h"
#include "telemetry/log_store.h"
#include "telemetry/metric_store.h"
#include "telemetry/trace_store.h"

namespace incident::telemetry {

struct TelemetryConfig {
  Duration scrape_interval = seconds(5);
  Duration rule_interval = seconds(15);  // a multiple of the scrape interval
  std::vector<AlertRule> rules;
  std::vector<RecordingRule> recordings;
  std::uint32_t keep_permille = 20;             // of healthy traces
  std::uint32_t access_log_permille = 20;       // of requests that leave a routine line at the edge
  Duration slow_statement = milliseconds(500);  // databases log statements that take longer
};
// Errors: a rule that does not parse, a name used twice, intervals that do not fit.
Result<void> validate(const TelemetryConfig& config);

// Customers' requests of one journey over a window, weighted.
struct JourneyHealth {
  sim::JourneyId journey;
  double rate = 0;  // a second
  double error_share = 0, slow_share = 0;
};

// Customers' requests since the simulation began, weighted, at one scrape.
struct HarmPoint {
  SimTime at;
  std::uint64_t ok = 0, slow = 0, failed = 0;
  std::uint64_t harmed() const { return slow + failed; }
};

class Recorder;
struct RuleSet;

class Telemetry {
 public:
  // The configuration must have passed validate().
  Telemetry(std::shared_ptr<const sim::Model> model, std::shared_ptr<const TelemetryConfig> config,
            std::uint64_t seed);
  Telemetry(const Telemetry&);
  Telemetry(Telemetry&&) noexcept;
  Telemetry& operator=(const Telemetry&);
  Telemetry& operator=(Telemetry&&) noexcept;
  ~Telemetry();

  // Runs the simulation to `end` and records it, scraping and evaluating rules on the way. Always with the
  // same simulation, or a fork of both.
  void run(sim::Simulation& sim, SimTime end);
  // Begins an action and records what it does at once. Errors: as Simulation::begin.
  Result<sim::ActionId> act(sim::Simulation& sim, const sim::Action& action);

  const MetricStore& metrics() const;
  const LogStore& logs() const;
  const TraceStore& traces() const;
  const AlertLog& alerts() const;
  const TelemetryConfig& config() const;
  const RuleSet& rules() const;
  std::optional<SimTime> first_page() const;  // when a rule with `pages` first fired

  // One entry a journey, over the last `window` (rounded up to scrapes; at most since the beginning).
  std::vector<JourneyHealth> journey_health(Duration window) const;
  const std::vector<HarmPoint>& harm_curve() const;  // one a scrape
  HarmPoint harm_now() const;

  std::uint64_t hash() const;  // of all content
  std::size_t memory_bytes() const;

 private:
  std::unique_ptr<Recorder> recorder_;
};

// As `kubectl get pods` shows it: "checkout-7d9f-2". The middle depends on the service and its revision.
std::string pod_name(const sim::Model& model, sim::ServiceId service, sim::RevisionId revision,
                     std::uint32_t serial);
std::string pod_name(const sim::Model& model, const sim::Simulation& sim, sim::InstanceId instance);

}  // namespace incident::telemetry
