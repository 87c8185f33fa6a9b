#include "match/changes.h"

#include <algorithm>

namespace incident::match {
namespace {

// Rows of `now` that are not in `seen` at the same place; lists of this kind keep their order and only grow.
template <class Row>
std::vector<Row> different(std::vector<Row>& seen, std::vector<Row> now) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (i >= seen.size() || !(seen[i] == now[i])) {
      rows.push_back(now[i]);
    }
  }
  seen = std::move(now);
  return rows;
}

std::vector<std::size_t> grown(std::size_t& seen, std::size_t size) {
  std::vector<std::size_t> indices;
  for (; seen < size; ++seen) {
    indices.push_back(seen);
  }
  return indices;
}

}  // namespace

bool ArenaChanges::empty() const {
  return !pods && config.empty() && flags.empty() && changes.empty() && alerts.empty() && actions.empty() &&
         lines.empty() && pins.empty() && unpinned.empty() && hints.empty() && declarations.empty() && !state;
}

ArenaChanges ArenaCursor::take(const Arena& arena) {
  ArenaChanges news;
  if (std::vector<PodView> now = pods(arena); now != pods_) {
    pods_ = std::move(now);
    news.pods = pods_;
  }
  news.config = different(config_, config(arena));
  news.flags = different(flags_, flags(arena));
  news.changes = different(changes_, changes(arena));
  // The rows of alerts are ordered by rule, not by time: compared by name.
  std::vector<AlertRow> alerts_now = alerts(arena);
  for (const AlertRow& row : alerts_now) {
    const auto before =
        std::find_if(alerts_.begin(), alerts_.end(), [&](const AlertRow& r) { return r.name == row.name; });
    if (before == alerts_.end() || before->state != row.state || before->since != row.since) {
      news.alerts.push_back(row);
    }
  }
  alerts_ = std::move(alerts_now);
  for (std::size_t i = 0; i < arena.actions().size(); ++i) {
    const bool ended = arena.actions()[i].state != sim::ActionState::kRunning;
    if (i >= action_ended_.size()) {
      action_ended_.push_back(ended);
      news.actions.push_back(i);
    } else if (ended && !action_ended_[i]) {
      action_ended_[i] = true;
      news.actions.push_back(i);
    }
  }
  for (std::size_t i = 0; i < arena.pins().size(); ++i) {
    const PinRecord& pin = arena.pins()[i];
    if (i >= pin_removed_.size()) {
      pin_removed_.push_back(pin.removed.has_value());
      if (!pin.removed) {
        news.pins.push_back(i);
      }
    } else if (pin.removed && !pin_removed_[i]) {
      pin_removed_[i] = true;
      news.unpinned.push_back(pin.id);
    }
  }
  news.lines = grown(lines_, arena.channel().size());
  news.hints = grown(hints_, arena.hints().size());
  news.declarations = grown(declarations_, arena.declarations().size());
  news.state = state_ != arena.state();
  state_ = arena.state();
  return news;
}

bool MatchChanges::empty() const {
  return !phase && players.empty() && players_left.empty() && !teams;
}

MatchChanges MatchCursor::take(const Match& match) {
  MatchChanges news;
  if (phase_ != match.phase()) {
    phase_ = match.phase();
    news.phase = phase_;
  }
  for (const Player& player : match.players()) {
    if (std::find(players_.begin(), players_.end(), player) == players_.end()) {
      news.players.push_back(player);
    }
  }
  for (const Player& player : players_) {
    if (match.find_player(player.id) == nullptr) {
      news.players_left.push_back(player.id);
    }
  }
  players_ = match.players();
  std::vector<TeamState> states;
  for (std::size_t i = 0; i < match.teams().size(); ++i) {
    states.push_back(match.team_state(i));
  }
  news.teams = teams_ != match.teams() || states_ != states;
  teams_ = match.teams();
  states_ = std::move(states);
  return news;
}

}  // namespace incident::match
