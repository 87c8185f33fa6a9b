#include <gtest/gtest.h>

#include <algorithm>

#include "match/action_text.h"
#include "match/changes.h"
#include "match/evidence.h"
#include "match/views.h"
#include "pool_incident.h"
#include "telemetry/log_store.h"

namespace incident::match {
namespace {

using testing::Table;

bool has_line(const Arena& arena, const std::string& part) {
  return std::any_of(arena.channel().begin(), arena.channel().end(),
                     [&](const ChannelLine& l) { return l.text.find(part) != std::string::npos; });
}

Evidence change_pin(const char* number) {
  return {EvidenceKind::kChange, number, "", std::nullopt, std::nullopt, "change " + std::string(number)};
}

TEST(Arena, CountsHarmFromThePageOn) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  const Arena& arena = table.match.arenas()[0];
  EXPECT_EQ(arena.harm(), 0);
  EXPECT_EQ(arena.budget_left(), 1.0);
  table.run_to(seconds(60));
  EXPECT_GT(arena.harm(), 0);
  EXPECT_EQ(arena.harm() % 10, 0) << "each simulated request stands for ten";
  EXPECT_NEAR(arena.harm_rate(), static_cast<double>(arena.harm()) / 60, arena.harm_rate() * 0.5);
  EXPECT_LT(arena.budget_left(), 1.0);
  EXPECT_GT(arena.budget_left(), 0.9);
  const auto journeys = arena.journeys();
  ASSERT_EQ(journeys.size(), 1U);
  EXPECT_EQ(journeys[0].name, "browse");
  EXPECT_NEAR(journeys[0].rate, 200, 40);
  EXPECT_GT(journeys[0].error_share + journeys[0].slow_share, 0.05);
}

TEST(Arena, WritesItsTimelineItself) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  const Arena& arena = table.match.arenas()[0];
  EXPECT_TRUE(has_line(arena, "The page went out: Shop pages fail."));
  table.run_to(seconds(20));
  const auto pin = table.must("ada", Pin{change_pin(testing::kConfigNumber)}).pin;
  EXPECT_EQ(pin, 1);
  EXPECT_TRUE(has_line(arena, "ada pinned: change 2"));
  const auto action = table.must("ada", Act{testing::set_pool_size(10)}).action;
  ASSERT_TRUE(action);
  EXPECT_TRUE(has_line(arena, "ada: Set catalog.db.pool_size to 10"));
  EXPECT_TRUE(arena.actions()[0].grounded);
  table.run_to(minutes(5));
  EXPECT_EQ(arena.actions()[0].state, sim::ActionState::kDone);
  EXPECT_TRUE(has_line(arena, "Set catalog.db.pool_size to 10: done."));
  EXPECT_TRUE(has_line(arena, "Alert ShopErrors has resolved."));
  table.must("ada", Chat{"better?"});
  table.must("ada", StatusUpdate{StatusState::kMonitoring, "We think so."});
  EXPECT_EQ(arena.channel().back().text, "Monitoring: We think so.");
  EXPECT_EQ(arena.channel().back().kind, LineKind::kStatus);
  EXPECT_TRUE(std::is_sorted(arena.channel().begin(), arena.channel().end(),
                             [](const ChannelLine& a, const ChannelLine& b) { return a.at < b.at; }));
  table.must("ada", TakeHint{});
  EXPECT_EQ(arena.hints_left(), 1U);
  EXPECT_EQ(arena.next_hint_price(), 40);
  table.must("ada", TakeHint{});
  EXPECT_EQ(table.refusal("ada", TakeHint{}), "There are no more hints for this incident.");
}

TEST(Arena, IsSolvedByARightDeclarationAndWellCustomers) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  const Arena& arena = table.match.arenas()[0];
  const Declare right{testing::kComponent, testing::right_mechanism(), testing::kConfigNumber, {}};
  table.run_to(seconds(10));
  EXPECT_EQ(table.must("ada", Declare{"shop", testing::right_mechanism(), "none", {}}).right, false);
  EXPECT_EQ(arena.declarations_left(), 2U);
  EXPECT_EQ(table.must("ada", right).right, true);
  EXPECT_NE(table.refusal("ada", right), "") << "declared already";
  table.run_to(minutes(3));
  EXPECT_EQ(arena.state(), TeamState::kPlaying) << "customers are not well";
  table.must("ada", Act{testing::set_pool_size(10)});
  table.run_to(minutes(7));
  EXPECT_EQ(arena.state(), TeamState::kSolved);
  ASSERT_TRUE(arena.ended());
  EXPECT_GT(*arena.ended(), minutes(4));
  EXPECT_LT(*arena.ended(), minutes(6));
  EXPECT_TRUE(table.match.over());
  EXPECT_EQ(table.refusal("ada", Act{testing::set_pool_size(9)}),
            "Your team has finished; its system takes no more commands.");
  table.must("ada", Chat{"well done"});
}

