#include "api/self_metrics.h"

#include <prometheus/text_serializer.h>

namespace incident::api {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Histogram;

// Around the goals: a tick's p99 under 50 ms, a durable answer under 25 ms, a panel's query in milliseconds.
const Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,   0.1,   0.25,   0.5,   1,    5};

std::string status_class(int status) {
  return std::to_string(status / 100) + "xx";
}

}  // namespace

SelfMetrics::SelfMetrics()
    : tick_seconds_(BuildHistogram()
                        .Name("incident_room_tick_duration_seconds")
                        .Help("How long a room's tick takes: simulation, rules and stream.")
                        .Register(registry_)
                        .Add({}, kSeconds)),
      tick_late_seconds_(BuildHistogram()
                             .Name("incident_room_tick_lateness_seconds")
                             .Help("How long after its time a room's tick began.")
                             .Register(registry_)
                             .Add({}, kSeconds)),
      command_seconds_(BuildHistogram()
                           .Name("incident_command_duration_seconds")
                           .Help("From a command's arrival at its room to its answer.")
                           .Register(registry_)),
      query_seconds_(BuildHistogram()
                         .Name("incident_query_duration_seconds")
                         .Help("Queries through the doors of war rooms.")
                         .Register(registry_)),
      refused_(BuildCounter()
                   .Name("incident_refusals_total")
                   .Help("What was turned away because of a limit.")
                   .Register(registry_)),
      requests_(BuildCounter()
                    .Name("incident_http_requests_total")
                    .Help("HTTP requests answered by the application, by class of status.")
                    .Register(registry_)) {}

void SelfMetrics::tick(Seconds took, Seconds late) {
  tick_seconds_.Observe(took.count());
  tick_late_seconds_.Observe(late.count() > 0 ? late.count() : 0);
}

void SelfMetrics::command(bool accepted, Seconds took) {
  command_seconds_.Add({{"result", accepted ? "accepted" : "refused"}}, kSeconds).Observe(took.count());
}

void SelfMetrics::query(std::string_view door, int status, Seconds took) {
  query_seconds_.Add({{"door", std::string(door)}, {"status", status_class(status)}}, kSeconds)
      .Observe(took.count());
}

void SelfMetrics::refused(std::string_view what) {
  refused_.Add({{"limit", std::string(what)}}).Increment();
}

void SelfMetrics::request(int status) {
  requests_.Add({{"status", status_class(status)}}).Increment();
}

void SelfMetrics::gauge(const std::string& name, const std::string& help,
                        std::map<std::string, std::string> labels, std::function<double()> read) {
  Reading reading;
  reading.read = std::move(read);
  reading.gauge = &BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
  const std::lock_guard lock(mutex_);
  readings_.push_back(std::move(reading));
}

void SelfMetrics::total(const std::string& name, const std::string& help, std::function<double()> read) {
  Reading reading;
  reading.read = std::move(read);
  reading.counter = &BuildCounter().Name(name).Help(help).Register(registry_).Add({});
  const std::lock_guard lock(mutex_);
  readings_.push_back(std::move(reading));
}

void SelfMetrics::forget_readings() {
  const std::lock_guard lock(mutex_);
  readings_.clear();
}

std::string SelfMetrics::text() {
  {
    const std::lock_guard lock(mutex_);
    for (const Reading& reading : readings_) {
      const double value = reading.read();
      if (reading.gauge != nullptr) reading.gauge->Set(value);
      if (reading.counter != nullptr && value > reading.counter->Value())
        reading.counter->Increment(value - reading.counter->Value());
    }
  }
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace incident::api
