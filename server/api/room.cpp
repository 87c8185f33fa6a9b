#include "api/room.h"

#include <boost/asio/post.hpp>

#include "api/codec.h"
#include "api/match_messages.h"
#include "api/result_message.h"
#include "base/log.h"
#include "match/command_json.h"
#include "match/review.h"

namespace incident::api {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{1000};

Duration to_duration(steady_clock::duration d) {
  return {std::chrono::duration_cast<std::chrono::microseconds>(d).count()};
}

}  // namespace

Room::Room(RoomServices& services, Info info, SharedIncident incident)
    : services_(services),
      info_(std::move(info)),
      incident_(std::move(incident)),
      strand_(services.ticks),
      tick_timer_(strand_),
      briefing_timer_(strand_),
      replay_strand_(services.workers.executor()),
      idle_since_(steady_clock::now()) {}

void Room::open_new() {
  boost::asio::post(strand_, [self = shared_from_this()] {
    self->ready(match::Match(self->incident_, self->info_.settings));
    self->services_.starts.get(self->incident_, self->info_.seed, [self](Result<SharedStart> start) {
      boost::asio::post(self->strand_, [self, start = std::move(start)] {
        if (start) {
          self->start_is_here(*start);
        } else {
          self->close("policy", "This incident could not be started. Please try another one.");
        }
      });
    });
  });
}

void Room::open_recovered(std::vector<match::Entry> log, Duration clock) {
  services_.starts.get(incident_, info_.seed,
                       [self = shared_from_this(), log = std::move(log), clock](Result<SharedStart> start) {
                         if (!start) {
                           log::error("api", "match cannot be recovered",
                                      {{"match", self->info_.id}, {"error", start.error().message}});
                           return self->close("policy", "This match could not be recovered.");
                         }
                         boost::asio::post(
                             self->services_.workers.executor(), [self, log, clock, start = *start] {
                               auto match = match::replay(self->incident_, start, self->info_.settings, log);
                               if (!match) {
                                 log::error("api", "match cannot be recovered",
                                            {{"match", self->info_.id}, {"error", match.error().message}});
                                 return self->close("policy", "This match could not be recovered.");
                               }
                               auto shared = std::make_shared<match::Match>(std::move(*match));
                               // On to where the clock stood, so that nobody sees time go back to the last
                               // command.
                               if (shared->phase() == match::Phase::kRunning)
                                 shared->advance(std::min(clock, shared->time_limit()));
                               boost::asio::post(self->strand_, [self, shared, start, clock, log] {
                                 self->log_ = log;
                                 self->clock_at_base_ = std::max(clock, shared->time());
                                 self->start_ = start;
                                 self->ready(std::move(*shared));
                                 self->start_is_here(start);
                               });
                             });
                       });
}

void Room::close(const std::string& reason, const std::string& message) {
  boost::asio::post(strand_, [self = shared_from_this(), reason, message] {
    if (self->closed_) return;
    self->closed_ = true;
    self->set_clock(false);
    self->tick_timer_.cancel();
    self->briefing_timer_.cancel();
    for (auto& waiting : self->waiting_) {
      waiting.done(Error{ErrorCode::kUnavailable, "The match has moved on. Please try again.", {}});
    }
    self->waiting_.clear();
    const auto frame = std::make_shared<const std::string>(encode_frame(out::Goodbye{reason, message}));
    for (const auto& client : self->clients_) {
      client->socket->send(frame);
      client->socket->close(net::kCloseGoingAway, reason);
    }
  });
}

void Room::submit(std::string player, match::Command command, Done done) {
  boost::asio::post(strand_, [self = shared_from_this(), player = std::move(player),
                              command = std::move(command), done = std::move(done)]() mutable {
    if (self->closed_ || self->waiting_.size() >= kCommandsWaitingMax) {
      return done(Error{ErrorCode::kUnavailable, "The match is busy. Please try again in a moment.", {}});
    }
    self->waiting_.push_back({std::move(player), std::move(command), std::move(done)});
    self->pump();
  });
}

void Room::look(std::function<void(const match::Match*)> done) {
  boost::asio::post(strand_, [self = shared_from_this(), done = std::move(done)] {
    done(self->match_ ? &*self->match_ : nullptr);
  });
}

std::optional<Duration> Room::running_clock() const {
  const std::int64_t us = checkpoint_us_.load();
  if (us < 0) return std::nullopt;
  return Duration{us};
}

// --- life

void Room::ready(match::Match match) {
  match_.emplace(std::move(match));
  phase_ = match_->phase();
  cursor_.take(*match_);
  for (const auto& client : clients_) {
    client->audience = audience_key(client->player);
    if (client->hello) on_hello(client, *client->hello);
  }
  if (match_->phase() == match::Phase::kBriefing) schedule_briefing_end();
  if (match_->phase() == match::Phase::kRunning) set_clock(true);
  if (match_->phase() == match::Phase::kEnded && !info_.archived) finish();
  pump();
}

void Room::start_is_here(SharedStart start) {
  start_ = std::move(start);
  if (closed_ || !match_) return;
  if (!match_->start()) match_->begin(start_);
  begin_running_if_due();
}

