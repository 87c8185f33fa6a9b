#include "api/rooms.h"

#include <sodium.h>

#include <boost/asio/post.hpp>

#include "base/log.h"
#include "match/command_json.h"

namespace incident::api {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes kEndedRoomStays{10};                    // for reviews and replays
constexpr std::chrono::hours kEmptyLobbyStays{2};                      // nobody connected
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
    : services_(services), library_(library), timer_(services.ticks) {}

Result<void> Rooms::recover() {
  const auto rows = services_.store.open_matches();
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    auto room = from_row(row, false);
    if (!room)
      log::error("api", "match cannot be recovered", {{"match", row.id}, {"why", room.error().message}});
  }
  log::info("api", "matches recovered", {{"open", rows->size()}});
  every_second();
  return {};
}

void Rooms::close() {
  std::vector<SharedRoom> rooms;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& [id, room] : rooms_) rooms.push_back(room);
  }
  timer_.cancel();
  save_clocks();
  for (const auto& room : rooms)
    room->close("restart", "The server is restarting. You will be back in a moment.");
}

net::awaitable<Result<SharedRoom>> Rooms::create(SharedIncident incident, match::Settings settings,
                                                 std::string host) {
  if (live_count() >= kOpenMatchesMax) {
    co_return Error{ErrorCode::kResourceExhausted, "The server is full. Please try again later.", {}};
  }
  store::MatchRow row;
  row.id = random_text("abcdefghijkmnpqrstuvwxyz23456789", 12);
  row.code = random_text(kCodeLetters, kCodeLength);
  row.incident = incident->id;
  row.incident_version = incident->content_hash;
  row.mode = match::to_string(settings.mode);
  row.seed = services_.starts.draw_seed(incident);
  row.time_scale = settings.time_scale;
  row.host = host;
  row.created_ms = unix_now_ms();
  row.ranked = true;
  row.options_json = match::encode(settings);
  auto saved =
      co_await net::from_callback<Result<void>>([&](auto done) { services_.store.create_match(row, done); });
  if (!saved) co_return saved.error();
  Room::Info info{row.id, row.code, row.seed, row.created_ms, settings, false};
  auto room = std::make_shared<Room>(services_, std::move(info), std::move(incident));
  add(room);
  room->open_new();
  co_return room;
}

Result<SharedRoom> Rooms::from_row(const store::MatchRow& row, bool archived) {
  auto incident = library_.find(row.incident);
  if (!incident || incident->content_hash != row.incident_version)
    return Error{
        ErrorCode::kFailedPrecondition, "the incident's files have changed since this match began", {}};
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
  room->open_recovered(std::move(entries), Duration{row.clock_us});
  return room;
}

Result<SharedRoom> Rooms::find(const std::string& id) {
  if (auto room = find_live(id)) return room;
  const auto row = services_.store.find_match(id);
  if (!row) return row.error();
  // One at a time, so that two who ask at once share one room.
  const std::lock_guard lock(rebuild_mutex_);
  if (auto room = find_live(id)) return room;
  return from_row(*row, row->state == store::kEnded);
}

SharedRoom Rooms::find_live(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second;
}

SharedRoom Rooms::find_by_code(const std::string& code) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : found->second;
}

std::size_t Rooms::live_count() const {
  const std::lock_guard lock(mutex_);
  return rooms_.size();
}

void Rooms::add(SharedRoom room) {
  const std::lock_guard lock(mutex_);
  by_code_[room->info().code] = room;
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

// Rooms that nobody needs: ended ones after a while, lobbies that everybody has left.
void Rooms::sweep() {
  const auto now = steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (auto it = rooms_.begin(); it != rooms_.end();) {
    const SharedRoom room = it->second;
    const auto idle = now - room->idle_since();
    const bool ended = room->phase() == match::Phase::kEnded;
    if (!room->has_clients() && ended && idle > kEndedRoomStays) {
      by_code_.erase(room->info().code);
      it = rooms_.erase(it);
      room->close("ended", "");
      continue;
    }
    if (!room->has_clients() && room->phase() == match::Phase::kLobby && idle > kEmptyLobbyStays)
      room->submit({}, match::EndMatch{}, [](const Result<match::Applied>&) {});
    ++it;
  }
}

}  // namespace incident::api
