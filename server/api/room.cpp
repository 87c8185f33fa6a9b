#include "api/room.h"

#include <boost/asio/post.hpp>
#include <utility>

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
constexpr std::chrono::seconds kTryAgain{5};  // what the store did not take

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

void Room::open_recovered(std::vector<match::Entry> log, Duration clock, std::function<void()> opened) {
  opened_ = std::move(opened);  // nobody else knows this room yet
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

void Room::close(const std::string& reason, const std::string& message, std::function<void()> done) {
  boost::asio::post(strand_, [self = shared_from_this(), reason, message, done = std::move(done)] {
    if (self->closed_) {
      if (done) done();
      return;
    }
    self->closed_ = true;
    self->is_closed_ = true;
    if (self->opened_) std::exchange(self->opened_, nullptr)();
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
    if (done) done();
  });
}

void Room::submit(std::string player, match::Command command, Done done) {
  boost::asio::post(strand_, [self = shared_from_this(), player = std::move(player),
                              command = std::move(command), done = std::move(done)]() mutable {
    if (self->closed_ || self->waiting_.size() >= kCommandsWaitingMax) {
      self->services_.metrics.refused("commands_waiting");
      return done(Error{ErrorCode::kUnavailable, "The match is busy. Please try again in a moment.", {}});
    }
    auto answered = [self, done = std::move(done),
                     begun = steady_clock::now()](Result<match::Applied> result) {
      self->services_.metrics.command(result.has_value(), steady_clock::now() - begun);
      done(std::move(result));
    };
    self->waiting_.push_back({std::move(player), std::move(command), std::move(answered)});
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
    // Who came while it was being recovered could not be asked for membership.
    if (match_->find_player(client->player) == nullptr) {
      client->socket->close(net::kClosePolicy, "join this match first");
      continue;
    }
    client->audience = audience_key(client->player);
    if (client->hello) on_hello(client, *client->hello);
  }
  if (match_->phase() == match::Phase::kBriefing) schedule_briefing_end();
  if (match_->phase() == match::Phase::kRunning) set_clock(true);
  if (match_->phase() == match::Phase::kEnded && !info_.archived) finish();
  result_saved_ = info_.archived;
  pump();
  if (opened_) std::exchange(opened_, nullptr)();
}

void Room::start_is_here(SharedStart start) {
  start_ = std::move(start);
  // A match may have ended in its lobby before its world was warm.
  if (closed_ || !match_ || match_->phase() == match::Phase::kEnded) return;
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
    // The log knows more than this room: read it again.
    if (durable.error().code == ErrorCode::kAlreadyExists)
      close("restart", "This match is being read again. You will be back in a moment.");
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
  if (match_->phase() != match::Phase::kEnded) {  // the result's row says when it has ended
    services_.store.set_match_state(info_.id, std::string(match::to_string(match_->phase())), std::nullopt,
                                    [](const Result<void>&) {});
  }
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
    if (ec || self->closed_ || !self->clock_running_) return;
    const auto due = self->tick_timer_.expiry(), begun = steady_clock::now();
    self->tick();
    self->services_.metrics.tick(steady_clock::now() - begun, begun - due);
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
  wait_for_briefing(length);
}

void Room::wait_for_briefing(std::chrono::seconds time) {
  briefing_timer_.expires_after(time);
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
    if (result || self->closed_) return;
    self->begin_submitted_ = false;
    self->wait_for_briefing(kTryAgain);
  });
}

// --- the end

void Room::finish() {
  // The match takes no more commands, so the workers may read it while it stands here.
  boost::asio::post(services_.workers.executor(), [self = shared_from_this()] {
    // A match that ended in its lobby has nothing to review.
    const match::Review review =
        self->match_->arenas().empty() ? match::Review{} : match::review(*self->match_);
    std::string json = encode_body(result_message(self->info_.id, *self->match_, review));
    boost::asio::post(self->strand_,
                      [self, json = std::move(json), rows = result_rows(*self->match_, review)]() mutable {
                        self->save_result(std::move(json), std::move(rows));
                      });
  });
}

void Room::save_result(std::string json, std::vector<store::ResultRow> rows) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  auto saved = [self = shared_from_this(), json, rows](const Result<void>& result) mutable {
    if (result || result.error().code == ErrorCode::kAlreadyExists) {
      self->result_saved_ = true;
      return;
    }
    log::error("api", "result not saved", {{"match", self->info_.id}, {"why", result.error().message}});
    boost::asio::post(self->strand_, [self, json = std::move(json), rows = std::move(rows)]() mutable {
      if (self->closed_) return;
      // The clock stands, so its timer is free.
      self->tick_timer_.expires_after(kTryAgain);
      self->tick_timer_.async_wait(
          [self, json = std::move(json), rows = std::move(rows)](boost::system::error_code ec) mutable {
            if (!ec && !self->closed_) self->save_result(std::move(json), std::move(rows));
          });
    });
  };
  services_.store.save_result(info_.id, std::move(json), std::move(rows), now, std::move(saved));
}

}  // namespace incident::api
