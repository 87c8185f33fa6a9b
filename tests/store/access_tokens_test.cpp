#include "fixture.h"

namespace incident::store {
namespace {

using testing::ElementsAre;

class AccessTokensTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    ASSERT_TRUE(add_player("p1"));
    ASSERT_TRUE(add_player("p2"));
    ASSERT_TRUE(add_match(match_row("m1", "AAAAAA")));
    ASSERT_TRUE(add_match(match_row("m2", "BBBBBB")));
  }
  Result<void> add(const std::string& id, const std::string& player = "p1", const std::string& match = "m1") {
    AccessTokenRow row;
    row.id = id;
    row.token_hash = "hash of " + id;
    row.player = player;
    row.match = match;
    row.team = "t1";
    row.name = "name of " + id;
    row.created_ms = ++clock;
    return wait([&](Done done) { store->create_access_token(row, 2, done); });
  }
  Result<void> remove(const std::string& id, const std::string& player = "p1") {
    return wait([&](Done done) { store->delete_access_token("m1", player, id, done); });
  }
  std::vector<std::string> ids(const std::string& player = "p1") {
    std::vector<std::string> out;
    for (const auto& row : store->access_tokens("m1", player).value()) out.push_back(row.id);
    return out;
  }
  std::int64_t clock = 0;
};

TEST_F(AccessTokensTest, AreThereAfterARestart) {
  ASSERT_TRUE(add("a"));
  open();
  const auto row = store->find_access_token("a");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->token_hash, "hash of a");
  EXPECT_EQ(row->player, "p1");
  EXPECT_EQ(row->handle, "handle of p1");
  EXPECT_EQ(row->match, "m1");
  EXPECT_EQ(row->team, "t1");
  EXPECT_EQ(row->name, "name of a");
  EXPECT_FALSE(row->match_ended);
  EXPECT_FALSE(store->find_access_token("b"));
}

TEST_F(AccessTokensTest, SayWhetherTheirMatchHasEnded) {
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(wait([&](Done done) { store->set_match_state("m1", std::string(kEnded), 5, done); }));
  EXPECT_TRUE(store->find_access_token("a")->match_ended);
}

TEST_F(AccessTokensTest, AreLimitedForEachPlayerAndMatch) {
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(add("b"));
  EXPECT_EQ(code_of(add("c")), "resource_exhausted");
  EXPECT_TRUE(add("d", "p2"));
  EXPECT_TRUE(add("e", "p1", "m2"));
  EXPECT_EQ(code_of(add("a", "p2", "m2")), "already_exists");
  ASSERT_TRUE(remove("a"));
  EXPECT_TRUE(add("f"));
  EXPECT_THAT(ids(), ElementsAre("b", "f"));
}

TEST_F(AccessTokensTest, AreRevokedByTheirOwnerOnly) {
  ASSERT_TRUE(add("a"));
  EXPECT_EQ(code_of(remove("a", "p2")), "not_found");
  EXPECT_TRUE(remove("a"));
  EXPECT_EQ(code_of(remove("a")), "not_found");
  EXPECT_FALSE(store->find_access_token("a"));
}

}  // namespace
}  // namespace incident::store
