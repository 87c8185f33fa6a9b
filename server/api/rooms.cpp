#include "api/rooms.h"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <condition_variable>

#include "api/codec.h"
#include "api/limits.h"
#include "api/messages_out.h"
#include "base/log.h"
#include "match/command_json.h"

namespace incident::api {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes kEndedRoomStays{10};  // for reviews and replays
constexpr std::chrono::minutes kArchivedRoomStays{2};
constexpr std::chrono::hours kEmptyLobbyStays{2};  // with nobody connected
constexpr std::chrono::hours kLeftPauseStays{7 * 24};
constexpr std::chrono::seconds kGoodbyeTime{2};
constexpr int kCodeTries = 5;
constexpr std::string_view kCodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";  // no I and O: read across a room
constexpr int kCodeLength = 6;

std::string random_text(std::string_view letters, int length) {
  std::string text;
  for (int i = 0; i < length; ++i)
    text += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  return text;
}

std::int64_t unix_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Rooms::Rooms(RoomServices& services, const scenario::Library& library)
    : services_(services), library_(library), timer_(boost::asio::make_strand(services.ticks)) {
  for (const auto phase : {match::Phase::kLobby, match::Phase::kBriefing, match::Phase::kRunning,
                           match::Phase::kPaused, match::Phase::kEnded}) {
    services_.metrics.gauge("incident_rooms", "Matches held in memory, by phase.",
                            {{"phase", std::string(match::to_string(phase))}},
                            [this, phase] { return static_cast<double>(count(phase)); });
  }
}

Result<void> Rooms::recover() {
  auto rows = services_.store.open_matches();
  if (!rows) return rows.error();
  log::info("api", "matches to recover", {{"open", rows->size()}});
  to_recover_.assign(rows->begin(), rows->end());
  boost::asio::post(services_.workers.executor(), [this] { recover_next(); });
  boost::asio::post(timer_.get_executor(), [this] { every_second(); });
  return {};
}

// On a worker. Goes on with the next one when this one is there.
void Rooms::recover_next() {
  const auto go_on = [this] { boost::asio::post(services_.workers.executor(), [this] { recover_next(); }); };
  const std::lock_guard rebuild(rebuild_mutex_);
  while (!to_recover_.empty()) {
    const store::MatchRow row = std::move(to_recover_.front());
    to_recover_.pop_front();
    if (find_live(row.id)) continue;  // somebody asked for it
    if (from_row(row, go_on)) return;
  }
}

void Rooms::close() {
  std::vector<SharedRoom> rooms;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, room] : rooms_) rooms.push_back(room);
  }
  boost::asio::post(timer_.get_executor(), [this] { timer_.cancel(); });
  save_clocks();
  struct Said {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t rooms = 0;
  };
  const auto said = std::make_shared<Said>();
  for (const auto& room : rooms) {
    room->close("restart", "The server is restarting. You will be back in a moment.", [said] {
      const std::lock_guard lock(said->mutex);
      ++said->rooms;
      said->changed.notify_one();
    });
  }
  std::unique_lock lock(said->mutex);
  said->changed.wait_for(lock, kGoodbyeTime, [&] { return said->rooms == rooms.size(); });
}

net::awaitable<Result<SharedRoom>> Rooms::create(SharedIncident incident, match::Settings settings,
                                                 std::string host) {
  if (live_count() >= kOpenMatchesMax) {
    services_.metrics.refused("open_matches");
    co_return Error{ErrorCode::kResourceExhausted, "The server is full. Please try again later.", {}};
  }
  store::MatchRow row;
  row.incident = incident->id;
  row.incident_version = incident->content_hash;
  row.mode = match::to_string(settings.mode);
  row.seed = services_.starts.draw_seed(incident);
  row.time_scale = settings.time_scale;
  row.host = host;
  row.created_ms = unix_now_ms();
  row.ranked = true;
  row.options_json = match::encode(settings);
  Result<void> saved = {};
  for (int tries = 0; tries < kCodeTries; ++tries) {
    row.id = random_text("abcdefghijkmnpqrstuvwxyz23456789", 12);
    row.code = random_text(kCodeLetters, kCodeLength);
    saved = co_await net::from_callback<Result<void>>(
        [&](auto done) { services_.store.create_match(row, done); });
    if (saved || saved.error().code != ErrorCode::kAlreadyExists) break;  // else the code is taken
  }
  if (!saved) {
    services_.starts.give_back(incident, row.seed);
    co_return saved.error();
  }
  Room::Info info{row.id, row.code, row.seed, row.created_ms, settings, false};
  auto room = std::make_shared<Room>(services_, std::move(info), std::move(incident));
  add(room);
  room->open_new();
  co_return room;
}

