// Judges pinned evidence by the causal ids that the simulation left on what a faulty part touched. Server
// only: its answers are shown when the match has ended.
//   causal      it carries a cause: it shows the fault or what the fault did
//   collateral  it shows the trouble (an error, a slow or failed trace, an alert) but not its cause
//   unrelated   it shows neither
#pragma once

#include <cstdint>
#include <string_view>

#include "match/arena.h"

namespace incident::match {

enum class EvidenceVerdict : std::uint8_t { kCausal, kCollateral, kUnrelated };
std::string_view to_string(EvidenceVerdict verdict);

EvidenceVerdict judge(const Arena& arena, const PinRecord& pin);

}  // namespace incident::match
