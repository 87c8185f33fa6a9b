#include "api/rooms.h"

#include <sodium.h>

#include <boost/asio/post.hpp>
#include <future>

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
  std::promise<Result<std::vector<store::MatchRow>>> answer;
  services_.store.open_matches([&](auto rows) { answer.set_value(std::move(rows)); });
  auto rows = answer.get_future().get();
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
  row.state = "lobby";
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
  Room::Info info{row.id, row.code, row.seed, row.created_ms, *settings, archived};
  auto room = std::make_shared<Room>(services_, std::move(info), std::move(incident));
  add(room);
  services_.store.read_log(row.id, [room, clock = row.clock_us](Result<std::vector<store::LogRow>> rows) {
    std::vector<match::Entry> entries;
    if (!rows) {
      log::error("api", "log cannot be read", {{"match", room->info().id}, {"why", rows.error().message}});
      return room->close("policy", "This match could not be recovered.");
    }
    for (const auto& entry_row : *rows) {
      auto command = match::decode_command(entry_row.payload);
      if (!command) {
        log::error(
            "api", "log entry cannot be read",
            {{"match", room->info().id}, {"entry", entry_row.number}, {"why", command.error().message}});
        return room->close("policy", "This match could not be recovered.");
      }
      entries.push_back(
          {entry_row.number, Duration{entry_row.time_us}, entry_row.player, std::move(*command)});
    }
    room->open_recovered(std::move(entries), Duration{clock});
  });
  return room;
}

net::awaitable<Result<SharedRoom>> Rooms::find(std::string id) {
  if (auto room = find_live(id)) co_return room;
  auto row = co_await net::from_callback<Result<std::optional<store::MatchRow>>>(
      [&](auto done) { services_.store.find_match(id, done); });
  if (!row) co_return row.error();
  if (!*row) co_return not_found("There is no such match.");
  if (auto room = find_live(id)) co_return room;  // somebody else was quicker
  co_return from_row(**row, true);
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
