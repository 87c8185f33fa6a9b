// What the server tells of itself at /metrics, for Prometheus: rooms, ticks, commands, queries, refusals, and
// what the network and the store count. Kept by prometheus-cpp; names follow Prometheus' conventions (base
// units, _total). Any thread may count and read.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace incident::api {

class SelfMetrics {
 public:
  using Seconds = std::chrono::duration<double>;

  SelfMetrics();
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;

  // One room's tick: how long its simulations, rules and stream took, and how late it began.
  void tick(Seconds took, Seconds late);
  // From a command's arrival at its room to its answer; durable when it was accepted.
  void command(bool accepted, Seconds took);
  // One query through a door: prometheus, loki, traces ...
  void query(std::string_view door, int status, Seconds took);
  // Somebody was turned away: rate, sockets, matches ...
  void refused(std::string_view what);
  void request(int status);

  // Read when somebody looks. The function must stay callable as long as this lives, or until `forget`.
  void gauge(const std::string& name, const std::string& help, std::map<std::string, std::string> labels,
             std::function<double()> read);
  // The same for what only grows.
  void total(const std::string& name, const std::string& help, std::function<double()> read);
  void forget_readings();

  std::string text();  // the text exposition format, version 0.0.4

 private:
  struct Reading {
    std::function<double()> read;
    prometheus::Gauge* gauge = nullptr;
    prometheus::Counter* counter = nullptr;
  };

  prometheus::Registry registry_;
  prometheus::Histogram& tick_seconds_;
  prometheus::Histogram& tick_late_seconds_;
  prometheus::Family<prometheus::Histogram>& command_seconds_;
  prometheus::Family<prometheus::Histogram>& query_seconds_;
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Family<prometheus::Counter>& requests_;
  std::mutex mutex_;  // guards readings_
  std::vector<Reading> readings_;
};

}  // namespace incident::api
