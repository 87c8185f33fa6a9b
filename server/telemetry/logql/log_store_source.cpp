#include "logql/log_store_source.h"

#include <limits>
#include <map>

namespace incident::logql {
namespace {

// Which streams a query asks for, worked out once for each pod and level.
class Streams {
 public:
  Streams(const telemetry::LogStore& store, std::span<const Matcher> matchers)
      : store_(store), matchers_(matchers) {}

  // Null: the stream is not asked for.
  const LabelsPtr& of(const telemetry::LogRecord& record) {
    const std::size_t at =
        std::size_t{record.pod} * telemetry::kLevels + static_cast<std::size_t>(record.level);
    if (at >= known_.size()) known_.resize(at + 1);
    Known& known = known_[at];
    if (known.looked_at) return known.labels;
    known.looked_at = true;
    const telemetry::PodName& pod = store_.pod(record.pod);
    Labels labels{{"service", store_.names().service(pod.service).name},
                  {"pod", pod.name},
                  {"level", telemetry::to_string(record.level)}};
    if (promql::matches_all(matchers_, labels))
      known.labels = std::make_shared<const Labels>(std::move(labels));
    return known.labels;
  }

 private:
  struct Known {
    bool looked_at = false;
    LabelsPtr labels;
  };
  const telemetry::LogStore& store_;
  std::span<const Matcher> matchers_;
  std::vector<Known> known_;
};

}  // namespace

SimTime LogStoreSource::sim_time(std::int64_t ns) const {
  std::int64_t since = 0;
  if (__builtin_sub_overflow(ns, epoch_ns_, &since))
    return SimTime{ns < 0 ? std::numeric_limits<std::int64_t>::min()
                          : std::numeric_limits<std::int64_t>::max()};
  return SimTime{since / 1000 + (since % 1000 > 0 ? 1 : 0)};
}

void LogStoreSource::read(const Scan& scan, const Visit& visit) const {
  Streams streams(store_, scan.matchers);
  std::string text;
  store_.scan(sim_time(scan.from_ns), sim_time(scan.to_ns), scan.backward,
              [&](const telemetry::LogRecord& record) {
                const LabelsPtr& stream = streams.of(record);
                if (stream == nullptr) return true;
                if (scan.lines) store_.render(record, text);
                return visit(stream, epoch_ns_ + record.at.us * 1000, text);
              });
}

std::vector<LabelsPtr> LogStoreSource::streams(std::span<const Matcher> matchers, std::int64_t from_ns,
                                               std::int64_t to_ns) const {
  std::map<const Labels*, LabelsPtr> seen;
  read({matchers, from_ns, to_ns, false, false},
       [&](const LabelsPtr& stream, std::int64_t, std::string_view) {
         seen.emplace(stream.get(), stream);
         return true;
       });
  std::map<Labels, LabelsPtr> sorted;
  for (const auto& [address, stream] : seen) sorted.emplace(*stream, stream);
  std::vector<LabelsPtr> out;
  out.reserve(sorted.size());
  for (const auto& [labels, stream] : sorted) out.push_back(stream);
  return out;
}

}  // namespace incident::logql
