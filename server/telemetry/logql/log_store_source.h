// An arena's log lines as LogQL sees them: streams of {service, pod, level}. Lines are rendered only when a
// query reads them. The store must outlive this and stay as it is while a query runs; one query at a time.
#pragma once

#include "logql/source.h"
#include "telemetry/log_store.h"

namespace incident::logql {

class LogStoreSource : public Source {
 public:
  // `epoch_ns` is what simulated time zero is called.
  LogStoreSource(const telemetry::LogStore& store, std::int64_t epoch_ns)
      : store_(store), epoch_ns_(epoch_ns) {}

  void read(const Scan& scan, const Visit& visit) const override;
  std::vector<LabelsPtr> streams(std::span<const Matcher> matchers, std::int64_t from_ns,
                                 std::int64_t to_ns) const override;

 private:
  SimTime sim_time(std::int64_t ns) const;  // the first moment that is not before it

  const telemetry::LogStore& store_;
  std::int64_t epoch_ns_;
};

}  // namespace incident::logql
