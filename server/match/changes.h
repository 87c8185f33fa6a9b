// "What is new since I last looked": a cursor that a stream keeps for each arena and one for the match, and
// the difference to now. The arena itself keeps no list of watchers: any number of cursors may follow one.
// Indices in the answer are positions in the arena's lists, whole lists are given where they are short.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "match/match.h"
#include "match/views.h"

namespace incident::match {

struct ArenaChanges {
  std::optional<std::vector<PodView>> pods;  // the whole list, when anything in it changed
  std::vector<ConfigView> config;            // those that changed
  std::vector<FlagView> flags;
  std::vector<ChangeRow> changes;    // new, or now reverted
  std::vector<AlertRow> alerts;      // new, or in another state
  std::vector<std::size_t> actions;  // begun or ended: indices into Arena::actions()
  std::vector<std::size_t> lines;    // new: indices into Arena::channel()
  std::vector<std::size_t> pins;     // new and still up: indices into Arena::pins()
  std::vector<std::int64_t> unpinned;
  std::vector<std::size_t> hints, declarations;  // new: indices
  bool state = false;                            // the team's state changed
  bool empty() const;
};

class ArenaCursor {
 public:
  // Everything since the last call (the first time: everything).
  ArenaChanges take(const Arena& arena);

 private:
  std::vector<PodView> pods_;
  std::vector<ConfigView> config_;
  std::vector<FlagView> flags_;
  std::vector<ChangeRow> changes_;
  std::vector<AlertRow> alerts_;
  std::vector<bool> action_ended_;
  std::vector<bool> pin_removed_;
  std::size_t lines_ = 0, hints_ = 0, declarations_ = 0;
  std::optional<TeamState> state_;
};

struct MatchChanges {
  std::optional<Phase> phase;
  std::vector<Player> players;            // new or changed
  std::vector<std::string> players_left;  // ids, while in the lobby; later a player stays, as `gone`
  bool teams = false;                     // the list of teams or a team's state changed
  bool empty() const;
};

class MatchCursor {
 public:
  MatchChanges take(const Match& match);

 private:
  std::optional<Phase> phase_;
  std::vector<Player> players_;
  std::vector<Team> teams_;
  std::vector<TeamState> states_;
};

}  // namespace incident::match
