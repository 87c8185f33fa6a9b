#include "match/command_json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace incident::match {
namespace {

std::vector<Command> one_of_each() {
  Evidence metric{EvidenceKind::kMetric, "",          "sum(rate(x{a=\"b\"}[1m]))",
                  seconds(-30),          seconds(90), "errors up"};
  Evidence log{EvidenceKind::kLog, "L17", "", std::nullopt, std::nullopt, "naïve \"quotes\" \n second line"};
  return {Join{"ada"},
          ChooseTeam{"", "Night shift ✓"},
          ChooseTeam{"t2", ""},
          SetRole{Role::kIncidentCommander},
          SetReady{true},
          Start{},
          Act{{sim::ActionKind::kSetConfig, {}, 7, -12}},
          Pin{metric},
          Pin{log},
          Unpin{3},
          Declare{"catalog", "slow_query", "4", {1, 2, 9}},
          Chat{"two\nlines"},
          StatusUpdate{StatusState::kIdentified, "We know."},
          TakeHint{},
          Concede{},
          Leave{},
          BeginRunning{},
          Pause{},
          Resume{},
          EndMatch{}};
}

TEST(CommandJson, GivesBackWhatItWrote) {
  std::int64_t number = 0;
  for (const Command& command : one_of_each()) {
    const Entry entry{++number, seconds(number), number % 2 == 0 ? "p-ada" : "", command};
    const std::string text = encode(entry);
    const auto back = decode_entry(text);
    ASSERT_TRUE(back) << text << ": " << back.error().message;
    EXPECT_EQ(*back, entry) << text;
    const auto alone = decode_command(encode(command));
    ASSERT_TRUE(alone) << alone.error().message;
    EXPECT_EQ(*alone, command);
  }
}

TEST(CommandJson, KnowsEveryActionKind) {
  for (int kind = 0; kind < sim::kActionKinds; ++kind) {
    const Command command = Act{{static_cast<sim::ActionKind>(kind), {}, 1, 2}};
    EXPECT_EQ(*decode_command(encode(command)), command);
  }
}

// What is on disk must be readable for good: a change of this text needs a new version.
TEST(CommandJson, IsTheDurableForm) {
  EXPECT_EQ(encode(Entry{12, seconds(90), "p1", Act{{sim::ActionKind::kRestart, {}, 3, 0}}}),
            R"({"v":1,"n":12,"at":90000000,"by":"p1","do":"act","kind":"restart","target":3,"value":0})");
  EXPECT_EQ(encode(Command{Pin{{EvidenceKind::kLog, "a1", "", {}, {}, "x"}}}),
            R"({"v":1,"do":"pin","kind":"log","ref":"a1","query":"","label":"x"})");
}

struct Malformed {
  const char* text;
  const char* at;
};

TEST(CommandJson, SaysWhatIsWrong) {
  const std::vector<Malformed> cases = {
      {"", ""},
      {"[]", ""},
      {"{\"v\":1", ""},
      {"nonsense", ""},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"chat","text":[[[1]]]})", ""},
      {R"({"n":1,"at":0,"by":"p","do":"start"})", "v"},
      {R"({"v":2,"n":1,"at":0,"by":"p","do":"start"})", "v"},
      {R"({"v":1,"n":0,"at":0,"by":"p","do":"start"})", "n"},
      {R"({"v":1,"n":1.5,"at":0,"by":"p","do":"start"})", "n"},
      {R"({"v":1,"n":"1","at":0,"by":"p","do":"start"})", "n"},
      {R"({"v":1,"n":1,"at":-1,"by":"p","do":"start"})", "at"},
      {R"({"v":1,"n":18446744073709551615,"at":0,"by":"p","do":"start"})", "n"},
      {R"({"v":1,"n":1,"at":0,"do":"start"})", "by"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"fly"})", "do"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"start","extra":1})", "extra"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"chat"})", "text"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"chat","text":5})", "text"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"act","kind":"explode","target":0,"value":0})", "kind"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"act","kind":"scale","target":-1,"value":0})", "target"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"set_ready","ready":1})", "ready"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"declare","component":"a","mechanism":"b","trigger":"none","pins":[true]})",
       "pins"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"declare","component":"a","mechanism":"b","trigger":"none","pins":5})",
       "pins"},
      {R"({"v":1,"n":1,"at":0,"by":"p","do":"pin","kind":"rumour","ref":"","query":"","label":"x"})", "kind"},
  };
  for (const Malformed& c : cases) {
    const auto entry = decode_entry(c.text);
    ASSERT_FALSE(entry) << c.text;
    EXPECT_EQ(entry.error().at, c.at) << c.text;
    EXPECT_FALSE(entry.error().message.empty()) << c.text;
  }
}

TEST(CommandJson, RefusesLongTexts) {
  const auto chat = decode_command(encode(Command{Chat{std::string(limits::kChatBytes + 1, 'x')}}));
  ASSERT_FALSE(chat);
  EXPECT_EQ(chat.error().at, "text");
  EXPECT_FALSE(decode_command(std::string(limits::kEntryBytes + 1, ' ')));
  EXPECT_FALSE(decode_command(std::string(limits::kEntryBytes, '[')));
}

// Damage anywhere in a line is an error or another valid record, never a crash.
TEST(CommandJson, SurvivesDamage) {
  const std::string text = encode(Entry{7, seconds(3), "p1", one_of_each()[7]});
  for (std::size_t i = 0; i < text.size(); ++i) {
    (void)decode_entry(text.substr(0, i));
    for (const char c : {'"', '{', '}', ':', '9', '\xff', '\\'}) {
      std::string damaged = text;
      damaged[i] = c;
      (void)decode_entry(damaged);
    }
  }
}

TEST(SettingsJson, GivesBackWhatItWrote) {
  for (const Mode mode : {Mode::kPractice, Mode::kRace}) {
    Settings settings = default_settings(mode);
    settings.time_scale = 4;
    settings.action_roles = {Role::kOperations, Role::kIncidentCommander};
    settings.time_limit = minutes(20);
    const auto back = decode_settings(encode(settings));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, settings);
  }
}

TEST(SettingsJson, KeepsToTheRules) {
  Settings settings = default_settings(Mode::kPractice);
  settings.teams_max = 2;
  EXPECT_FALSE(validate(settings));
  EXPECT_FALSE(decode_settings(encode(settings)));
  settings = default_settings(Mode::kRace);
  settings.time_scale = 11;
  EXPECT_EQ(validate(settings).error().at, "time_scale");
}

}  // namespace
}  // namespace incident::match
