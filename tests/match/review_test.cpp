#include "match/review.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pool_incident.h"
#include "telemetry/log_store.h"
#include "traces/engine.h"

namespace incident::match {
namespace {

using testing::Table;

// What a team can pin when it looks in the right place.
std::vector<Evidence> good_evidence(const Arena& arena) {
  std::vector<Evidence> evidence;
  evidence.push_back({EvidenceKind::kChange, testing::kConfigNumber, "", {}, {}, "pool trimmed"});
  evidence.push_back({EvidenceKind::kMetric,
                      "",
                      "db_client_connections_pending_requests{service=\"catalog\"}",
                      {},
                      {},
                      "waiting"});
  telemetry::LogQuery query;
  query.services = {testing::kComponent};
  query.levels = {telemetry::Level::kError, telemetry::Level::kWarn};
  query.limit = 1;
  const auto found = arena.telemetry().logs().search(query).value();
  if (!found.lines.empty()) {
    evidence.push_back(
        {EvidenceKind::kLog, telemetry::log_id(found.lines[0].number), "", {}, {}, "no connection"});
  }
  traces::Search failed;
  failed.service = testing::kComponent;
  failed.errors_only = true;
  failed.limit = 1;
  for (const auto& trace : traces::summaries(arena.telemetry().traces(), failed).value()) {
    evidence.push_back({EvidenceKind::kTrace, trace.id, "", {}, {}, "a failed request"});
  }
  return evidence;
}

void play_at_par(Table& table, const std::string& player) {
  table.run_to(seconds(59));
  const Arena& arena = *table.match.arena_of(player);
  std::vector<std::int64_t> pins;
  for (const Evidence& evidence : good_evidence(arena)) {
    pins.push_back(*table.must(player, Pin{evidence}).pin);
  }
  table.must(player, StatusUpdate{StatusState::kInvestigating, "We see failing pages and are looking."});
  table.run_to(seconds(60));
  table.must(player, Act{testing::set_pool_size(10)});
  table.must(player, Declare{testing::kComponent, testing::right_mechanism(), testing::kConfigNumber, pins});
}

TEST(Review, GivesAThousandAtParAndNothingForNothing) {
  Table table(default_settings(Mode::kRace));
  table.start_race();
  play_at_par(table, "ada");
  table.end();
  const Review result = review(table.match);
  ASSERT_EQ(result.teams.size(), 2U);
  const TeamReview& par = result.teams[0];
  for (const ScoreLine& line : par.score.lines) {
    EXPECT_GE(line.points, 0) << line.text;
  }
  EXPECT_EQ(par.state, TeamState::kSolved);
  EXPECT_NEAR(par.score.total, 1000, 15);
  EXPECT_EQ(par.score.diagnosis, 300);
  EXPECT_NEAR(par.score.mitigation, 500, 10);
  const TeamReview& idle = result.teams[1];
  EXPECT_EQ(idle.state, TeamState::kTimedOut);
  EXPECT_EQ(idle.score.total, 0);
  EXPECT_EQ(idle.facts.harm_actual, idle.facts.harm_nothing);
  EXPECT_EQ(result.standings, (std::vector<std::size_t>{0, 1}));

  ASSERT_EQ(par.moves.size(), 1U);
  EXPECT_EQ(par.moves[0].verdict, MoveVerdict::kGreat);
  EXPECT_EQ(par.moves[0].harm_saved, idle.harm - par.harm);
  for (const PinVerdict& pin : par.evidence) {
    EXPECT_EQ(pin.verdict, EvidenceVerdict::kCausal) << "pin " << pin.pin;
  }
  ASSERT_EQ(par.curve.size(), 61U);
  EXPECT_EQ(par.curve.back().actual, par.harm);
  EXPECT_EQ(idle.curve.back().actual, idle.curve.back().nothing);
  ASSERT_TRUE(par.knowable);
  EXPECT_LT(*par.knowable, seconds(30));
  EXPECT_TRUE(std::any_of(idle.clues.begin(), idle.clues.end(), [](const Clue& c) { return !c.pinned; }));
}

TEST(Review, TellsGoodMovesFromBad) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  table.run_to(seconds(30));
  table.must("ada", Act{testing::roll_back("shop")});
  table.run_to(minutes(2));
  table.must("ada", Act{testing::shed("shop", 900)});
  table.run_to(minutes(4));
  table.must("ada", Act{testing::shed("shop", 0)});
  table.run_to(minutes(5));
  table.must("ada", Act{{sim::ActionKind::kRevertChange, {}, 1, 0}});
  table.end();
  const TeamReview team = review(table.match).teams[0];
  ASSERT_EQ(team.moves.size(), 4U);
  EXPECT_GE(team.moves[0].verdict, MoveVerdict::kInaccuracy) << "the deploy was innocent";
  EXPECT_EQ(team.moves[1].verdict, MoveVerdict::kBlunder) << "nine customers in ten were turned away";
  EXPECT_EQ(team.moves[2].verdict, MoveVerdict::kGreat);
  EXPECT_LE(team.moves[3].verdict, MoveVerdict::kGood);
  EXPECT_GT(team.facts.own_harm, 0);
  EXPECT_EQ(team.facts.grounded_changes, 0);
  EXPECT_EQ(team.facts.updates_due, 1);
  EXPECT_EQ(team.facts.updates_made, 0);
}

// Reverting an own change is left out together with it, and planned changes keep their identity.
TEST(Review, FollowsChangesThroughReplays) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  table.must("ada", Act{testing::set_pool_size(2)});
  table.run_to(seconds(30));
  table.must("ada", Act{{sim::ActionKind::kRevertChange, {}, 2, 0}});  // the change just made
  table.run_to(seconds(60));
  table.must("ada", Act{{sim::ActionKind::kRevertChange, {}, 1, 0}});  // the planned one
  table.end();
  const TeamReview team = review(table.match).teams[0];
  ASSERT_EQ(team.moves.size(), 3U);
  EXPECT_EQ(team.moves[2].verdict, MoveVerdict::kGreat);
}

TEST(Review, DoesNotDependOnThreads) {
  Table table(default_settings(Mode::kRace));
  table.start_race();
  play_at_par(table, "bob");
  table.run_to(minutes(2));
  table.must("ada", Act{testing::restart_service("catalog")});
  table.end();
  const Review one = review(table.match, {1});
  const Review four = review(table.match, {4});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(one.teams[i].score.total, four.teams[i].score.total);
    ASSERT_EQ(one.teams[i].moves.size(), four.teams[i].moves.size());
    for (std::size_t m = 0; m < one.teams[i].moves.size(); ++m) {
      EXPECT_EQ(one.teams[i].moves[m].harm_saved, four.teams[i].moves[m].harm_saved);
    }
  }
}

// Giving up early saves nothing: harm is counted over the whole window.
TEST(Review, CountsHarmAfterConceding) {
  Table table(default_settings(Mode::kRace));
  table.start_race();
  table.run_to(seconds(5));
  table.must("ada", Concede{});
  table.end();
  const Review result = review(table.match);
  EXPECT_EQ(result.teams[0].harm, result.teams[1].harm);
  EXPECT_EQ(result.teams[0].score.total, 0);
}

}  // namespace
}  // namespace incident::match