void Room::pump() {
  while (match_ && !writing_ && !closed_ && !waiting_.empty()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    run_clock_to_now();
    match::Entry entry{match_->last_entry() + 1, match_->time(), next.player, std::move(next.command)};
    if (auto checked = match_->check(entry); !checked) {
      next.done(checked.error());
      continue;
    }
    writing_ = true;
    services_.store.append(
        info_.id, {entry.number, entry.at.us, entry.player, match::encode(entry.command)},
        [self = shared_from_this(), entry, done = std::move(next.done)](const Result<void>& durable) {
          boost::asio::post(self->strand_,
                            [self, entry, done, durable] { self->written(entry, done, durable); });
        });
  }
}

void Room::written(const match::Entry& entry, const Done& done, const Result<void>& durable) {
  writing_ = false;
  if (!durable) {
    log::error("api", "log append failed", {{"match", info_.id}, {"error", durable.error().message}});
    done(Error{ErrorCode::kUnavailable,
               "The server could not save this, so it was not done. Please try again.",
               {}});
  } else {
    match::Applied applied = match_->apply(entry);
    log_.push_back(entry);
    after(entry);
    publish();
    if (applied.refused) {
      done(*applied.refused);
    } else {
      done(std::move(applied));
    }
  }
  pump();
}

// What the shell must do because of an entry: clocks and timers.
void Room::after(const match::Entry& entry) {
  const match::Phase was = phase_.exchange(match_->phase());
  if (was == match_->phase()) return;
  switch (match_->phase()) {
    case match::Phase::kLobby:
      break;
    case match::Phase::kBriefing:
      schedule_briefing_end();
      break;
    case match::Phase::kRunning:
      if (std::holds_alternative<match::BeginRunning>(entry.command)) new_streams();
      set_clock(true);
      break;
    case match::Phase::kPaused:
      set_clock(false);
      break;
    case match::Phase::kEnded:
      set_clock(false);
      finish();
      break;
  }
}

// --- clock

Duration Room::clock_now() const {
  if (!clock_running_) return clock_at_base_;
  const Duration wall = to_duration(steady_clock::now() - clock_base_);
  return clock_at_base_ + wall * info_.settings.time_scale;
}

void Room::set_clock(bool running) {
  if (running == clock_running_) return;
  clock_at_base_ = match_ ? std::max(clock_now(), match_->time()) : clock_now();
  clock_base_ = steady_clock::now();
  clock_running_ = running;
  checkpoint_us_ = running ? clock_at_base_.us : -1;
  if (running) schedule_tick();
}

void Room::run_clock_to_now() {
  if (!clock_running_ || !match_) return;
  match_->advance(std::min(clock_now(), match_->time_limit()));
  checkpoint_us_ = match_->time().us;
}

void Room::schedule_tick() {
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec && !self->closed_ && self->clock_running_) self->tick();
  });
}

void Room::tick() {
  if (!writing_) {
    run_clock_to_now();
    publish();
    const double sent_at = static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                   std::chrono::system_clock::now().time_since_epoch())
                                                   .count());
    for (std::size_t team = 0; team < match_->arenas().size(); ++team) {
      const auto& arena = match_->arenas()[team];
      if (arena.finished()) continue;
      const std::string& key = match_->teams()[team].id;
      send_all(key, audience_of(key).stream.push(tick_of(arena, sent_at)));
    }
    if (match_->over() && !end_submitted_) {
      end_submitted_ = true;
      submit({}, match::EndMatch{}, [self = shared_from_this()](const Result<match::Applied>& result) {
        if (!result) self->end_submitted_ = false;  // tried again at the next tick
      });
    }
  }
  schedule_tick();
}

void Room::schedule_briefing_end() {
  const std::chrono::seconds length(info_.settings.briefing_seconds);
  briefing_ends_ = steady_clock::now() + length;
  briefing_over_ = false;
  briefing_timer_.expires_after(length);
  briefing_timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (ec) return;
    self->briefing_over_ = true;
    self->begin_running_if_due();
  });
}

void Room::begin_running_if_due() {
  if (!match_ || match_->phase() != match::Phase::kBriefing || !briefing_over_ || !match_->start() ||
      begin_submitted_)
    return;
  begin_submitted_ = true;
  submit({}, match::BeginRunning{}, [self = shared_from_this()](const Result<match::Applied>& result) {
    if (!result) self->begin_submitted_ = false;
  });
}

// --- the end

void Room::finish() {
  // The match takes no more commands, so the workers may read it while it stands here.
  boost::asio::post(services_.workers.executor(), [self = shared_from_this()] {
    const match::Review review = match::review(*self->match_);
    self->publish_result(review);
  });
}

void Room::publish_result(const match::Review& review) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  services_.store.save_result(
      info_.id, encode_body(result_message(info_.id, *match_, review)), result_rows(*match_, review), now,
      [id = info_.id](const Result<void>& saved) {
        if (!saved && saved.error().code != ErrorCode::kAlreadyExists)
          log::error("api", "result not saved", {{"match", id}, {"why", saved.error().message}});
      });
}

}  // namespace incident::api
