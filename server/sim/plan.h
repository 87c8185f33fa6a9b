// What happens to a system during a scenario: changes at their times. A fault is a change that the feed does
// not show; a red herring is one that does no harm. Immutable and shared like the model.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "sim/ids.h"
#include "sim/parameters.h"

namespace incident::sim {

enum class ChangeKind : std::uint8_t { kDeploy, kConfig, kFlag, kTraffic, kInfrastructure, kScale };

// Deploys roll a service to `revision`, instance by instance; every other kind applies its settings at once.
struct PlannedChange {
  SimTime at;
  ChangeKind kind = ChangeKind::kConfig;
  ServiceId service;    // whom it concerns, for the feed
  bool visible = true;  // false: a fault; it is in no feed
  bool causal = false;  // carries a cause bit; never leaves the server
  RevisionId revision;  // deploys
  std::vector<Setting> settings;
  Duration lasts{0};  // > 0: undone by itself after this long (a burst, a batch job)
  std::string title;  // feed texts, plain facts only
  std::string author;
  std::string detail;  // a diff or a note
};

struct Plan {
  std::vector<PlannedChange> changes;  // sorted by time
};

// The cause bit of each planned change: the k-th causal one has bit k, others 0 (so has one past the 32nd).
std::vector<CauseMask> causes_of(const Plan& plan);

}  // namespace incident::sim
