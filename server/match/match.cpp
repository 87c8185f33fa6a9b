#include "match/match.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "match/check.h"

namespace incident::match {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kLobby:
      return "lobby";
    case Phase::kBriefing:
      return "briefing";
    case Phase::kRunning:
      return "running";
    case Phase::kPaused:
      return "paused";
    case Phase::kEnded:
      return "ended";
  }
  return "";
}

Match::Match(std::shared_ptr<const scenario::Incident> incident, Settings settings)
    : incident_(std::move(incident)),
      settings_(std::move(settings)),
      time_limit_(settings_.time_limit.us > 0 ? settings_.time_limit : incident_->time_limit) {
  assert(validate(settings_).has_value());
}

Result<void> Match::check(const Entry& entry) const {
  if (auto order = check_order(*this, entry); !order) {
    return order;
  }
  return check_command(*this, entry);
}

Applied Match::apply(const Entry& entry) {
  Applied applied;
  if (const auto order = check_order(*this, entry); !order) {
    applied.refused = order.error();
    return applied;
  }
  last_entry_ = entry.number;
  advance(entry.at);
  if (const auto checked = check_command(*this, entry); !checked) {
    applied.refused = checked.error();
    return applied;
  }
  std::visit([&](const auto& command) { on(entry, command, applied); }, entry.command);
  return applied;
}

void Match::begin(std::shared_ptr<const scenario::Start> start) {
  assert(phase_ == Phase::kLobby || phase_ == Phase::kBriefing);
  start_ = std::move(start);
}

void Match::advance(Duration to) {
  if (phase_ != Phase::kRunning || to <= time_) {
    return;
  }
  for (Arena& arena : arenas_) {
    arena.advance(to);
  }
  time_ = to;
}

bool Match::over() const {
  const bool clock_has_run = phase_ == Phase::kRunning || phase_ == Phase::kPaused;
  return clock_has_run &&
         std::all_of(arenas_.begin(), arenas_.end(), [](const Arena& a) { return a.finished(); });
}

const Player* Match::find_player(std::string_view id) const {
  const auto found =
      std::find_if(players_.begin(), players_.end(), [&](const Player& p) { return p.id == id; });
  return found == players_.end() ? nullptr : &*found;
}

std::optional<std::size_t> Match::team_index(std::string_view id) const {
  const auto found = std::find_if(teams_.begin(), teams_.end(), [&](const Team& t) { return t.id == id; });
  return found == teams_.end() ? std::nullopt
                               : std::optional(static_cast<std::size_t>(found - teams_.begin()));
}

const Arena* Match::arena_of(std::string_view player) const {
  const Player* found = find_player(player);
  const auto team = found == nullptr ? std::nullopt : team_index(found->team);
  return team && *team < arenas_.size() ? &arenas_[*team] : nullptr;
}

TeamState Match::team_state(std::size_t team) const {
  return team < arenas_.size() ? arenas_[team].state() : TeamState::kPlaying;
}

std::string Match::handle_of(std::string_view player) const {
  const Player* found = find_player(player);
  return found == nullptr ? std::string(player) : found->handle;
}

std::uint64_t Match::hash() const {
  Hasher hasher;
  hasher.add(static_cast<std::uint8_t>(phase_));
  hasher.add(time_.us);
  hasher.add(last_entry_);
  hasher.add(static_cast<std::uint64_t>(players_.size()));
  for (const Player& p : players_) {
    hasher.add(std::string_view(p.id));
    hasher.add(std::string_view(p.handle));
    hasher.add(std::string_view(p.team));
    hasher.add(static_cast<std::uint8_t>(p.role));
    hasher.add(static_cast<std::uint8_t>((p.ready ? 1 : 0) | (p.host ? 2 : 0) | (p.gone ? 4 : 0)));
  }
  hasher.add(static_cast<std::uint64_t>(teams_.size()));
  for (const Team& t : teams_) {
    hasher.add(std::string_view(t.id));
    hasher.add(std::string_view(t.name));
  }
  for (const Arena& arena : arenas_) {
    arena.add_to(hasher);
  }
  return hasher.digest();
}

}  // namespace incident::match
