#include "fixture.h"

namespace incident::store {
namespace {

using testing::ElementsAre;
using testing::Field;

class PlayersMatchesTest : public StoreTest {
 protected:
  PlayersMatchesTest() {
    open();
    EXPECT_EQ(code_of(add_player("p1")), "ok");
    EXPECT_EQ(code_of(add_player("p2")), "ok");
  }
  static std::vector<std::string> ids(const std::vector<MatchRow>& matches) {
    std::vector<std::string> out;
    for (const MatchRow& match : matches) out.push_back(match.id);
    return out;
  }
};

TEST_F(PlayersMatchesTest, PlayersAreFoundByTokenHash) {
  const auto found = store->find_player_by_token("token of p2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "p2");
  EXPECT_EQ(store->find_player("p1")->handle, "handle of p1");
  EXPECT_EQ(store->find_player_by_token("other").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(code_of(add_player("p1")), "already_exists");
  EXPECT_EQ(code_of(wait([&](Done done) { store->set_handle("p1", "new", done); })), "ok");
  EXPECT_EQ(store->find_player("p1")->handle, "new");
  EXPECT_EQ(code_of(wait([&](Done done) { store->set_handle("nobody", "new", done); })), "not_found");
}

TEST_F(PlayersMatchesTest, EveryFieldOfAMatchComesBack) {
  const MatchRow match = match_row("m1", "CODE", 42);
  ASSERT_EQ(code_of(add_match(match)), "ok");
  open();  // from the file, not from memory
  const auto found = store->find_match("m1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->code, "CODE");
  EXPECT_EQ(found->incident, "pool");
  EXPECT_EQ(found->incident_version, "v1");
  EXPECT_EQ(found->mode, "race");
  EXPECT_EQ(found->seed, 0xffff'ffff'ffff'fff1);
  EXPECT_EQ(found->time_scale, 4);
  EXPECT_EQ(found->host, "p1");
  EXPECT_EQ(found->state, "lobby");
  EXPECT_TRUE(found->ranked);
  EXPECT_EQ(found->options_json, R"({"a":1})");
  EXPECT_EQ(found->created_ms, 42);
  EXPECT_FALSE(found->ended_ms);
}

TEST_F(PlayersMatchesTest, CodesAreUniqueAmongOpenMatchesOnly) {
  ASSERT_EQ(code_of(add_match(match_row("m1", "CODE", 1))), "ok");
  EXPECT_EQ(code_of(add_match(match_row("m2", "CODE", 2))), "already_exists");
  ASSERT_EQ(code_of(wait([&](Done done) { store->set_match_state("m1", "ended", 99, done); })), "ok");
  EXPECT_EQ(store->find_match_by_code("CODE")->id, "m1");  // a late comer learns that it is over
  EXPECT_EQ(store->find_match("m1")->ended_ms, 99);
  ASSERT_EQ(code_of(add_match(match_row("m2", "CODE", 2))), "ok");
  EXPECT_EQ(store->find_match_by_code("CODE")->id, "m2");
  EXPECT_THAT(ids(*store->open_matches()), ElementsAre("m2"));
}

TEST_F(PlayersMatchesTest, AMatchNeedsItsHost) {
  MatchRow match = match_row("m1", "CODE");
  match.host = "nobody";
  EXPECT_EQ(code_of(add_match(match)), "failed_precondition");
}

TEST_F(PlayersMatchesTest, ClocksAreSetTogetherAndNeverRunBack) {
  ASSERT_EQ(code_of(add_match(match_row("m1", "A"))), "ok");
  ASSERT_EQ(code_of(add_match(match_row("m2", "B"))), "ok");
  ASSERT_EQ(code_of(wait([&](Done done) { store->set_match_clocks({{"m1", 5}, {"m2", 7}}, done); })), "ok");
  ASSERT_EQ(code_of(wait([&](Done done) { store->set_match_clocks({{"m1", 3}}, done); })), "ok");
  EXPECT_EQ(store->find_match("m1")->clock_us, 5);
  EXPECT_EQ(store->find_match("m2")->clock_us, 7);
}

TEST_F(PlayersMatchesTest, MatchesOfAPlayerNewestFirst) {
  for (int i = 1; i <= 3; ++i) {
    const std::string id = "m" + std::to_string(i);
    ASSERT_EQ(code_of(add_match(match_row(id, id, i))), "ok");
    ASSERT_EQ(code_of(wait([&](Done done) { store->add_match_player(id, "p1", done); })), "ok");
  }
  ASSERT_EQ(code_of(wait([&](Done done) { store->add_match_player("m2", "p2", done); })), "ok");
  ASSERT_EQ(code_of(wait([&](Done done) { store->add_match_player("m2", "p2", done); })), "ok");
  EXPECT_THAT(ids(*store->matches_of_player("p1", 2)), ElementsAre("m3", "m2"));
  EXPECT_THAT(ids(*store->matches_of_player("p2", 10)), ElementsAre("m2"));
  EXPECT_THAT(*store->players_of_match("m2"),
              ElementsAre(Field(&PlayerRow::id, "p1"), Field(&PlayerRow::id, "p2")));
}

TEST_F(PlayersMatchesTest, TheLogComesBackInOrder) {
  ASSERT_EQ(code_of(add_match(match_row("m1", "A"))), "ok");
  for (const std::int64_t number : {2, 10, 1, 3}) ASSERT_EQ(code_of(append("m1", number)), "ok");
  EXPECT_EQ(code_of(append("m1", 3)), "already_exists");
  EXPECT_EQ(code_of(append("nowhere", 1)), "failed_precondition");
  std::vector<std::int64_t> numbers;
  const auto entries = store->read_log("m1");
  for (const LogEntry& entry : *entries) numbers.push_back(entry.number);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 10));
  EXPECT_EQ(entries->front().time_us, 1000);
  EXPECT_EQ(entries->front().player, "p1");
  EXPECT_EQ(entries->front().payload_json, R"({"n":1})");
}

}  // namespace
}  // namespace incident::store
