#include <gtest/gtest.h>

#include "pool_incident.h"

namespace incident::match {
namespace {

using testing::Table;

Settings race() {
  return default_settings(Mode::kRace);
}
Settings practice() {
  return default_settings(Mode::kPractice);
}

TEST(Lifecycle, GoesFromLobbyToTheEnd) {
  Table table(race());
  EXPECT_EQ(table.match.phase(), Phase::kLobby);
  table.must("ada", Join{"ada"});
  EXPECT_TRUE(table.match.find_player("ada")->host);
  EXPECT_EQ(table.must("ada", ChooseTeam{"", "Owls"}).team, "t1");
  table.must("ada", SetReady{true});
  table.must("ada", Start{});
  EXPECT_EQ(table.match.phase(), Phase::kBriefing);
  EXPECT_TRUE(table.match.arenas().empty());
  table.must("", BeginRunning{});
  EXPECT_EQ(table.match.phase(), Phase::kRunning);
  ASSERT_EQ(table.match.arenas().size(), 1U);
  table.run_to(minutes(3));
  EXPECT_EQ(table.match.time(), minutes(3));
  EXPECT_FALSE(table.match.over());
  table.run_to(minutes(30));
  EXPECT_TRUE(table.match.over());
  EXPECT_EQ(table.match.team_state(0), TeamState::kTimedOut);
  EXPECT_EQ(table.match.arenas()[0].ended(), table.match.time_limit());
  table.must("", EndMatch{});
  EXPECT_EQ(table.match.phase(), Phase::kEnded);
  EXPECT_EQ(table.refusal("ada", Chat{"hello"}), "The match has ended.");
}

TEST(Lobby, KeepsTeamsAsPlayersMakeThem) {
  Table table(race());
  table.must("ada", Join{"ada"});
  table.must("bob", Join{"bob"});
  table.must("cyd", Join{"ada"});
  EXPECT_EQ(table.match.handle_of("cyd"), "ada (2)");
  EXPECT_EQ(table.refusal("ada", Join{"ada"}), "You are in this match already.");
  EXPECT_EQ(table.refusal("eve", Chat{"hi"}), "Join the match first.");
  EXPECT_EQ(table.refusal("ada", Start{}), "No team has a player yet; choose or found a team first.");
  EXPECT_EQ(table.refusal("ada", SetRole{Role::kScribe}), "Choose a team before a role.");

  table.must("ada", ChooseTeam{"", "Owls"});
  EXPECT_NE(table.refusal("bob", ChooseTeam{"", "Owls"}), "");
  EXPECT_EQ(table.refusal("bob", ChooseTeam{"t9", ""}), "There is no team \"t9\" in this match.");
  table.must("bob", ChooseTeam{"t1", ""});
  table.must("ada", SetRole{Role::kIncidentCommander});
  EXPECT_EQ(table.refusal("bob", SetRole{Role::kIncidentCommander}),
            "ada is incident commander; a team has one. Ask them to hand it over.");
  EXPECT_EQ(table.refusal("bob", Start{}), "The host starts the match.");

  // A team that everybody left is gone, and its name is free.
  table.must("bob", ChooseTeam{"", "Bats"});
  table.must("ada", ChooseTeam{"t2", ""});
  ASSERT_EQ(table.match.teams().size(), 1U);
  EXPECT_EQ(table.match.find_player("ada")->role, Role::kNone);
  table.must("ada", ChooseTeam{"", "Owls"});
  EXPECT_EQ(table.match.find_player("ada")->team, "t3");

  // The host leaves: the next player is host.
  table.must("ada", Leave{});
  EXPECT_EQ(table.match.find_player("ada"), nullptr);
  EXPECT_TRUE(table.match.find_player("bob")->host);
}

TEST(Lobby, HasLimits) {
  Settings settings = race();
  settings.players_max = 2;
  settings.teams_max = 1;
  Table table(settings);
  table.must("ada", Join{"ada"});
  EXPECT_NE(table.refusal("bob", Join{""}), "");
  EXPECT_NE(table.refusal("bob", Join{std::string(limits::kHandleBytes + 1, 'x')}), "");
  EXPECT_NE(table.refusal("bob", Join{"a\tb"}), "");
  EXPECT_NE(table.refusal("bob", Join{"\xc3\x28"}), "");
  table.must("ada", ChooseTeam{"", "Owls"});
  table.must("bob", Join{"bob"});
  EXPECT_EQ(table.match.find_player("bob")->team, "t1") << "there is nothing to choose";
  EXPECT_EQ(table.refusal("cyd", Join{"cyd"}), "The match is full: 2 players may take part.");
  EXPECT_NE(table.refusal("bob", ChooseTeam{"", "Bats"}), "");
  // Alone in the only team one may found another: the first vanishes.
  table.must("bob", Leave{});
  table.must("ada", ChooseTeam{"", "Bats"});
  EXPECT_EQ(table.match.teams().front().name, "Bats");
}

TEST(Briefing, WaitsForTheSystem) {
  Match match(testing::pool_incident(), practice());
  EXPECT_FALSE(match.apply({1, {}, "ada", Join{"ada"}}).refused);
  EXPECT_FALSE(match.apply({2, {}, "ada", ChooseTeam{"", "Owls"}}).refused);
  EXPECT_FALSE(match.apply({3, {}, "ada", Start{}}).refused);
  const auto early = match.check({4, {}, "", BeginRunning{}});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::kUnavailable);
  match.begin(testing::pool_start());
  EXPECT_TRUE(match.check({4, {}, "", BeginRunning{}}));
}

TEST(Entries, AreTakenInOrderOnly) {
  Table table(practice());
  table.start_practice();
  table.run_to(seconds(10));
  const std::int64_t next = table.match.last_entry() + 1;
  const std::uint64_t before = table.match.hash();
  for (const Entry& entry :
       {Entry{next + 1, seconds(10), "ada", Chat{"x"}}, Entry{next - 1, seconds(10), "ada", Chat{"x"}},
        Entry{next, seconds(9), "ada", Chat{"x"}}}) {
    EXPECT_FALSE(table.match.check(entry));
    EXPECT_TRUE(table.match.apply(entry).refused);
    EXPECT_EQ(table.match.hash(), before);
  }
  // A command that no longer holds when its turn comes has its place in the log and no effect.
  EXPECT_TRUE(table.match.apply({next, seconds(10), "ada", Unpin{5}}).refused);
  EXPECT_EQ(table.match.last_entry(), next);
}

TEST(Pause, IsForPracticeOnly) {
  Table table(practice());
  table.start_practice();
  table.run_to(seconds(30));
  EXPECT_EQ(table.refusal("", Resume{}),
            "That can be done in a pause only; the match is in phase \"running\".");
  table.must("ada", Pause{});
  table.run_to(seconds(60));
  EXPECT_EQ(table.match.time(), seconds(30)) << "the clock stands still";
  EXPECT_EQ(table.refusal("ada", Act{testing::set_pool_size(10)}),
            "The match is paused; resume it to act on the system.");
  table.must("ada", Chat{"thinking"});
  table.must("", Resume{});
  table.run_to(seconds(60));
  EXPECT_EQ(table.match.time(), seconds(60));
  EXPECT_EQ(table.refusal("ada", EndMatch{}), "The server's clock decides that.");

  Table fast(race());
  fast.start_race();
  EXPECT_EQ(fast.refusal("ada", Pause{}), "A race has one clock for all and cannot be paused.");
  EXPECT_EQ(fast.refusal("bob", Pause{}), "Only the host may pause and resume.");
}

TEST(Teams, AreFixedFromTheStart) {
  Table table(race());
  table.start_race();
  EXPECT_EQ(table.refusal("ada", ChooseTeam{"t2", ""}), "Teams are fixed once the match has started.");
  table.must("cyd", Join{"cyd"});
  EXPECT_EQ(table.refusal("cyd", Chat{"hi"}), "You are in no team; choose one that plays.");
  EXPECT_NE(table.refusal("cyd", ChooseTeam{"", "Cats"}), "");
  table.must("cyd", ChooseTeam{"t2", ""});
  table.must("cyd", Chat{"hi"});
  EXPECT_EQ(table.match.arena_of("cyd"), table.match.arena_of("bob"));
  // Who leaves keeps their place, and may come back to it alone.
  table.must("cyd", Leave{});
  EXPECT_EQ(table.refusal("cyd", Chat{"hi"}), "Join the match first.");
  table.must("cyd", Join{"cyd"});
  EXPECT_EQ(table.match.find_player("cyd")->team, "t2");
}

TEST(Roles, AreAskedForWhereTheSettingsSaySo) {
  Settings settings = practice();
  settings.action_roles = {Role::kIncidentCommander, Role::kOperations};
  settings.declare_roles = {Role::kIncidentCommander};
  Table table(settings);
  table.start_practice();
  EXPECT_EQ(
      table.refusal("ada", Act{testing::set_pool_size(10)}),
      "In this match only incident commander or operations may act on the system; take that role first.");
  table.must("ada", SetRole{Role::kOperations});
  table.must("ada", Act{testing::set_pool_size(10)});
  EXPECT_NE(table.refusal("ada", Declare{"catalog", testing::right_mechanism(), "none", {}}), "");
}

}  // namespace
}  // namespace incident::match