TEST(Arena, IsNotSolvedByWellCustomersAlone) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  table.must("ada", Act{testing::set_pool_size(10)});
  table.run_to(minutes(6));
  EXPECT_EQ(table.match.team_state(0), TeamState::kPlaying);
  table.must("ada", Declare{testing::kComponent, testing::right_mechanism(), "none", {}});
  table.run_to(minutes(6) + seconds(1));
  EXPECT_EQ(table.match.team_state(0), TeamState::kSolved) << "well for a minute already";
}

TEST(Arena, RefusesWhatCannotBe) {
  Table table(default_settings(Mode::kPractice));
  EXPECT_NE(table.refusal("ada", Act{}), "");
  table.start_practice();
  const auto mechanism = testing::right_mechanism();
  EXPECT_EQ(table.refusal("ada", Declare{"nowhere", mechanism, "none", {}}),
            "There is no component \"nowhere\"; name a service of the map.");
  EXPECT_EQ(table.refusal("ada", Declare{"users", mechanism, "none", {}}),
            "There is no component \"users\"; name a service of the map.");
  EXPECT_NE(table.refusal("ada", Declare{"shop", "magic", "none", {}}), "");
  EXPECT_NE(table.refusal("ada", Declare{"shop", mechanism, "3", {}}), "") << "the feed has two changes";
  EXPECT_NE(table.refusal("ada", Declare{"shop", mechanism, "2x", {}}), "");
  EXPECT_EQ(table.refusal("ada", Declare{"shop", mechanism, "none", {1}}), "There is no pin 1 on the board.");
  EXPECT_NE(table.refusal("ada", Act{{sim::ActionKind::kRestart, {}, 99, 0}}), "");
  EXPECT_NE(table.refusal("ada", Act{{sim::ActionKind::kSetConfig, {}, 0, 1'000'000}}), "");
  EXPECT_NE(table.refusal("ada", Act{testing::set_pool_size(1)}), "") << "it is 1 already";
  EXPECT_NE(table.refusal("ada", Unpin{1}), "");
  EXPECT_NE(table.refusal("ada", Chat{"  \n "}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kNote, "", "", {}, {}, ""}}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kLog, "zzz", "", {}, {}, "x"}}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kTrace, "zzz", "", {}, {}, "x"}}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kMetric, "", "sum(rate(", {}, {}, "x"}}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kMetric, "", "up", seconds(9), seconds(3), "x"}}), "");
  EXPECT_NE(table.refusal("ada", Pin{{EvidenceKind::kAlert, "Nothing", "", {}, {}, "x"}}), "");
  EXPECT_NE(table.refusal("ada", Pin{change_pin("0")}), "");
  for (int i = 0; i < 3; ++i) {
    table.must("ada", Declare{"shop", mechanism, "none", {}});
  }
  EXPECT_EQ(table.refusal("ada", Declare{"catalog", mechanism, "none", {}}),
            "All 3 declarations are used; mitigation still counts.");
}

TEST(Arena, KeepsTeamsApart) {
  Table both(default_settings(Mode::kRace));
  both.start_race();
  Table alone(default_settings(Mode::kRace));
  alone.start_race();
  for (Table* table : {&both, &alone}) {
    table->run_to(seconds(30));
    if (table == &both) {
      table->must("bob", Pin{change_pin(testing::kConfigNumber)});
      table->must("bob", Chat{"nobody but Bats may read this"});
      table->must("bob", Act{testing::set_pool_size(10)});
      table->must("bob", Declare{testing::kComponent, testing::right_mechanism(), "2", {1}});
      table->must("bob", TakeHint{});
    }
    table->run_to(minutes(4));
  }
  // Ada's world is the same to the last bit, whatever Bob did.
  Hasher with, without;
  both.match.arenas()[0].add_to(with);
  alone.match.arenas()[0].add_to(without);
  EXPECT_EQ(with.digest(), without.digest());
  EXPECT_EQ(both.match.arenas()[0].telemetry().hash(), alone.match.arenas()[0].telemetry().hash());
  EXPECT_NE(both.match.arenas()[0].sim().hash(), both.match.arenas()[1].sim().hash());
  EXPECT_EQ(both.refusal("ada", Unpin{1}), "There is no pin 1 on the board.");
}

