#include "fixture.h"

namespace incident::store {
namespace {

using testing::ElementsAre;
using testing::Pair;

class ResultsTest : public StoreTest {
 protected:
  ResultsTest() {
    open();
    EXPECT_EQ(code_of(add_player("p1")), "ok");
  }
  static ResultRow team(const std::string& name, std::int64_t score, std::int64_t harm = 0,
                        std::int64_t changes = 0, std::int64_t ended_ms = 0) {
    ResultRow row;
    row.team_id = "team " + name;
    row.team_name = name;
    row.player_ids = {"player of " + name};
    row.handles = {"handle of " + name};
    row.incident = "pool";
    row.mode = "race";
    row.score = score;
    row.harm = harm;
    row.changes = changes;
    row.ended_ms = ended_ms;
    row.seconds = 12.5;
    return row;
  }
  // Plays one match to its end with these results.
  Result<void> play(std::vector<ResultRow> teams, bool ranked = true) {
    MatchRow match = match_row("m" + std::to_string(++played_), "code");
    match.ranked = ranked;
    if (const auto made = add_match(match); !made) return made;
    return wait([&](Done done) { store->save_result(match.id, R"({"r":1})", std::move(teams), 77, done); });
  }
  std::vector<std::pair<std::int64_t, std::string>> board(std::size_t limit = 100, std::size_t offset = 0) {
    std::vector<std::pair<std::int64_t, std::string>> out;
    const auto entries = store->board("pool", limit, offset);
    EXPECT_TRUE(entries) << entries.error().message;
    for (const BoardEntry& entry : *entries) out.emplace_back(entry.rank, entry.result.team_name);
    return out;
  }

  int played_ = 0;
};

TEST_F(ResultsTest, SavingEndsTheMatchAndOnlyOnce) {
  ASSERT_EQ(code_of(play({team("a", 900)})), "ok");
  EXPECT_EQ(store->find_match("m1")->state, "ended");
  EXPECT_EQ(store->find_match("m1")->ended_ms, 77);
  EXPECT_EQ(*store->find_result("m1"), R"({"r":1})");
  EXPECT_EQ(store->find_result("m2").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(code_of(wait([&](Done done) { store->save_result("m1", "{}", {team("b", 1000)}, 78, done); })),
            "already_exists");
  EXPECT_EQ(*store->find_result("m1"), R"({"r":1})");
  EXPECT_EQ(board().size(), 1);
  EXPECT_EQ(code_of(wait([&](Done done) { store->save_result("none", "{}", {}, 78, done); })), "not_found");
}

TEST_F(ResultsTest, AResultIsAllOrNothing) {
  ASSERT_EQ(code_of(add_match(match_row("m1", "code"))), "ok");
  const std::vector<ResultRow> twice{team("a", 900), team("a", 900)};  // the second breaks the key
  EXPECT_EQ(code_of(wait([&](Done done) { store->save_result("m1", "{}", twice, 78, done); })),
            "already_exists");
  EXPECT_EQ(store->find_match("m1")->state, "lobby");
  EXPECT_FALSE(store->find_result("m1"));
  EXPECT_TRUE(board().empty());
  EXPECT_TRUE(store->incident_counts()->empty());
}

TEST_F(ResultsTest, TiesGoToLessHarmThenFewerChangesThenEarlier) {
  ASSERT_EQ(code_of(play({team("late", 900, 5, 2, 200), team("early", 900, 5, 2, 100),
                          team("busy", 900, 5, 3, 50), team("harmful", 900, 6, 0, 10),
                          team("best", 950, 99, 99, 999), team("even", 900, 5, 2, 200), team("last", -10)})),
            "ok");
  EXPECT_THAT(board(), ElementsAre(Pair(1, "best"), Pair(2, "early"), Pair(3, "even"), Pair(3, "late"),
                                   Pair(5, "busy"), Pair(6, "harmful"), Pair(7, "last")));
  // A page says the same ranks as the whole.
  EXPECT_THAT(board(3, 3), ElementsAre(Pair(3, "late"), Pair(5, "busy"), Pair(6, "harmful")));
  EXPECT_TRUE(board(10, 7).empty());
}

TEST_F(ResultsTest, ATeamsBestCounts) {
  ASSERT_EQ(code_of(play({team("a", 700, 5), team("b", 600)})), "ok");
  ASSERT_EQ(code_of(play({team("a", 500), team("b", 800)})), "ok");
  ASSERT_EQ(code_of(play({team("a", 700, 4)})), "ok");
  EXPECT_THAT(board(), ElementsAre(Pair(1, "b"), Pair(2, "a")));
  const auto entries = store->board("pool", 10, 0);
  EXPECT_EQ(entries->at(1).result.match, "m3");  // same score, less harm
  EXPECT_THAT(entries->at(1).result.handles, ElementsAre("handle of a"));
  EXPECT_THAT(entries->at(1).result.player_ids, ElementsAre("player of a"));
  EXPECT_EQ(entries->at(1).result.seconds, 12.5);
}

TEST_F(ResultsTest, TheSameNameWithOtherPlayersIsAnotherTeam) {
  ResultRow other = team("a", 600);
  other.player_ids = {"x", "y"};
  ASSERT_EQ(code_of(play({team("a", 700)})), "ok");
  ASSERT_EQ(code_of(play({other})), "ok");
  other.player_ids = {"y", "x"};  // order does not matter
  other.score = 650;
  ASSERT_EQ(code_of(play({other})), "ok");
  EXPECT_EQ(board().size(), 2);
}

TEST_F(ResultsTest, PracticeCountsForThePlayerButNotForTheBoard) {
  ResultRow solved = team("a", 400);
  solved.solved = true;
  ASSERT_EQ(code_of(play({solved}, false)), "ok");
  ASSERT_EQ(code_of(play({team("a", 300)})), "ok");
  EXPECT_EQ(store->board("pool", 10, 0)->front().result.score, 300);
  EXPECT_THAT(*store->player_best("player of a"), ElementsAre(Pair("pool", 400)));
  EXPECT_TRUE(store->player_best("nobody")->empty());
  const auto counts = store->incident_counts();
  EXPECT_EQ(counts->at("pool").played, 2);
  EXPECT_EQ(counts->at("pool").solved, 1);
}

TEST_F(ResultsTest, APlayersScoresAreThoseOfTheirOwnTeams) {
  ResultRow mine = team("a", 300);
  mine.player_ids = {"p1", "x"};
  ASSERT_EQ(code_of(play({mine, team("b", 700)})), "ok");
  ASSERT_EQ(code_of(wait([&](Done done) { store->add_match_player("m1", "p1", done); })), "ok");
  EXPECT_THAT(*store->player_scores("p1", 10), ElementsAre(Pair("m1", 300)));
  EXPECT_TRUE(store->player_scores("nobody", 10)->empty());
}

}  // namespace
}  // namespace incident::store
