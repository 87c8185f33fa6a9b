// A match: the rules of play as a value. Pure and deterministic: the same incident, settings, warmed-up start
// and entries give the same state and the same hash, however often `advance` is called in between.
//
//   check(entry)      would it be accepted now? The shell asks, makes the entry durable, then applies it.
//   apply(entry)      runs every arena on to the entry's time and applies it. Entries that were checked
//                     succeed; one that no longer holds (several were under way at once) changes nothing and
//                     says so, on replay just as it did live.
//   advance(to)       runs every playing arena on to this match time. Between check and apply of an entry the
//                     shell must not advance past the entry's time.
//
// A match stands still between calls; one thread at a time. It has no clock: the shell turns wall time into
// match time, and logs BeginRunning, Pause, Resume and EndMatch as entries so that a replay needs the log
// alone. Errors are sentences for the player who caused them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "match/arena.h"
#include "match/command.h"
#include "match/rules.h"
#include "scenario/incident.h"
#include "scenario/warm_up.h"

namespace incident::match {

enum class Phase : std::uint8_t { kLobby, kBriefing, kRunning, kPaused, kEnded };
std::string_view to_string(Phase phase);  // "lobby", "briefing", "running", "paused", "ended"

struct Player {
  std::string id, handle;
  std::string team;  // id, or empty
  Role role = Role::kNone;
  bool ready = false, host = false;
  bool gone = false;  // has left; kept for the timeline's sake
  bool operator==(const Player&) const = default;
};

// While in the lobby a team without players vanishes; from the start on the list is fixed and arena i is team
// i's.
struct Team {
  std::string id, name;
  bool operator==(const Team&) const = default;
};

// What an applied entry did that an answer to its sender needs.
struct Applied {
  // First, so that an Error alone does not make one (C++20's aggregates may be made by parentheses).
  std::optional<std::string> team;      // ChooseTeam: the team's id
  std::optional<Error> refused;         // it no longer held; nothing has changed
  std::optional<std::int64_t> pin;      // Pin
  std::optional<sim::ActionId> action;  // Act
  std::optional<bool> right;            // Declare
  std::optional<std::size_t> declarations_left;
};

class Match {
 public:
  Match(std::shared_ptr<const scenario::Incident> incident, Settings settings);

  Result<void> check(const Entry& entry) const;
  Applied apply(const Entry& entry);
  // The warmed-up world which each team's arena forks; needed before BeginRunning. Same for all replays.
  void begin(std::shared_ptr<const scenario::Start> start);
  void advance(Duration to);

  Phase phase() const { return phase_; }
  Duration time() const { return time_; }  // since the page; zero until the clock runs
  Duration time_limit() const { return time_limit_; }
  // While running: every team has finished or time is up, and the shell should log EndMatch.
  bool over() const;
  const scenario::Incident& incident() const { return *incident_; }
  std::shared_ptr<const scenario::Incident> shared_incident() const { return incident_; }
  std::shared_ptr<const scenario::Start> start() const { return start_; }
  const Settings& settings() const { return settings_; }
  std::int64_t last_entry() const { return last_entry_; }

  const std::vector<Player>& players() const { return players_; }
  const Player* find_player(std::string_view id) const;
  const std::vector<Team>& teams() const { return teams_; }
  std::optional<std::size_t> team_index(std::string_view id) const;
  // One for each team from BeginRunning on; before that none.
  const std::vector<Arena>& arenas() const { return arenas_; }
  const Arena* arena_of(std::string_view player) const;  // null: no team, or not yet running
  TeamState team_state(std::size_t team) const;
  std::string handle_of(std::string_view player) const;  // the id itself when unknown

  std::uint64_t hash() const;

 private:
  // One for each command, when check_command has passed.
  void on(const Entry& entry, const Join& join, Applied& applied);
  void on(const Entry& entry, const ChooseTeam& choice, Applied& applied);
  void on(const Entry& entry, const SetRole& command, Applied& applied);
  void on(const Entry& entry, const SetReady& command, Applied& applied);
  void on(const Entry& entry, const Start& command, Applied& applied);
  void on(const Entry& entry, const Act& command, Applied& applied);
  void on(const Entry& entry, const Pin& command, Applied& applied);
  void on(const Entry& entry, const Unpin& command, Applied& applied);
  void on(const Entry& entry, const Declare& command, Applied& applied);
  void on(const Entry& entry, const Chat& command, Applied& applied);
  void on(const Entry& entry, const StatusUpdate& command, Applied& applied);
  void on(const Entry& entry, const TakeHint& command, Applied& applied);
  void on(const Entry& entry, const Concede& command, Applied& applied);
  void on(const Entry& entry, const Leave& command, Applied& applied);
  void on(const Entry& entry, const BeginRunning& command, Applied& applied);
  void on(const Entry& entry, const Pause& command, Applied& applied);
  void on(const Entry& entry, const Resume& command, Applied& applied);
  void on(const Entry& entry, const EndMatch& command, Applied& applied);
  Player& player(std::string_view id);
  Arena* arena_for(std::string_view player);
  void note(std::string_view player, const std::string& text);
  void move_to_team(Player& player, const std::string& team);
  void pass_host_on();

  std::shared_ptr<const scenario::Incident> incident_;
  std::shared_ptr<const scenario::Start> start_;
  Settings settings_;
  Duration time_limit_;
  Phase phase_ = Phase::kLobby;
  Duration time_{0};
  std::int64_t last_entry_ = 0;
  std::int64_t teams_founded_ = 0;
  std::vector<Player> players_;
  std::vector<Team> teams_;
  std::vector<Arena> arenas_;
};

}  // namespace incident::match
