// Who is asking: players by the token in their cookie. Only a hash of the token is stored. A small cache
// saves the store a look-up for each of a war room's many queries. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/await.h"
#include "net/http.h"
#include "store/store.h"

namespace incident::api {

struct PlayerIdentity {
  std::string id, handle;
};

class Sessions {
 public:
  explicit Sessions(store::Store& store) : store_(store) {}

  // Nothing when the request carries no token, or one that nobody has.
  std::optional<PlayerIdentity> who(const net::Request& request);

  struct Opened {
    PlayerIdentity player;
    std::string set_cookie;
  };
  // A new player with this handle. Errors: a handle that is empty, too long or has control characters.
  net::awaitable<Result<Opened>> open(std::string handle, bool secure);

 private:
  store::Store& store_;
  std::mutex mutex_;
  std::map<std::string, PlayerIdentity> known_;  // by token hash
};

}  // namespace incident::api
