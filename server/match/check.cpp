#include "match/check.h"

#include <algorithm>

#include "match/limits.h"
#include "match/text.h"

namespace incident::match {
namespace {

Error precondition(std::string message, std::string at = {}) {
  return {ErrorCode::kFailedPrecondition, std::move(message), std::move(at)};
}
Error denied(std::string message) {
  return {ErrorCode::kPermissionDenied, std::move(message), {}};
}
Error exhausted(std::string message, std::string at = {}) {
  return {ErrorCode::kResourceExhausted, std::move(message), std::move(at)};
}
Error exists(std::string message, std::string at = {}) {
  return {ErrorCode::kAlreadyExists, std::move(message), std::move(at)};
}

std::string role_words(Role role) {
  std::string words(to_string(role));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string any_of(const std::vector<Role>& roles) {
  std::string text;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == roles.size() ? " or " : ", ") + role_words(roles[i]);
  }
  return text;
}

class Checker {
 public:
  Checker(const Match& match, const Entry& entry) : match_(match), entry_(entry) {}

  Result<void> operator()(const Join& join) const {
    const Player* known = match_.find_player(entry_.player);
    if (known != nullptr && !known->gone) {
      return exists("You are in this match already.");
    }
    if (entry_.player.empty() || entry_.player.size() > limits::kPlayerIdBytes) {
      return invalid("The player's id must have 1 to " + std::to_string(limits::kPlayerIdBytes) + " bytes.",
                     "player");
    }
    const auto present = std::count_if(match_.players().begin(), match_.players().end(),
                                       [](const Player& p) { return !p.gone; });
    if (present >= match_.settings().players_max ||
        (known == nullptr && match_.players().size() >= limits::kPlayersMax)) {
      return exhausted("The match is full: " + std::to_string(match_.settings().players_max) +
                       " players may take part.");
    }
    return check_text(join.handle, TextKind::kLine, limits::kHandleBytes, "A handle", "handle");
  }

  Result<void> operator()(const ChooseTeam& choice) const {
    const Player& me = *match_.find_player(entry_.player);
    const bool lobby = match_.phase() == Phase::kLobby;
    if (!lobby && !me.team.empty()) {
      return precondition("Teams are fixed once the match has started.");
    }
    if (!choice.team.empty()) {
      if (!match_.team_index(choice.team)) {
        return not_found("There is no team \"" + choice.team + "\" in this match.", "team");
      }
      return {};
    }
    if (!lobby) {
      return precondition("New teams can be founded in the lobby only; choose one that plays.");
    }
    if (auto named =
            check_text(choice.name, TextKind::kLine, limits::kTeamNameBytes, "A team's name", "name");
        !named) {
      return named;
    }
    // A team that the founder alone is in vanishes when they go, so it does not count.
    std::ptrdiff_t teams = 0;
    for (const Team& team : match_.teams()) {
      const bool vanishes = me.team == team.id && members(team.id) == 1;
      if (!vanishes && team.name == choice.name) {
        return exists("There is a team called \"" + choice.name + "\" already; join it or take another name.",
                      "name");
      }
      teams += vanishes ? 0 : 1;
    }
    if (teams >= match_.settings().teams_max) {
      return exhausted("This match has room for " + std::to_string(match_.settings().teams_max) +
                       (match_.settings().teams_max == 1 ? " team" : " teams") + "; join one that is there.");
    }
    return {};
  }

  Result<void> operator()(const SetRole& command) const {
    const Player& me = *match_.find_player(entry_.player);
    if (me.team.empty()) {
      return precondition("Choose a team before a role.");
    }
    if (command.role == Role::kIncidentCommander) {
      for (const Player& other : match_.players()) {
        if (!other.gone && other.id != me.id && other.team == me.team && other.role == command.role) {
          return exists(other.handle + " is incident commander; a team has one. Ask them to hand it over.",
                        "role");
        }
      }
    }
    return {};
  }

  Result<void> operator()(const SetReady&) const { return in_phase(Phase::kLobby, "the lobby"); }

  Result<void> operator()(const Start&) const {
    if (auto lobby = in_phase(Phase::kLobby, "the lobby"); !lobby) {
      return lobby;
    }
    if (!match_.find_player(entry_.player)->host) {
      return denied("The host starts the match.");
    }
    if (match_.teams().empty()) {
      return precondition("No team has a player yet; choose or found a team first.");
    }
    return {};
  }

  Result<void> operator()(const Act& command) const {
    if (auto able = may_play(match_.settings().action_roles, "act on the system"); !able) {
      return able;
    }
    return arena()->check_act(command.action);
  }

  Result<void> operator()(const Pin& command) const {
    if (auto able = has_open_arena(); !able) {
      return able;
    }
    return arena()->check_pin(command.evidence);
  }

  Result<void> operator()(const Unpin& command) const {
    if (auto able = has_open_arena(); !able) {
      return able;
    }
    return arena()->check_unpin(command.pin);
  }

  Result<void> operator()(const Declare& command) const {
    if (auto able = may_play(match_.settings().declare_roles, "declare the cause"); !able) {
      return able;
    }
    return arena()->check_declare(command);
  }

  Result<void> operator()(const Chat& command) const {
    if (auto there = has_arena(); !there) {
      return there;
    }
    if (auto text = check_text(command.text, TextKind::kParagraph, limits::kChatBytes, "A chat line", "text");
        !text) {
      return text;
    }
    return arena()->check_chat();
  }

