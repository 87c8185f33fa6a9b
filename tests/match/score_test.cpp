#include "match/score.h"

#include <gtest/gtest.h>

namespace incident::match {
namespace {

ScoreFacts at_par() {
  ScoreFacts facts;
  facts.harm_nothing = 100'000;
  facts.harm_par = 20'000;
  facts.harm_actual = 20'000;
  facts.requests = 400'000;
  facts.declared_right = facts.component_right = facts.mechanism_right = facts.trigger_right = true;
  facts.cited = {EvidenceVerdict::kCausal, EvidenceVerdict::kCausal, EvidenceVerdict::kCausal};
  facts.changes = facts.grounded_changes = 2;
  facts.updates_due = facts.updates_made = 2;
  return facts;
}

int sum_of_lines(const Score& score) {
  int sum = 0;
  for (const ScoreLine& line : score.lines) {
    sum += line.points;
    EXPECT_FALSE(line.text.empty());
  }
  return sum;
}

TEST(Score, IsAThousandAtPar) {
  const Score s = score(at_par());
  EXPECT_EQ(s.mitigation, 500);
  EXPECT_EQ(s.diagnosis, 300);
  EXPECT_EQ(s.conduct, 200);
  EXPECT_EQ(s.total, 1000);
  EXPECT_EQ(sum_of_lines(s), s.total);
}

TEST(Score, IsNothingForSittingStill) {
  ScoreFacts facts = at_par();
  facts.harm_actual = facts.harm_nothing;
  facts.declared_right = facts.component_right = facts.mechanism_right = facts.trigger_right = false;
  facts.cited.clear();
  facts.changes = facts.grounded_changes = 0;
  facts.updates_made = 0;
  const Score s = score(facts);
  EXPECT_EQ(s.total, 0);
  EXPECT_EQ(sum_of_lines(s), 0);
}

TEST(Score, CountsBeyondParUpToTheCap) {
  ScoreFacts facts = at_par();
  facts.harm_actual = 12'000;
  EXPECT_EQ(score(facts).mitigation, 550);
  facts.harm_actual = 0;
  EXPECT_EQ(score(facts).mitigation, kMitigationMax);
}

TEST(Score, NeverFallsBelowZero) {
  ScoreFacts facts = at_par();
  facts.harm_actual = 300'000;
  facts.component_right = facts.mechanism_right = facts.declared_right = false;
  facts.wrong_declarations = 3;
  facts.hints = 3;
  facts.hints_price = 500;
  facts.own_harm = 200'000;
  const Score s = score(facts);
  EXPECT_EQ(s.total, 0);
  EXPECT_EQ(sum_of_lines(s), 0);
}

TEST(Score, TakesForWrongDeclarationsHintsAndStrayPins) {
  ScoreFacts facts = at_par();
  facts.wrong_declarations = 1;
  EXPECT_EQ(score(facts).total, 1000 - kWrongDeclarationCost);
  facts = at_par();
  facts.hints = 1;
  facts.hints_price = 25;
  EXPECT_EQ(score(facts).total, 975);
  facts = at_par();
  facts.cited.push_back(EvidenceVerdict::kUnrelated);
  EXPECT_EQ(score(facts).total, 1000 - kUnrelatedPinCost);
  facts.cited = {EvidenceVerdict::kCausal, EvidenceVerdict::kCollateral};
  EXPECT_EQ(score(facts).total, 1000 - 40);
}

TEST(Score, TakesForOwnHarmInProportion) {
  ScoreFacts facts = at_par();
  facts.own_harm = 20'000;  // a quarter of what was at stake, half of what loses all
  EXPECT_EQ(score(facts).conduct, 200 - kOwnHarmPoints / 2);
  facts.own_harm = 40'000;
  EXPECT_EQ(score(facts).conduct, 200 - kOwnHarmPoints);
}

TEST(Score, GivesPartOfTheDiagnosis) {
  ScoreFacts facts = at_par();
  facts.declared_right = facts.mechanism_right = false;
  facts.wrong_declarations = 1;
  // The component and the evidence; the trigger counts only with both.
  EXPECT_EQ(score(facts).diagnosis, kComponentPoints + kEvidencePoints - kWrongDeclarationCost);
}

// Nothing was wrong: par is doing nothing, and what counts is not to make it worse.
TEST(Score, HandlesAFalsePage) {
  ScoreFacts facts = at_par();
  facts.harm_nothing = facts.harm_par = facts.harm_actual = 100;
  facts.changes = facts.grounded_changes = 0;
  EXPECT_EQ(score(facts).total, 1000);
  facts.harm_actual = 100 + facts.requests * kStakeFloorPermille / 1000;
  EXPECT_EQ(score(facts).mitigation, 0);
}

TEST(Standing, BreaksTiesByHarmThenChangesThenTime) {
  const Standing a{900, 100, 3, minutes(10)};
  EXPECT_TRUE(before({901, 500, 9, minutes(20)}, a));
  EXPECT_TRUE(before({900, 99, 9, minutes(20)}, a));
  EXPECT_TRUE(before({900, 100, 2, minutes(20)}, a));
  EXPECT_TRUE(before({900, 100, 3, minutes(9)}, a));
  EXPECT_FALSE(before(a, a));
}

}  // namespace
}  // namespace incident::match
