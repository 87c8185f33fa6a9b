// The causal evidence that was there to be found: for a review, after the end. Server only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "match/arena.h"

namespace incident::match {

struct Clue {
  Duration at{0};  // since the page; negative: it was there when the page went out
  EvidenceKind kind = EvidenceKind::kLog;
  std::string ref;
  std::string service;
  std::string label;    // the line, the trace's route, the alert or the change
  bool pinned = false;  // the team pinned causal evidence of this kind
};

// The earliest causal log line of each service, trace, alert and change, in order of time.
std::vector<Clue> find_clues(const Arena& arena);

// When the cause could first be known from a log line, a trace or an alert.
std::optional<Duration> first_knowable(const std::vector<Clue>& clues);

}  // namespace incident::match