  Result<void> operator()(const StatusUpdate& command) const {
    if (auto able = may_play({}, "update customers"); !able) {
      return able;
    }
    if (auto text =
            check_text(command.text, TextKind::kParagraph, limits::kStatusBytes, "A status update", "text");
        !text) {
      return text;
    }
    return arena()->check_status();
  }

  Result<void> operator()(const TakeHint&) const {
    if (auto able = has_open_arena(); !able) {
      return able;
    }
    return arena()->check_hint();
  }

  Result<void> operator()(const Concede&) const { return has_open_arena(); }
  Result<void> operator()(const Leave&) const { return {}; }

  Result<void> operator()(const BeginRunning&) const {
    if (auto briefing = in_phase(Phase::kBriefing, "the briefing"); !briefing) {
      return briefing;
    }
    if (match_.start() == nullptr) {
      return Error{
          ErrorCode::kUnavailable, "The system is still warming up; it will be ready in a moment.", {}};
    }
    return {};
  }

  Result<void> operator()(const Pause&) const {
    if (match_.settings().mode != Mode::kPractice) {
      return precondition("A race has one clock for all and cannot be paused.");
    }
    return in_phase(Phase::kRunning, "play");
  }

  Result<void> operator()(const Resume&) const { return in_phase(Phase::kPaused, "a pause"); }

  Result<void> operator()(const EndMatch&) const {
    if (match_.phase() == Phase::kBriefing || match_.phase() == Phase::kEnded) {
      return precondition("The match begins in a moment, or has ended.");
    }
    return {};  // from the lobby too: everybody has gone
  }

 private:
  const Arena* arena() const { return match_.arena_of(entry_.player); }

  std::ptrdiff_t members(const std::string& team) const {
    return std::count_if(match_.players().begin(), match_.players().end(),
                         [&](const Player& p) { return p.team == team && !p.gone; });
  }

  Result<void> in_phase(Phase phase, const char* words) const {
    if (match_.phase() != phase) {
      return precondition("That can be done in " + std::string(words) + " only; the match is in phase \"" +
                          std::string(to_string(match_.phase())) + "\".");
    }
    return {};
  }

  Result<void> has_arena() const {
    if (match_.phase() == Phase::kLobby || match_.phase() == Phase::kBriefing) {
      return precondition("The clock is not running yet; this is for the time after the page.");
    }
    if (arena() == nullptr) {
      return precondition("You are in no team; choose one that plays.");
    }
    return {};
  }

  Result<void> has_open_arena() const {
    if (auto there = has_arena(); !there) {
      return there;
    }
    if (arena()->finished()) {
      return precondition("Your team has finished; its system takes no more commands.");
    }
    return {};
  }

  Result<void> may_play(const std::vector<Role>& roles, const char* what) const {
    if (auto able = has_open_arena(); !able) {
      return able;
    }
    if (match_.phase() == Phase::kPaused) {
      return precondition("The match is paused; resume it to " + std::string(what) + ".");
    }
    const Role mine = match_.find_player(entry_.player)->role;
    if (!roles.empty() && std::find(roles.begin(), roles.end(), mine) == roles.end()) {
      return denied("In this match only " + any_of(roles) + " may " + what + "; take that role first.");
    }
    return {};
  }

  const Match& match_;
  const Entry& entry_;
};

template <class... T>
bool is_one_of(const Command& command) {
  return (std::holds_alternative<T>(command) || ...);
}

}  // namespace

Result<void> check_order(const Match& match, const Entry& entry) {
  if (entry.number != match.last_entry() + 1) {
    return invalid("Entry " + std::to_string(entry.number) + " is out of order; number " +
                       std::to_string(match.last_entry() + 1) + " comes next.",
                   "number");
  }
  if (entry.at < match.time()) {
    return invalid("Entry " + std::to_string(entry.number) + " is from before the match's present time.",
                   "at");
  }
  if (match.phase() != Phase::kRunning && entry.at != match.time()) {
    return invalid("Entry " + std::to_string(entry.number) + " has a time at which the clock stood still.",
                   "at");
  }
  return {};
}

Result<void> check_command(const Match& match, const Entry& entry) {
  if (match.phase() == Phase::kEnded) {
    return precondition("The match has ended.");
  }
  const Command& command = entry.command;
  const bool by_shell = entry.player.empty();
  const bool for_shell = is_one_of<BeginRunning, Pause, Resume, EndMatch>(command);
  if (by_shell && !for_shell) {
    return invalid("This command needs a player.", "player");
  }
  if (!by_shell && entry.number > limits::kEntriesMax) {
    return exhausted("This match's log is full: " + std::to_string(limits::kEntriesMax) +
                     " commands were given.");
  }
  if (!by_shell && !std::holds_alternative<Join>(command)) {
    const Player* player = match.find_player(entry.player);
    if (player == nullptr || player->gone) {
      return denied("Join the match first.");
    }
    if (is_one_of<BeginRunning, EndMatch>(command)) {
      return denied("The server's clock decides that.");
    }
    if (for_shell && !player->host) {
      return denied("Only the host may pause and resume.");
    }
  }
  return std::visit(Checker(match, entry), command);
}

}  // namespace incident::match
