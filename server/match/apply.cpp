// What each command does to a match, once check_command has let it pass.
#include <algorithm>
#include <cassert>

#include "match/match.h"

namespace incident::match {
namespace {

// Two people may come with the same handle; the second is told apart.
std::string free_handle(const std::vector<Player>& players, const std::string& wanted,
                        const std::string& id) {
  const auto taken = [&](const std::string& handle) {
    return std::any_of(players.begin(), players.end(),
                       [&](const Player& p) { return p.handle == handle && p.id != id; });
  };
  std::string handle = wanted;
  for (int n = 2; taken(handle); ++n) {
    handle = wanted + " (" + std::to_string(n) + ")";
  }
  return handle;
}

}  // namespace

Player& Match::player(std::string_view id) {
  const auto found =
      std::find_if(players_.begin(), players_.end(), [&](const Player& p) { return p.id == id; });
  assert(found != players_.end());
  return *found;
}

Arena* Match::arena_for(std::string_view player) {
  const Arena* arena = arena_of(player);
  return arena == nullptr ? nullptr : &arenas_[static_cast<std::size_t>(arena - arenas_.data())];
}

void Match::note(std::string_view player, const std::string& text) {
  if (Arena* arena = arena_for(player)) {
    arena->note(text);
  }
}

void Match::move_to_team(Player& player, const std::string& team) {
  player.team = team;
  player.role = Role::kNone;
  player.ready = false;
  if (phase_ == Phase::kLobby) {
    std::erase_if(teams_, [&](const Team& t) {
      return std::none_of(players_.begin(), players_.end(), [&](const Player& p) { return p.team == t.id; });
    });
  }
}

void Match::pass_host_on() {
  const auto is_present = [](const Player& p) { return !p.gone; };
  if (std::any_of(players_.begin(), players_.end(), [](const Player& p) { return p.host && !p.gone; })) {
    return;
  }
  for (Player& p : players_) {
    p.host = false;
  }
  const auto next = std::find_if(players_.begin(), players_.end(), is_present);
  if (next != players_.end()) {
    next->host = true;
  }
}

void Match::on(const Entry& entry, const Join& join, Applied&) {
  const std::string handle = free_handle(players_, join.handle, entry.player);
  if (find_player(entry.player) == nullptr) {
    Player fresh;
    fresh.id = entry.player;
    players_.push_back(std::move(fresh));
  }
  Player& me = player(entry.player);
  me.handle = handle;
  me.gone = false;
  if (me.team.empty() && settings_.teams_max == 1 && !teams_.empty()) {
    me.team = teams_.front().id;  // there is nothing to choose
  }
  pass_host_on();
  note(entry.player, me.handle + " joined.");
}

void Match::on(const Entry& entry, const ChooseTeam& choice, Applied& applied) {
  Player& me = player(entry.player);
  std::string team = choice.team;
  if (team.empty()) {
    team = "t" + std::to_string(++teams_founded_);
    teams_.push_back({team, choice.name});
  }
  if (me.team != team) {
    move_to_team(me, team);
    note(entry.player, me.handle + " joined.");
  }
  applied.team = team;
}

void Match::on(const Entry& entry, const SetRole& command, Applied&) {
  Player& me = player(entry.player);
  if (me.role == command.role) {
    return;
  }
  me.role = command.role;
  std::string words(to_string(command.role));
  std::replace(words.begin(), words.end(), '_', ' ');
  note(entry.player,
       command.role == Role::kNone ? me.handle + " has no role now." : me.handle + " is " + words + " now.");
}

void Match::on(const Entry& entry, const SetReady& command, Applied&) {
  player(entry.player).ready = command.ready;
}

void Match::on(const Entry&, const Start&, Applied&) {
  phase_ = Phase::kBriefing;
}

void Match::on(const Entry& entry, const Act& command, Applied& applied) {
  Arena& arena = *arena_for(entry.player);
  arena.act(command.action, entry.player, handle_of(entry.player));
  applied.action = arena.actions().back().id;
}

void Match::on(const Entry& entry, const Pin& command, Applied& applied) {
  applied.pin = arena_for(entry.player)->pin(command.evidence, entry.player, handle_of(entry.player));
}

void Match::on(const Entry& entry, const Unpin& command, Applied&) {
  arena_for(entry.player)->unpin(command.pin, handle_of(entry.player));
}

void Match::on(const Entry& entry, const Declare& command, Applied& applied) {
  Arena& arena = *arena_for(entry.player);
  applied.right = arena.declare(command, entry.player, handle_of(entry.player));
  applied.declarations_left = arena.declarations_left();
}

void Match::on(const Entry& entry, const Chat& command, Applied&) {
  arena_for(entry.player)->chat(command.text, entry.player);
}

void Match::on(const Entry& entry, const StatusUpdate& command, Applied&) {
  arena_for(entry.player)->status_update(command.state, command.text, entry.player);
}

void Match::on(const Entry& entry, const TakeHint&, Applied&) {
  arena_for(entry.player)->take_hint(entry.player, handle_of(entry.player));
}

void Match::on(const Entry& entry, const Concede&, Applied&) {
  arena_for(entry.player)->concede(handle_of(entry.player));
}

void Match::on(const Entry& entry, const Leave&, Applied&) {
  if (phase_ == Phase::kLobby) {
    move_to_team(player(entry.player), {});
    std::erase_if(players_, [&](const Player& p) { return p.id == entry.player; });
  } else {
    Player& me = player(entry.player);
    me.gone = true;
    me.role = Role::kNone;
    note(entry.player, me.handle + " left.");
  }
  pass_host_on();
}

void Match::on(const Entry&, const BeginRunning&, Applied&) {
  phase_ = Phase::kRunning;
  arenas_.reserve(teams_.size());
  for (std::size_t i = 0; i < teams_.size(); ++i) {
    arenas_.emplace_back(incident_, start_->sim, start_->telemetry, start_->page, time_limit_);
  }
}

void Match::on(const Entry&, const Pause&, Applied&) {
  phase_ = Phase::kPaused;
  for (Arena& arena : arenas_) {
    arena.note("Paused.");
  }
}

void Match::on(const Entry&, const Resume&, Applied&) {
  phase_ = Phase::kRunning;
  for (Arena& arena : arenas_) {
    arena.note("Going on.");
  }
}

void Match::on(const Entry&, const EndMatch&, Applied&) {
  for (Arena& arena : arenas_) {
    arena.time_out();
  }
  phase_ = Phase::kEnded;
}

}  // namespace incident::match
