#include "api/sessions.h"

#include <sodium.h>

#include <array>
#include <chrono>

#include "match/limits.h"

namespace incident::api {
namespace {

constexpr std::string_view kCookie = "incident_session";
constexpr std::int64_t kCookieSeconds = 180L * 24 * 3600;
constexpr std::size_t kKnownMax = 20'000;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenTextMax = 64;

template <std::size_t N>
std::string base64(const std::array<unsigned char, N>& bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(N, kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), N, kVariant);
  text.pop_back();  // the terminating zero
  return text;
}

template <std::size_t N>
std::string random_token() {
  std::array<unsigned char, N> bytes;
  randombytes_buf(bytes.data(), N);
  return base64(bytes);
}

std::string hash_of(std::string_view token) {
  std::array<unsigned char, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return base64(hash);
}

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

net::awaitable<std::optional<PlayerIdentity>> Sessions::who(const net::Request& request) {
  const std::string_view token = request.cookie(kCookie);
  if (token.empty() || token.size() > kTokenTextMax) co_return std::nullopt;
  const std::string hash = hash_of(token);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(hash); found != known_.end()) co_return found->second;
  }
  auto row = co_await net::from_callback<Result<std::optional<store::PlayerRow>>>(
      [&](auto done) { store_.find_player_by_token(hash, done); });
  if (!row || !*row) co_return std::nullopt;
  PlayerIdentity player{(*row)->id, (*row)->handle};
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_[hash] = player;
  co_return player;
}

net::awaitable<Result<Sessions::Opened>> Sessions::open(std::string handle, bool secure) {
  auto cleaned = clean_handle(handle);
  if (!cleaned) co_return cleaned.error();
  const std::string token = random_token<kTokenBytes>();
  store::PlayerRow row;
  row.id = "p" + random_token<9>();
  row.handle = *cleaned;
  row.token_hash = hash_of(token);
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
