// Which handler answers which method and path. Patterns are paths with {names}:
// "/api/v1/matches/{match}/result". Built once, then read by any thread. HEAD is answered by GET's handler; a
// known path with another method is 405 with Allow; an unknown path is nothing, for the caller to go on with
// (static files).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace incident::api {

using PathValues = std::map<std::string, std::string, std::less<>>;
using RouteHandler = std::function<net::awaitable<net::Response>(net::Request, PathValues)>;

class Router {
 public:
  void add(net::Method method, std::string_view pattern, RouteHandler handler);
  std::optional<net::awaitable<net::Response>> route(const net::Request& request) const;

 private:
  struct Route {
    std::vector<std::string> segments;
    std::map<net::Method, RouteHandler> by_method;
  };
  std::vector<Route> routes_;
};

}  // namespace incident::api
