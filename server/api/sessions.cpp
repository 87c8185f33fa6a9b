#include "api/sessions.h"

#include <chrono>

#include "match/limits.h"
#include "store/token.h"

namespace incident::api {
namespace {

constexpr std::string_view kCookie = "incident_session";
constexpr std::int64_t kCookieSeconds = 180L * 24 * 3600;
constexpr std::size_t kKnownMax = 20'000;
constexpr std::size_t kTokenTextMax = 64;
constexpr std::size_t kIdLetters = 12;  // 72 random bits

// Without white space at the ends; an error says what a handle is.
Result<std::string> clean_handle(std::string_view handle) {
  const auto first = handle.find_first_not_of(" \t");
  const auto last = handle.find_last_not_of(" \t");
  handle = first == std::string_view::npos ? "" : handle.substr(first, last - first + 1);
  bool plain = !handle.empty() && handle.size() <= match::limits::kHandleBytes;
  for (const char c : handle) plain = plain && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  if (!plain) {
    return invalid("A handle has 1 to " + std::to_string(match::limits::kHandleBytes) +
                       " letters, digits, spaces or signs.",
                   "handle");
  }
  return std::string(handle);
}

}  // namespace

std::optional<PlayerIdentity> Sessions::who(const net::Request& request) {
  const std::string_view token = request.cookie(kCookie);
  if (token.empty() || token.size() > kTokenTextMax) return std::nullopt;
  const std::string hash = store::hash_token(token);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(hash); found != known_.end()) return found->second;
  }
  const auto row = store_.find_player_by_token(hash);
  if (!row) return std::nullopt;
  PlayerIdentity player{row->id, row->handle};
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_[hash] = player;
  return player;
}

net::awaitable<Result<Sessions::Opened>> Sessions::open(std::string handle, bool secure) {
  auto cleaned = clean_handle(handle);
  if (!cleaned) co_return cleaned.error();
  const std::string token = store::new_token();
  store::PlayerRow row;
  row.id = "p" + store::new_token().substr(0, kIdLetters);
  row.handle = *cleaned;
  row.token_hash = store::hash_token(token);
  row.created_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  auto saved = co_await net::from_callback<Result<void>>([&](auto done) { store_.create_player(row, done); });
  if (!saved) co_return saved.error();
  Opened opened;
  opened.player = {row.id, row.handle};
  opened.set_cookie = net::cookie(kCookie, token, kCookieSeconds, secure);
  co_return opened;
}

}  // namespace incident::api
