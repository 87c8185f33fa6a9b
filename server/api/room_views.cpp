// Looking into a room from outside its strand: pictures for queries, and the replay after the end.
#include <boost/asio/post.hpp>

#include "api/limits.h"
#include "api/match_messages.h"
#include "api/room.h"

namespace incident::api {
namespace {

const Error kNoArena{ErrorCode::kNotFound, "There is no such war room, or it is not yours.", {}};

std::int64_t wall_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::int64_t tool_epoch_ms(std::int64_t wall_ms, Duration since_page, std::int64_t held) {
  const std::int64_t exact = wall_ms - since_page.us / 1000;
  if (exact >= held && exact - held < 2 * kToolClockGrainMs) return held;
  return exact / kToolClockGrainMs * kToolClockGrainMs;
}

void Room::view(std::string player, std::string team, std::function<void(Result<ArenaView>)> done) {
  boost::asio::post(strand_, [self = shared_from_this(), player = std::move(player), team = std::move(team),
                              done = std::move(done)]() mutable {
    if (!self->match_) {
      return done(Error{ErrorCode::kUnavailable, "The match is being recovered. Please try again.", {}});
    }
    const match::Match& match = *self->match_;
    const bool own = self->audience_key(player) == team;
    const auto index = match.team_index(team);
    if (!index || *index >= match.arenas().size() || (!own && match.phase() != match::Phase::kEnded))
      return done(kNoArena);

    done(self->view_of(team, match.arenas()[*index]));
  });
}

// On the strand. One picture serves all who ask at the same moment.
ArenaView Room::view_of(const std::string& team, const match::Arena& arena) {
  Picture& picture = pictures_[team];
  if (!picture.telemetry || picture.at != arena.time()) {
    picture.telemetry = std::make_shared<const telemetry::Telemetry>(arena.telemetry());
    picture.at = arena.time();
  }
  ArenaView view;
  view.telemetry = picture.telemetry;
  view.incident = incident_;
  view.page = arena.page();
  view.now = arena.sim().now();
  view.wall_epoch_ms = wall_epoch_ms(info_.created_ms);
  view.time_scale = info_.settings.time_scale;
  view.running = clock_running_ && !arena.finished();
  // The clock runs between ticks too; the system is only as far as the last one.
  Duration since_page = view.now - view.page;
  if (view.running) since_page = std::max(since_page, std::min(clock_now(), match_->time_limit()));
  picture.tool_epoch_ms = tool_epoch_ms(wall_now_ms(), since_page, picture.tool_epoch_ms);
  view.tool_epoch_ms = picture.tool_epoch_ms;
  return view;
}

void Room::pictures(std::function<void(std::vector<TeamPicture>)> done) {
  boost::asio::post(strand_, [self = shared_from_this(), done = std::move(done)] {
    std::vector<TeamPicture> out;
    if (self->match_) {
      for (std::size_t i = 0; i < self->match_->arenas().size(); ++i) {
        const match::Arena& arena = self->match_->arenas()[i];
        const auto& team = self->match_->teams()[i];
        const bool finished = arena.finished() || self->match_->phase() == match::Phase::kEnded;
        out.push_back({team.id, team.name, self->view_of(team.id, arena), finished});
      }
    }
    done(std::move(out));
  });
}

void Room::replay(std::string team, Duration at, std::function<void(Result<out::Snapshot>)> done) {
  boost::asio::post(strand_, [self = shared_from_this(), team = std::move(team), at,
                              done = std::move(done)]() mutable {
    if (!self->match_ || self->match_->phase() != match::Phase::kEnded) {
      return done(Error{ErrorCode::kFailedPrecondition, "A match can be replayed once it has ended.", {}});
    }
    const auto index = self->match_->team_index(team);
    if (!index || *index >= self->match_->arenas().size()) return done(kNoArena);
    if (self->replays_.size() >= kReplaysWaitingMax) {
      return done(
          Error{ErrorCode::kResourceExhausted, "Many are watching this match. Please try again.", {}});
    }
    self->replays_.push_back({std::move(team), at, std::move(done)});
    self->next_replay();
  });
}

// One at a time, in order of asking: the cursor is one value.
void Room::next_replay() {
  if (replaying_ || replays_.empty()) return;
  replaying_ = true;
  ReplayAsked asked = std::move(replays_.front());
  replays_.pop_front();
  boost::asio::post(services_.workers.executor(), [self = shared_from_this(), asked = std::move(asked)] {
    auto snapshot = self->replayed(asked.team, asked.at);
    boost::asio::post(self->strand_, [self, asked, snapshot = std::move(snapshot)] {
      self->replaying_ = false;
      asked.done(snapshot);
      self->next_replay();
    });
  });
}

// On a worker, after the end, when `match_` no longer changes.
Result<out::Snapshot> Room::replayed(const std::string& team, Duration at) {
  if (!replay_) {
    replay_ = std::make_unique<match::Replay>(incident_, start_, info_.settings, log_);
  }
  const auto match = replay_->at(std::clamp(at, Duration{0}, match_->time_limit()));
  if (!match) return match.error();
  out::Snapshot s = match_snapshot(**match, team);
  s.match = info_.id;
  s.code = info_.code;
  s.wall_epoch_ms = static_cast<double>(wall_epoch_ms(info_.created_ms));
  for (const auto& player : (*match)->players()) {
    if (!player.gone) s.players.push_back(player_of(player, false));
  }
  for (std::size_t i = 0; i < (*match)->teams().size(); ++i) {
    const auto& row = (*match)->teams()[i];
    s.teams.push_back({row.id, row.name, arena_key(info_.id, row.id),
                       std::string(match::to_string((*match)->team_state(i)))});
  }
  return s;
}

}  // namespace incident::api
