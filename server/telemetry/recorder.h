// All of one arena's telemetry: the stores, what fills them, and the clockwork of scrapes and rules. It is
// the observer of the simulation. A plain value; Telemetry is its public face.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/observer.h"
#include "telemetry/instruments.h"
#include "telemetry/log_writer.h"
#include "telemetry/rules.h"
#include "telemetry/telemetry.h"
#include "telemetry/trace_builder.h"

namespace incident::telemetry {

class Recorder : public sim::Observer {
 public:
  Recorder(std::shared_ptr<const Names> names, std::shared_ptr<const TelemetryConfig> config,
           std::shared_ptr<const RuleSet> rules);

  void run(sim::Simulation& sim, SimTime end);
  Result<sim::ActionId> act(sim::Simulation& sim, const sim::Action& action);

  void on_call(const sim::CallRecord& record) override;
  void on_task(const sim::TaskRecord& record) override;
  void on_user(const sim::UserRecord& record) override;
  void on_part(const sim::PartRecord& record) override;
  void on_change(const sim::ChangeRecord& record) override;
  void on_trace_end(std::uint64_t trace) override;

  std::vector<JourneyHealth> journey_health(Duration window) const;
  HarmPoint harm_now() const;
  std::uint64_t hash() const;
  std::size_t memory_bytes() const;

  std::shared_ptr<const Names> names;
  std::shared_ptr<const TelemetryConfig> config;
  MetricStore metrics;
  LogStore logs;
  TraceStore traces;
  AlertLog alerts;
  RuleEvaluator rules;
  std::vector<HarmPoint> harm;  // one a scrape

 private:
  struct Pod {
    std::uint32_t number = kNoPod;
    std::uint32_t serial = 0;
  };
  struct Totals {
    std::uint64_t ok = 0, slow = 0, failed = 0;
  };

  void attach(const sim::Simulation& sim);
  void detach();
  void start_pod(std::size_t slot, const sim::InstanceView& view);
  void leave(std::size_t slot);
  void scrape();
  std::uint32_t pod_of(sim::InstanceId id) const { return id.valid() ? pods_[id.index()].number : kNoPod; }

  std::shared_ptr<const Layout> layout_;
  Instruments instruments_;
  LogWriter writer_;
  TraceBuilder builder_;
  std::vector<Pod> pods_;              // by slot
  std::vector<Totals> totals_;         // by journey
  std::vector<std::uint32_t> points_;  // ok, slow, failed of each journey at each scrape
  SimTime now_;
  bool begun_ = false;
  const sim::Simulation* sim_ = nullptr;  // during a run
};

}  // namespace incident::telemetry
