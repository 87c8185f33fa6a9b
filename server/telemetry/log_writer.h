// Decides what services write: lines about calls, tasks and parts, limited for each pod and template as real
// loggers are, with "suppressed N similar messages" in place of the rest. Part of Telemetry; copied with it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/observer.h"
#include "sim/simulation.h"
#include "telemetry/layout.h"
#include "telemetry/log_store.h"
#include "telemetry/trace_builder.h"

namespace incident::telemetry {

struct LogSettings {
  std::uint32_t access_permille = 20;
  Duration slow_statement;
};

class LogWriter {
 public:
  LogWriter(std::shared_ptr<const Layout> layout, LogSettings settings);

  void pod_started(std::size_t slot, std::uint32_t pod) { pods_[slot].pod = pod; }
  void pod_gone(std::size_t slot) { pods_[slot].pod = kNoPod; }

  void on_call(const sim::Simulation& sim, const sim::CallRecord& record);
  void on_task(const sim::Simulation& sim, const sim::TaskRecord& record);
  void on_part(const sim::Simulation& sim, const sim::PartRecord& record);
  void on_change(const sim::Simulation& sim, const sim::ChangeRecord& record, sim::CauseMask cause);

  // Where lines go; set for the time of a run.
  void attach(LogStore* logs, TraceBuilder* traces) {
    logs_ = logs;
    traces_ = traces;
  }
  std::size_t memory_bytes() const;

 private:
  struct Pod {
    std::uint32_t pod = kNoPod;
    std::int32_t second = -1;
    std::uint32_t lines = 0;        // in this second
    std::int64_t next_routine = 0;  // checkpoint or save, microseconds
    std::uint32_t tasks = 0;        // since the last of those
  };
  struct Limit {
    std::int32_t second = -1;
    std::uint32_t lines = 0;  // in this second
    std::uint32_t suppressed = 0;
    std::int32_t told = -1;  // second in which `suppressed` was told of
  };

  void write(std::size_t slot, LogRecord record, bool limited);
  bool admit(std::size_t slot, const LogRecord& record);
  bool sampled(std::uint64_t trace, std::uint32_t permille) const;
  void statement(std::size_t slot, const sim::TaskRecord& record);
  void request(const sim::Simulation& sim, std::size_t slot, const sim::TaskRecord& record);
  std::optional<std::size_t> writer_of(const sim::Simulation& sim, const sim::PartRecord& record) const;
  void routine(const sim::Simulation& sim, std::size_t slot, SimTime at);

  std::shared_ptr<const Layout> layout_;
  LogSettings settings_;
  std::vector<Pod> pods_;
  std::vector<Limit> limits_;  // by slot and template
  LogStore* logs_ = nullptr;
  TraceBuilder* traces_ = nullptr;
};

}  // namespace incident::telemetry
