// Access tokens for the doors: made, listed and revoked by the player whose they are, in the page.
#include <chrono>

#include "api/api.h"
#include "api/codec.h"
#include "api/match_messages.h"
#include "api/messages_in.h"
#include "api/messages_out.h"

namespace incident::api {
namespace {

const Error kNobody{ErrorCode::kUnauthenticated, "Please take a handle first.", {}};

std::int64_t unix_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

out::AccessToken message_of(const store::AccessTokenRow& row) {
  return {row.id, row.name, arena_key(row.match, row.team), static_cast<double>(row.created_ms), {}};
}

// The team of a player; an error when there is none, or the match has ended.
Result<std::string> team_of(const match::Match* match, const std::string& player) {
  if (match == nullptr)
    return Error{ErrorCode::kUnavailable, "The match is being recovered. Please try again.", {}};
  if (match->phase() == match::Phase::kEnded) {
    return Error{ErrorCode::kFailedPrecondition, "The match has ended; its doors are open to everybody.", {}};
  }
  const auto* found = match->find_player(player);
  if (found == nullptr) return Error{ErrorCode::kPermissionDenied, "Please join this match first.", {}};
  if (found->team.empty()) return Error{ErrorCode::kFailedPrecondition, "Please choose a team first.", {}};
  return found->team;
}

bool is_plain(std::string_view name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !name.empty() && name.size() <= kTokenNameBytesMax;
}

}  // namespace

Api::Reply Api::make_token(net::Request request, std::string match) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  if (!request.header("content-type").starts_with("application/json"))
    co_return net::problem(
        invalid("The body must be JSON, with Content-Type: application/json.", "content-type"));
  const auto body = decode_body<in::MakeToken>(request.body);
  if (!body) co_return net::problem(body.error());
  if (!is_plain(body->name)) {
    co_return net::problem(
        invalid("A name has 1 to " + std::to_string(kTokenNameBytesMax) + " letters or signs.", "name"));
  }
  if (!within_rate(request, 1)) {
    co_return net::problem(
        {ErrorCode::kResourceExhausted, "Too many new tokens from here. Please wait.", {}});
  }
  const auto room = rooms_.find(match);
  if (!room) co_return net::problem(room.error());
  const auto team = co_await net::from_callback<Result<std::string>>(
      [&](const std::function<void(Result<std::string>)>& done) {
        (*room)->look([done, id = player->id](const match::Match* m) { done(team_of(m, id)); });
      });
  if (!team) co_return net::problem(team.error());
  const NewToken made = new_access_token();
  store::AccessTokenRow row;
  row.id = made.id;
  row.token_hash = made.hash;
  row.player = player->id;
  row.match = match;
  row.team = *team;
  row.name = body->name;
  row.created_ms = unix_now_ms();
  const auto saved = co_await net::from_callback<Result<void>>(
      [&](auto done) { store_.create_access_token(row, kTokensPerPlayerMax, done); });
  if (!saved) co_return net::problem(saved.error());
  out::AccessToken message = message_of(row);
  message.token = made.text;
  net::Response response = net::json_response(201, encode_body(message));
  response.compressible = false;
  response.set("Cache-Control", "no-store");
  co_return response;
}

Api::Reply Api::list_tokens(net::Request request, std::string match) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  const auto rows = store_.access_tokens(match, player->id);
  if (!rows) co_return net::problem(rows.error());
  std::vector<out::AccessToken> messages;
  for (const auto& row : *rows) messages.push_back(message_of(row));
  net::Response response = net::json_response(200, encode_body(messages));
  response.set("Cache-Control", "no-store");
  co_return response;
}

Api::Reply Api::revoke_token(net::Request request, std::string match, std::string token) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  const auto revoked = co_await net::from_callback<Result<void>>(
      [&](auto done) { store_.delete_access_token(match, player->id, token, done); });
  if (!revoked) co_return net::problem(revoked.error());
  co_return net::no_content();
}

}  // namespace incident::api
