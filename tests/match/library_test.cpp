// Every incident of the library, played at par: the reference solution, the right declaration, causal pins
// and status updates in time are worth a thousand points; sitting still is worth nothing.
#include "scenario/library.h"

#include <gtest/gtest.h>

#include "match/clues.h"
#include "match/review.h"
#include "scenario/action_names.h"
#include "scenario/warm_up.h"

namespace incident::match {
namespace {

constexpr std::uint64_t kSeed = 1;

void say(Match& match, const std::string& player, Command command) {
  const Entry entry{match.last_entry() + 1, match.time(), player, std::move(command)};
  const auto checked = match.check(entry);
  ASSERT_TRUE(checked) << name_of(entry.command) << ": " << checked.error().message;
  match.apply(entry);
}

void update_customers(Match& match) {
  say(match, "ada", StatusUpdate{StatusState::kInvestigating, "We are on it."});
}

void play_at_par(Match& match) {
  const scenario::Incident& incident = match.incident();
  const Arena& arena = match.arenas()[0];
  match.advance(seconds(20));
  update_customers(match);
  std::vector<std::int64_t> pins;
  for (const Clue& clue : find_clues(arena)) {
    say(match, "ada", Pin{{clue.kind, clue.ref, "", {}, {}, "clue"}});
    pins.push_back(static_cast<std::int64_t>(pins.size()) + 1);
  }
  for (const scenario::TimedCommand& command : incident.reference.commands) {
    match.advance(command.at);
    say(match, "ada", Act{scenario::resolve(arena.sim(), command.action)});
  }
  Declare declare{incident.answer.component, incident.answer.mechanism, "none", pins};
  for (std::size_t i = 0; i < arena.sim().change_count(); ++i) {
    const sim::ChangeId id(i);
    if (incident.answer.trigger_change && arena.sim().change(id).planned == *incident.answer.trigger_change) {
      declare.trigger = std::to_string(scenario::number_of_change(arena.sim(), id).value_or(0));
    }
  }
  declare.pins.resize(std::min<std::size_t>(declare.pins.size(), limits::kDeclarationPinsMax));
  say(match, "ada", declare);
  while (!arena.finished()) {
    match.advance(match.time() + minutes(4));
    if (!arena.finished()) {
      update_customers(match);
    }
  }
}

TEST(Library, IsWorthAThousandAtParAndNothingForNothing) {
  const auto library = scenario::load_library(SCENARIOS_DIR).value();
  ASSERT_FALSE(library.incidents().empty());
  for (const auto& incident : library.incidents()) {
    SCOPED_TRACE(incident->id);
    Match match(incident, default_settings(Mode::kRace));
    match.begin(std::make_shared<const scenario::Start>(scenario::warm_up(*incident, kSeed).value()));
    for (const char* player : {"ada", "bob"}) {
      say(match, player, Join{player});
      say(match, player, ChooseTeam{"", player});
    }
    say(match, "ada", Start{});
    say(match, "", BeginRunning{});
    play_at_par(match);
    match.advance(match.time_limit());
    say(match, "", EndMatch{});
    const Review result = review(match);
    for (const ScoreLine& line : result.teams[0].score.lines) {
      EXPECT_GE(line.points, line.of * 8 / 10) << line.text;  // a reference may cost a little to save much
    }
    EXPECT_EQ(result.teams[0].state, TeamState::kSolved);
    EXPECT_NEAR(result.teams[0].score.total, 1000, 30);
    EXPECT_LE(result.teams[1].score.total, 10);
  }
}

}  // namespace
}  // namespace incident::match
