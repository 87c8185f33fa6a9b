#include "match/score.h"

#include <algorithm>

namespace incident::match {
namespace {

// "12,345": as the pages show numbers.
std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string plural(std::int64_t n, const char* one, const char* many) {
  return grouped(n) + " " + (n == 1 ? one : many);
}

// points * part / whole, rounded to the nearest; whole > 0, points and part >= 0.
int share(std::int64_t points, std::int64_t part, std::int64_t whole) {
  return static_cast<int>((points * part + whole / 2) / whole);
}

int mitigation_points(const ScoreFacts& facts) {
  // How far below (or above) par the harm stayed, on the scale of what was at stake. In floating point
  // because harm times points may pass 64 bits; +, - and * and / are the same everywhere.
  const double over_par = static_cast<double>(facts.harm_actual - facts.harm_par);
  const double points = kMitigationPoints * (1.0 - over_par / static_cast<double>(stake(facts)));
  return static_cast<int>(std::clamp(points + 0.5, 0.0, static_cast<double>(kMitigationMax)));
}

ScoreLine mitigation_line(const ScoreFacts& facts) {
  const std::int64_t saved = facts.harm_nothing - facts.harm_actual;
  const std::int64_t par = facts.harm_nothing - facts.harm_par;
  std::string text =
      saved >= 0
          ? "Spared customers " + plural(saved, "failed or slow request", "failed or slow requests")
          : "Cost customers " + plural(-saved, "request", "requests") + " more than doing nothing would have";
  text += "; the reference solution spares " + grouped(std::max<std::int64_t>(par, 0)) + " of " +
          grouped(facts.harm_nothing) + ".";
  return {ScorePart::kMitigation, std::move(text), mitigation_points(facts), kMitigationPoints};
}

void add_diagnosis(const ScoreFacts& facts, std::vector<ScoreLine>& lines) {
  const auto line = [&](std::string text, int points, int of) {
    lines.push_back({ScorePart::kDiagnosis, std::move(text), points, of});
  };
  line(facts.component_right ? "Named the component where it began." : "The component was not named.",
       facts.component_right ? kComponentPoints : 0, kComponentPoints);
  line(facts.mechanism_right ? "Named the mechanism." : "The mechanism was not named.",
       facts.mechanism_right ? kMechanismPoints : 0, kMechanismPoints);
  // What set it off is worth something only to those who know what it was.
  const bool trigger = facts.trigger_right && facts.component_right && facts.mechanism_right;
  line(trigger ? "Named what set it off." : "What set it off was not named.", trigger ? kTriggerPoints : 0,
       kTriggerPoints);

  const auto count = [&](EvidenceVerdict v) {
    return static_cast<int>(std::count(facts.cited.begin(), facts.cited.end(), v));
  };
  const int causal = count(EvidenceVerdict::kCausal);
  const int unrelated = count(EvidenceVerdict::kUnrelated);
  const int evidence =
      facts.component_right || facts.mechanism_right
          ? std::max(0, share(kEvidencePoints, std::min(causal, kCausalPinsWanted), kCausalPinsWanted) -
                            unrelated * kUnrelatedPinCost)
          : 0;
  line("The declaration rests on " + plural(causal, "pin", "pins") + " that show the cause, " +
           std::to_string(count(EvidenceVerdict::kCollateral)) + " that show its effects and " +
           std::to_string(unrelated) + " that show neither.",
       evidence, kEvidencePoints);
  if (facts.wrong_declarations > 0) {
    line(plural(facts.wrong_declarations, "wrong declaration.", "wrong declarations."),
         -facts.wrong_declarations * kWrongDeclarationCost, 0);
  }
}

void add_conduct(const ScoreFacts& facts, bool earned, std::vector<ScoreLine>& lines) {
  const auto line = [&](std::string text, int points, int of) {
    lines.push_back({ScorePart::kConduct, std::move(text), points, of});
  };
  if (!earned) {
    line("Conduct counts once a team has helped customers or named the component.", 0,
         kOwnHarmPoints + kGroundedPoints + kUpdatePoints);
    return;
  }
  // Own harm up to this loses points in proportion.
  const std::int64_t loses_all = std::max<std::int64_t>(1, stake(facts) * kOwnHarmShareMaxPermille / 1000);
  const std::int64_t own = std::clamp<std::int64_t>(facts.own_harm, 0, loses_all);
  line(facts.own_harm == 0 ? "No action made it worse for customers."
                           : "Actions that cost customers " + plural(facts.own_harm, "request.", "requests."),
       kOwnHarmPoints - share(kOwnHarmPoints, own, loses_all), kOwnHarmPoints);
  if (facts.changes == 0) {
    line("No changes were made, so none without evidence.", kGroundedPoints, kGroundedPoints);
  } else {
    line(std::to_string(facts.grounded_changes) + " of " + plural(facts.changes, "change", "changes") +
             " had evidence on the board before.",
         share(kGroundedPoints, facts.grounded_changes, facts.changes), kGroundedPoints);
  }
  if (facts.updates_due == 0) {
    line("It was over before the first status update was due.", kUpdatePoints, kUpdatePoints);
  } else {
    line(std::to_string(facts.updates_made) + " of " +
             plural(facts.updates_due, "status update", "status updates") + " in time.",
         share(kUpdatePoints, facts.updates_made, facts.updates_due), kUpdatePoints);
  }
  if (facts.hints > 0) {
    line(plural(facts.hints, "hint taken.", "hints taken."), -facts.hints_price, 0);
  }
}

// A part's sum kept within [0, most]; what was cut off becomes a line of its own, so that lines add up.
int settle(std::vector<ScoreLine>& lines, ScorePart part, int most) {
  int sum = 0;
  for (const ScoreLine& line : lines) {
    sum += line.part == part ? line.points : 0;
  }
  const int kept = std::clamp(sum, 0, most);
  if (kept != sum) {
    lines.push_back({part, "No part falls below zero.", kept - sum, 0});
  }
  return kept;
}

}  // namespace

std::string_view to_string(EvidenceVerdict verdict) {
  switch (verdict) {
    case EvidenceVerdict::kCausal:
      return "causal";
    case EvidenceVerdict::kCollateral:
      return "collateral";
    case EvidenceVerdict::kUnrelated:
      return "unrelated";
  }
  return "";
}

std::string_view to_string(ScorePart part) {
  switch (part) {
    case ScorePart::kMitigation:
      return "mitigation";
    case ScorePart::kDiagnosis:
      return "diagnosis";
    case ScorePart::kConduct:
      return "conduct";
  }
  return "";
}

std::int64_t stake(const ScoreFacts& facts) {
  return std::max(
      {facts.harm_nothing - facts.harm_par, facts.requests * kStakeFloorPermille / 1000, std::int64_t{1}});
}

Score score(const ScoreFacts& facts) {
  Score result;
  result.lines.push_back(mitigation_line(facts));
  add_diagnosis(facts, result.lines);
  const bool helped =
      result.lines.front().points >= kHelpedPoints && (facts.changes > 0 || facts.declared_right);
  add_conduct(facts, helped || facts.component_right, result.lines);
  result.mitigation = settle(result.lines, ScorePart::kMitigation, kMitigationMax);
  result.diagnosis = settle(result.lines, ScorePart::kDiagnosis,
                            kComponentPoints + kMechanismPoints + kTriggerPoints + kEvidencePoints);
  result.conduct =
      settle(result.lines, ScorePart::kConduct, kOwnHarmPoints + kGroundedPoints + kUpdatePoints);
  result.total = result.mitigation + result.diagnosis + result.conduct;
  return result;
}

bool before(const Standing& a, const Standing& b) {
  if (a.score != b.score) {
    return a.score > b.score;
  }
  if (a.harm != b.harm) {
    return a.harm < b.harm;
  }
  if (a.changes != b.changes) {
    return a.changes < b.changes;
  }
  return a.finished < b.finished;
}

}  // namespace incident::match
