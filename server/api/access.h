// Who may see which arena: the one answer for every door, for queries and for sockets. A request shows either
// the session cookie of our own client, or an access token that a player made for tools of their own: as a
// bearer token, or as the password of basic auth under any user name. A token is for one player, one team's
// arena and one match; it ends when it is revoked or the match does.
//
// Before the end an arena is its own team's; after it everybody may look, with no token at all.
//
// A tool lives in wall-clock time, so what comes with a token sees the arena's times moved: "now" in the tool
// is now in the match (arena_view.h). Our own client asks in match time, and gets it so.
//
// Any thread; a token is read from the store each time, so that what one node revokes ends on all of them.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "api/arena_view.h"
#include "api/rooms.h"
#include "api/sessions.h"
#include "net/await.h"
#include "net/http.h"
#include "net/token_bucket.h"

namespace incident::api {

// Who asks. Empty `player`: somebody unknown, who may look at matches that have ended.
struct Caller {
  std::string player, handle;
  std::string token;  // the id of the access token that was shown; empty: the cookie, or nothing
};

// A caller inside an arena.
struct Visit {
  SharedRoom room;
  std::string match, team;
  Caller caller;
  ArenaView view;
};

class Access {
 public:
  Access(store::Store& store, Rooms& rooms, Sessions& sessions)
      : store_(store), rooms_(rooms), sessions_(sessions) {}

  // Errors: kUnauthenticated (no token, or one that opens nothing any more), kPermissionDenied (a token for
  // another arena), kNotFound (no such arena, or not the caller's), kResourceExhausted (too many wrong tokens
  // from this address), kUnavailable (the match is being recovered).
  net::awaitable<Result<Visit>> enter(const net::Request& request, std::string arena);

 private:
  Result<Caller> caller_of(const net::Request& request, const std::string& match, const std::string& team);
  Result<Caller> caller_by_token(const std::string& peer, std::string_view text, const std::string& match,
                                 const std::string& team);
  Error wrong_token(const std::string& peer, const std::string& hash);
  bool may_try(const std::string& peer, const std::string& hash);
  void was_right(const std::string& hash);

  store::Store& store_;
  Rooms& rooms_;
  Sessions& sessions_;
  std::mutex mutex_;
  std::map<std::string, net::TokenBucket> wrong_;  // by address
  std::set<std::string> right_;                    // hashes of tokens that were right lately
};

// --- the text of a token: "inc_", the id, "_", the secret

struct NewToken {
  std::string id, text, hash;
};
NewToken new_access_token();
// The id inside; nothing when it is not the text of a token.
std::optional<std::string> access_token_id(std::string_view text);
// Whether a request shows something in its Authorization field, and the token in it ("" for what is none).
std::optional<std::string> shown_token(const net::Request& request);

}  // namespace incident::api
