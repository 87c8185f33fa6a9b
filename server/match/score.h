// The score: 1000 points at par, from counted facts alone. Pure arithmetic; review.h counts the facts.
//   mitigation 500  harm avoided: 0 is what doing nothing cost, 500 is the reference solution, beyond counts
//                   up to kMitigationMax. Harm is counted over the whole window from the page to the time
//                   limit, also after a team has finished, so that giving up early is no way out.
//   diagnosis 300   component, mechanism, trigger, and the evidence named for them; wrong declarations cost.
//   conduct 200     no harm by own actions, changes only with evidence on the board, status updates on time;
//                   hints cost their price. Earned only by a team that helped customers or named the
//                   component: sitting still is no conduct.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "match/rules.h"
#include "match/verdict.h"

namespace incident::match {

inline constexpr int kMitigationPoints = 500;
inline constexpr int kMitigationMax = 600;
inline constexpr int kComponentPoints = 100, kMechanismPoints = 100, kTriggerPoints = 40,
                     kEvidencePoints = 60;
inline constexpr int kCausalPinsWanted = 3;  // that many causal pins in the declaration earn all its points
inline constexpr int kUnrelatedPinCost = 10;
inline constexpr int kOwnHarmPoints = 90, kGroundedPoints = 50, kUpdatePoints = 60;
inline constexpr int kOwnHarmShareMaxPermille =
    500;  // own harm, as a share of what was at stake, that loses all
inline constexpr int kChangesPerPin =
    3;  // a change is grounded when the board holds a pin for each three made
inline constexpr int kHelpedPoints = 25;  // mitigation that counts as having helped
inline constexpr int kStakeFloorPermille =
    5;  // at least this share of requests counts as at stake (false pages)

struct ScoreFacts {
  std::int64_t harm_nothing = 0, harm_par = 0, harm_actual = 0;  // weighted, over the whole window
  std::int64_t requests = 0;  // customers' requests in the window, weighted
  bool declared_right = false;
  bool component_right = false, mechanism_right = false, trigger_right = false;  // of the best declaration
  int wrong_declarations = 0;
  std::vector<EvidenceVerdict> cited;  // pins named by the best declaration
  std::int64_t own_harm = 0;           // caused by own actions, found by replaying without each
  int changes = 0, grounded_changes = 0;
  int hints = 0, hints_price = 0;
  int updates_due = 0, updates_made = 0;
};

enum class ScorePart : std::uint8_t { kMitigation, kDiagnosis, kConduct };
std::string_view to_string(ScorePart part);

struct ScoreLine {
  ScorePart part = ScorePart::kMitigation;
  std::string text;
  int points = 0, of = 0;
};

struct Score {
  int total = 0, mitigation = 0, diagnosis = 0, conduct = 0;
  std::vector<ScoreLine> lines;  // their points add up to the total
};

Score score(const ScoreFacts& facts);

// What was at stake between doing nothing and par, never less than the floor.
std::int64_t stake(const ScoreFacts& facts);

// How a team stands on a board. Ties: less harm, then fewer changes, then earlier.
struct Standing {
  int score = 0;
  std::int64_t harm = 0;
  int changes = 0;
  Duration finished{0};
};
bool before(const Standing& a, const Standing& b);

}  // namespace incident::match
