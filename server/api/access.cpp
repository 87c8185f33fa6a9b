#include "api/access.h"

#include <sodium.h>

#include "api/limits.h"
#include "api/match_messages.h"
#include "net/text.h"
#include "store/token.h"

namespace incident::api {
namespace {

constexpr std::string_view kMark = "inc_";
constexpr std::size_t kIdLetters = 16, kSecretLetters = 43;  // 64 random bits to find it, 256 to open with
constexpr std::size_t kTextLetters = kMark.size() + kIdLetters + 1 + kSecretLetters;
constexpr std::size_t kAuthorizationBytesMax = 1024;

const Error kNothingShown{
    ErrorCode::kUnauthenticated,
    "Please show an access token: as a bearer token, or as the password of basic auth. You can make one in "
    "the war room, under \"Use your own tools\".",
    {}};
const Error kMatchOver{
    ErrorCode::kUnauthenticated, "The match has ended, and with it this access token.", {}};
const Error kNotYours{ErrorCode::kNotFound, "There is no such war room, or it is not yours.", {}};

// The password of "user:password" in base64.
std::string basic_password(std::string_view encoded) {
  std::string plain(encoded.size(), '\0');
  std::size_t length = 0;
  for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING}) {
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), encoded.data(),
                          encoded.size(), nullptr, &length, nullptr, variant) != 0)
      continue;
    plain.resize(length);
    const auto colon = plain.find(':');
    return colon == std::string::npos ? std::string() : plain.substr(colon + 1);
  }
  return {};
}

}  // namespace

NewToken new_access_token() {
  NewToken token;
  token.id = store::hash_token(store::new_token()).substr(0, kIdLetters);
  token.text = std::string(kMark) + token.id + "_" + store::new_token();
  token.hash = store::hash_token(token.text);
  return token;
}

std::optional<std::string> access_token_id(std::string_view text) {
  if (text.size() != kTextLetters || !text.starts_with(kMark)) return std::nullopt;
  if (text[kMark.size() + kIdLetters] != '_') return std::nullopt;
  return std::string(text.substr(kMark.size(), kIdLetters));
}

std::optional<std::string> shown_token(const net::Request& request) {
  const std::string_view field = net::trim(request.header("authorization"));
  if (field.empty()) return std::nullopt;
  const std::size_t space = field.find(' ');
  if (space == std::string_view::npos || field.size() > kAuthorizationBytesMax) return "";
  const std::string_view scheme = field.substr(0, space), value = net::trim(field.substr(space));
  if (net::same_name(scheme, "bearer")) return std::string(value);
  if (net::same_name(scheme, "basic")) return basic_password(value);
  return "";
}

net::awaitable<Result<Visit>> Access::enter(const net::Request& request, std::string arena) {
  Visit visit;
  std::tie(visit.match, visit.team) = split_arena_key(arena);
  auto caller = caller_of(request, visit.match, visit.team);
  if (!caller) co_return caller.error();
  visit.caller = std::move(*caller);
  const bool known = !visit.caller.player.empty();
  auto room = rooms_.find(visit.match);
  if (!room)
    co_return room.error().code != ErrorCode::kNotFound ? room.error() : known ? kNotYours : kNothingShown;
  visit.room = std::move(*room);
  auto view = co_await net::from_callback<Result<ArenaView>>(
      [&](auto done) { visit.room->view(visit.caller.player, visit.team, done); });
  if (!view) {
    if (view.error().code == ErrorCode::kNotFound && !known) co_return kNothingShown;
    co_return view.error();
  }
  visit.view = std::move(*view);
  if (!visit.caller.token.empty()) {
    // The store hears of the end a little later than the room.
    if (visit.room->phase() == match::Phase::kEnded) co_return kMatchOver;
    visit.view.wall_epoch_ms = visit.view.tool_epoch_ms;
  }
  co_return visit;
}

Result<Caller> Access::caller_of(const net::Request& request, const std::string& match,
                                 const std::string& team) {
  if (const auto text = shown_token(request)) return caller_by_token(request.peer, *text, match, team);
  const auto player = sessions_.who(request);
  return player ? Caller{player->id, player->handle, ""} : Caller{};
}

Result<Caller> Access::caller_by_token(const std::string& peer, std::string_view text,
                                       const std::string& match, const std::string& team) {
  const std::string hash = store::hash_token(text);
  if (!may_try(peer, hash)) {
    return Error{ErrorCode::kResourceExhausted,
                 "Too many wrong access tokens came from your address. Please wait a minute.",
                 {}};
  }
  const auto id = access_token_id(text);
  if (!id) return wrong_token(peer, hash);
  const auto row = store_.find_access_token(*id);
  if (!row) return row.error().code == ErrorCode::kNotFound ? wrong_token(peer, hash) : row.error();
  // Neither the hash nor how much of it fits is told by the time this takes.
  if (row->token_hash.size() != hash.size() ||
      sodium_memcmp(row->token_hash.data(), hash.data(), hash.size()) != 0)
    return wrong_token(peer, hash);
  was_right(hash);
  if (row->match_ended) return kMatchOver;
  if (row->match != match || row->team != team) {
    return Error{ErrorCode::kPermissionDenied, "This access token is for another war room.", {}};
  }
  return Caller{row->player, row->handle, row->id};
}

// Says so, and counts it against the address.
Error Access::wrong_token(const std::string& peer, const std::string& hash) {
  const auto now = net::TokenBucket::Clock::now();
  const std::lock_guard lock(mutex_);
  right_.erase(hash);
  if (wrong_.size() >= kWrongTokenAddressesMax) {
    std::erase_if(wrong_, [&](const auto& entry) { return entry.second.full(now); });
    if (wrong_.size() >= kWrongTokenAddressesMax) wrong_.clear();
  }
  auto& bucket = wrong_.try_emplace(peer, kWrongTokensPerSecond, kWrongTokensBurst).first->second;
  static_cast<void>(bucket.take(now));
  return {ErrorCode::kUnauthenticated, "This access token is wrong, or it was revoked.", {}};
}

// A tool with a wrong token must not lock out others at the same address (a class room, an office), so a
// token that was right lately is always looked at.
bool Access::may_try(const std::string& peer, const std::string& hash) {
  const std::lock_guard lock(mutex_);
  if (right_.count(hash) != 0) return true;
  const auto found = wrong_.find(peer);
  return found == wrong_.end() || found->second.has(net::TokenBucket::Clock::now());
}

void Access::was_right(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  if (right_.size() >= kRightTokensMax) right_.clear();
  right_.insert(hash);
}

}  // namespace incident::api