// With rebuild_mutex_ held: one at a time, so that two who ask at once share one room.
Result<SharedRoom> Rooms::from_row(const store::MatchRow& row, std::function<void()> opened) {
  const bool archived = row.state == store::kEnded;
  const auto build = [&]() -> Result<SharedRoom> {
    auto incident = library_.find(row.incident);
    if (!incident || incident->content_hash != row.incident_version) {
      if (!archived) end_unplayable(row);
      return Error{ErrorCode::kFailedPrecondition, "The incident's files have changed since this match.", {}};
    }
    auto settings = match::decode_settings(row.options_json);
    if (!settings) return settings.error();
    const auto rows = services_.store.read_log(row.id);
    if (!rows) return rows.error();
    std::vector<match::Entry> entries;
    for (const auto& entry : *rows) {
      auto command = match::decode_command(entry.payload_json);
      if (!command) return invalid("entry " + std::to_string(entry.number) + ": " + command.error().message);
      entries.push_back({entry.number, Duration{entry.time_us}, entry.player, std::move(*command)});
    }
    Room::Info info{row.id, row.code, row.seed, row.created_ms, *settings, archived};
    auto room = std::make_shared<Room>(services_, std::move(info), std::move(incident));
    add(room);
    room->open_recovered(std::move(entries), Duration{row.clock_us}, std::move(opened));
    return room;
  };
  auto room = build();
  if (!room) log::error("api", "match cannot be rebuilt", {{"match", row.id}, {"why", room.error().message}});
  return room;
}

// A match is played on one version of its incident: it ends, without a score, and says why.
void Rooms::end_unplayable(const store::MatchRow& row) {
  const auto incident = library_.find(row.incident);
  out::MatchResult result;
  result.match = row.id;
  result.incident = row.incident;
  result.incident_title = incident ? incident->title : row.incident;
  result.mode = row.mode;
  result.ready = true;
  result.note =
      "The incident was changed while this match was open, so it could not go on. Nobody gets a score for "
      "it.";
  services_.store.save_result(row.id, encode_body(result), {}, unix_now_ms(), [](const Result<void>&) {});
}

Result<SharedRoom> Rooms::find(const std::string& id) {
  if (auto room = find_live(id)) return room;
  const std::lock_guard rebuild(rebuild_mutex_);
  if (auto room = find_live(id)) return room;
  const auto row = services_.store.find_match(id);
  if (!row) return row.error();
  if (row->state == store::kEnded && archived_count() >= kArchivedRoomsMax) {
    return Error{
        ErrorCode::kResourceExhausted, "Many ended matches are being looked at. Please try again.", {}};
  }
  return from_row(*row, {});
}

SharedRoom Rooms::find_live(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second;
}

SharedRoom Rooms::find_by_code(const std::string& code) {
  const auto row = services_.store.find_match_by_code(code);
  if (!row || row->state == store::kEnded) return nullptr;
  auto room = find(row->id);
  return room ? *room : nullptr;
}

std::size_t Rooms::live_count() const {
  const std::lock_guard lock(mutex_);
  return rooms_.size();
}

std::size_t Rooms::count(match::Phase phase) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      rooms_.begin(), rooms_.end(), [&](const auto& entry) { return entry.second->phase() == phase; }));
}

std::vector<SharedRoom> Rooms::live() const {
  const std::lock_guard lock(mutex_);
  std::vector<SharedRoom> out;
  out.reserve(rooms_.size());
  for (const auto& [id, room] : rooms_) out.push_back(room);
  return out;
}

std::size_t Rooms::archived_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      rooms_.begin(), rooms_.end(), [](const auto& entry) { return entry.second->info().archived; }));
}

void Rooms::add(SharedRoom room) {
  const std::lock_guard lock(mutex_);
  rooms_[room->info().id] = std::move(room);
}

void Rooms::every_second() {
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([this](boost::system::error_code ec) {
    if (ec) return;
    save_clocks();
    sweep();
    every_second();
  });
}

// One write for all rooms: how far each clock has come.
void Rooms::save_clocks() {
  std::vector<store::MatchClock> clocks;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, room] : rooms_) {
      if (const auto clock = room->running_clock()) clocks.push_back({id, clock->us});
    }
  }
  if (!clocks.empty()) services_.store.set_match_clocks(std::move(clocks), [](const Result<void>&) {});
}

// Rooms that nobody needs: closed ones, ended ones after a while; lobbies and pauses that everybody has left
// end.
void Rooms::sweep() {
  const auto now = steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (auto it = rooms_.begin(); it != rooms_.end();) {
    const SharedRoom room = it->second;
    const auto idle = room->has_clients() ? steady_clock::duration{0} : now - room->idle_since();
    const match::Phase phase = room->phase();
    const auto stays = room->info().archived ? kArchivedRoomStays : kEndedRoomStays;
    const bool looked_at = phase == match::Phase::kEnded && room->result_saved() && idle > stays;
    if (room->is_closed() || looked_at) {
      it = rooms_.erase(it);
      room->close("ended", "");
      continue;
    }
    if ((phase == match::Phase::kLobby && idle > kEmptyLobbyStays) ||
        (phase == match::Phase::kPaused && idle > kLeftPauseStays))
      room->submit({}, match::EndMatch{}, [](const Result<match::Applied>&) {});
    ++it;
  }
}

}  // namespace incident::api