TEST(Arena, GivesTheSameStateHoweverItIsAdvanced) {
  std::vector<std::uint64_t> hashes;
  for (const std::int64_t step_ms : {60'000, 1000, 137, 12'345}) {
    Table table(default_settings(Mode::kRace));
    table.start_race();
    const auto run_to = [&](Duration at) {
      for (Duration t = table.match.time(); t < at; t = t + milliseconds(step_ms)) {
        table.run_to(std::min(at, t + milliseconds(step_ms)));
      }
      table.run_to(at);
    };
    run_to(milliseconds(40'250));
    table.must("ada", Act{testing::restart_service("catalog")});
    table.must("ada", Declare{testing::kComponent, testing::right_mechanism(), "2", {}});
    run_to(milliseconds(90'500));
    table.must("ada", Act{testing::set_pool_size(10)});
    table.must("bob", Chat{"hm"});
    run_to(table.match.time_limit());
    table.must("", EndMatch{});
    EXPECT_EQ(table.match.team_state(0), TeamState::kSolved);
    hashes.push_back(table.match.hash());
  }
  EXPECT_EQ(hashes, std::vector<std::uint64_t>(hashes.size(), hashes[0]));
}

TEST(Views, ShowNoFaultAndNoGap) {
  Table table(default_settings(Mode::kPractice));
  table.start_practice();
  const Arena& arena = table.match.arenas()[0];
  const auto rows = changes(arena);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].number, 1);
  EXPECT_EQ(rows[0].title, "Deploy shop 1.0.1");
  EXPECT_EQ(rows[1].kind, "config");
  EXPECT_LT(rows[1].at, Duration{0});
  EXPECT_EQ(pods(arena).size(), 5U);
  EXPECT_EQ(config(arena)[0].value, 1);
  EXPECT_EQ(flags(arena)[0].on, false);
  ASSERT_EQ(alerts(arena).size(), 1U);
  EXPECT_EQ(alerts(arena)[0].state, "firing");

  const auto restart = preview(arena, testing::restart_service("catalog"));
  ASSERT_TRUE(restart);
  EXPECT_EQ(restart->title, "Restart catalog");
  EXPECT_GT(restart->takes, seconds(1));
  EXPECT_EQ(restart->touches, std::vector<std::string>{"shop"});
  EXPECT_FALSE(preview(arena, {sim::ActionKind::kPurgeCache, {}, 0, 0}));

  table.must("ada", Act{{sim::ActionKind::kRevertChange, {}, 1, 0}});
  table.run_to(seconds(30));
  const auto after = changes(arena);
  ASSERT_EQ(after.size(), 3U);
  EXPECT_TRUE(after[1].reverted);
  EXPECT_TRUE(after[2].ours);
  EXPECT_EQ(after[2].title, "Revert change 2: catalog: trim idle connections");
  EXPECT_EQ(after[2].author, "ada");
}

TEST(Cursors, TellEverythingOnce) {
  Table table(default_settings(Mode::kPractice));
  MatchCursor lobby;
  table.must("ada", Join{"ada"});
  EXPECT_EQ(lobby.take(table.match).players.size(), 1U);
  EXPECT_TRUE(lobby.take(table.match).empty());
  table.must("bob", Join{"bob"});
  table.must("bob", Leave{});
  table.must("ada", ChooseTeam{"", "Owls"});
  auto lobby_news = lobby.take(table.match);
  EXPECT_TRUE(lobby_news.teams);
  EXPECT_EQ(lobby_news.players.size(), 1U);
  table.must("ada", Start{});
  table.must("", BeginRunning{});
  EXPECT_EQ(lobby.take(table.match).phase, Phase::kRunning);

  const Arena& arena = table.match.arenas()[0];
  ArenaCursor cursor;
  const ArenaChanges all = cursor.take(arena);
  EXPECT_TRUE(all.pods);
  EXPECT_EQ(all.changes.size(), 2U);
  EXPECT_EQ(all.config.size(), 1U);
  EXPECT_EQ(all.alerts.size(), 1U);
  EXPECT_TRUE(cursor.take(arena).empty());

  table.must("ada", Act{testing::set_pool_size(10)});
  table.must("ada", Pin{change_pin("2")});
  table.must("ada", Pin{change_pin("1")});
  ArenaChanges news = cursor.take(arena);
  EXPECT_EQ(news.actions, std::vector<std::size_t>{0});
  EXPECT_EQ(news.pins.size(), 2U);
  EXPECT_EQ(news.lines.size(), 3U);
  table.must("ada", Unpin{1});
  table.run_to(minutes(4));
  news = cursor.take(arena);
  EXPECT_EQ(news.unpinned, std::vector<std::int64_t>{1});
  EXPECT_EQ(news.actions, std::vector<std::size_t>{0});
  ASSERT_EQ(news.config.size(), 1U);
  EXPECT_EQ(news.config[0].value, 10);
  EXPECT_EQ(news.changes.size(), 1U);
  ASSERT_EQ(news.alerts.size(), 1U);
  EXPECT_EQ(news.alerts[0].state, "resolved");
  EXPECT_FALSE(news.pods);
  EXPECT_TRUE(cursor.take(arena).empty());
}

}  // namespace
}  // namespace incident::match
