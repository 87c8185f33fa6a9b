#include "match/replay.h"

#include <gtest/gtest.h>

#include "match/command_json.h"
#include "pool_incident.h"

namespace incident::match {
namespace {

using testing::Table;

Table played() {
  Table table(default_settings(Mode::kRace));
  table.start_race();
  table.run_to(milliseconds(33'300));
  table.must("ada", Pin{{EvidenceKind::kChange, "2", "", {}, {}, "the pool"}});
  table.must("bob", Act{testing::restart_service("shop")});
  table.run_to(milliseconds(71'000));
  table.must("ada", Act{testing::set_pool_size(20)});
  table.must("ada", Declare{testing::kComponent, testing::right_mechanism(), "2", {1}});
  table.run_to(minutes(5));
  table.must("bob", Chat{"we are lost"});
  table.must("bob", Concede{});
  table.run_to(minutes(6));
  table.must("", EndMatch{});
  return table;
}

TEST(Replay, GivesTheLiveMatchAgain) {
  const Table table = played();
  // Through the text that the store keeps.
  std::vector<Entry> log;
  for (const Entry& entry : table.log) {
    log.push_back(decode_entry(encode(entry)).value());
  }
  const auto again = replay(testing::pool_incident(), 7, table.match.settings(), log);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->hash(), table.match.hash());
  EXPECT_EQ(again->arenas()[0].telemetry().hash(), table.match.arenas()[0].telemetry().hash());
  EXPECT_TRUE(verify(testing::pool_incident(), 7, table.match.settings(), log, table.match.hash()));
  EXPECT_FALSE(verify(testing::pool_incident(), 8, table.match.settings(), log, table.match.hash()));
}

TEST(Replay, NamesTheEntryThatIsMissing) {
  const Table table = played();
  std::vector<Entry> log = table.log;
  log.erase(log.begin() + 4);
  const auto broken = replay(testing::pool_incident(), testing::pool_start(), table.match.settings(), log);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().at, "entry 6");
}

TEST(Replay, ShowsAnyMoment) {
  const Table table = played();
  Replay cursor(testing::pool_incident(), testing::pool_start(), table.match.settings(), table.log,
                minutes(1));
  EXPECT_EQ(cursor.length(), minutes(6));
  const auto end = cursor.at(minutes(6));
  ASSERT_TRUE(end);
  EXPECT_EQ((*end)->hash(), table.match.hash());
  // Back and forth; each moment is the same wherever one comes from.
  std::vector<std::uint64_t> forward, backward;
  for (int s = 0; s <= 360; s += 45) {
    const auto moment = cursor.at(seconds(s));
    ASSERT_TRUE(moment);
    EXPECT_EQ((*moment)->time(), seconds(s));
    forward.push_back((*moment)->hash());
  }
  for (int s = 360; s >= 0; s -= 45) {
    backward.insert(backward.begin(), (*cursor.at(seconds(s)))->hash());
  }
  EXPECT_EQ(forward, backward);
  const auto early = cursor.at(seconds(40));
  EXPECT_EQ((*early)->arenas()[0].pins().size(), 1U);
  EXPECT_TRUE((*early)->arenas()[0].actions().empty());
}

}  // namespace
}  // namespace incident::match
