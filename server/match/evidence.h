// Judges pinned evidence by the causal ids that the simulation left on what a faulty part touched. Server
// only: its answers are shown when the match has ended.
//   causal      it carries a cause and shows the component where the trouble began
//   collateral  it shows the trouble (it carries a cause elsewhere, or is an error, a slow or failed trace,
//   an
//               alert from after the fault) but not where it began
//   unrelated   it shows neither
#pragma once

#include <optional>

#include "base/result.h"
#include "match/arena.h"
#include "match/verdict.h"

namespace incident::match {

// Whether this can be pinned: what it points at is there.
Result<void> check_evidence(const Arena& arena, const Evidence& evidence);

// None for a note: it is the team's own words.
std::optional<EvidenceVerdict> judge(const Arena& arena, const Evidence& evidence);

// When the first fault set in; never when nothing is wrong.
SimTime onset(const scenario::Incident& incident);

}  // namespace incident::match
