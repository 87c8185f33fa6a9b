// What a team may see of its arena, in the words of the messages: pods, settings, changes and alerts. Read
// from the simulation and the telemetry at the moment of the call; nothing here can name a cause. Faults are
// in no list, and a change's number counts visible changes only, so that a hidden one leaves no gap.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "match/arena.h"
#include "sim/ids.h"

namespace incident::match {

struct PodView {
  std::string name, service, version;
  std::string state;  // starting | ready | unhealthy | draining
  std::int64_t restarts = 0;
  Duration started{0};  // since the page; negative: before
  bool operator==(const PodView&) const = default;
};
std::vector<PodView> pods(const Arena& arena);

struct ConfigView {
  std::string name, service, unit;
  std::int64_t value = 0, min = 0, max = 0;
  bool operator==(const ConfigView&) const = default;
};
std::vector<ConfigView> config(const Arena& arena);

struct FlagView {
  std::string name, service;
  bool on = false;
  bool operator==(const FlagView&) const = default;
};
std::vector<FlagView> flags(const Arena& arena);

struct ChangeRow {
  std::int64_t number = 0;  // from 1 among the visible ones: how players name it
  Duration at{0};
  std::string kind;  // deploy | config | flag | traffic | infrastructure | scale
  std::string service, title, author, detail;
  bool ours = false, reverted = false;
  bool operator==(const ChangeRow&) const = default;
};
std::vector<ChangeRow> changes(const Arena& arena);
std::optional<sim::ChangeId> change_named(const sim::Simulation& sim, std::string_view number);  // "3"

struct AlertRow {
  std::string name, service, severity, summary;
  std::string state;  // pending | firing | resolved
  Duration since{0};
  std::optional<Duration> until;
  double value = 0;
  bool operator==(const AlertRow&) const = default;
};
// One row for each rule that is pending or has ever fired; of several label sets the worst counts.
std::vector<AlertRow> alerts(const Arena& arena);

}  // namespace incident::match
