// Every route of the server, and the upgrade to a match's WebSocket. Built once at start from what it serves;
// its handlers run on the connections' threads. What it may show to whom: incidents and boards to everybody;
// a match to those who joined it; an arena's doors as access.h says.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/access.h"
#include "api/rooms.h"
#include "api/router.h"
#include "api/sessions.h"
#include "api/tail.h"
#include "api/workers.h"
#include "net/server.h"
#include "net/static_files.h"
#include "net/token_bucket.h"

namespace incident::api {

// Who may read /metrics.
enum class MetricsFor : std::uint8_t { kNobody, kLoopback, kEverybody };

class Api {
 public:
  // All of it must outlive the api.
  Api(store::Store& store, Rooms& rooms, Workers& workers, SelfMetrics& metrics,
      const net::StaticFiles* files, MetricsFor metrics_for = MetricsFor::kLoopback);

  net::awaitable<net::Response> handle(net::Request request);
  net::awaitable<std::variant<net::Response, net::Upgrade>> upgrade(net::Request request);
  // /readyz answers 200 from then on, as long as the store takes what it is given.
  void set_ready() { ready_ = true; }

 private:
  using Reply = net::awaitable<net::Response>;

  void add_routes();
  Reply dispatch(net::Request request);
  // routes.cpp
  Reply read_metrics(net::Request request);
  Reply open_session(net::Request request);
  Reply read_session(net::Request request);
  Reply list_incidents(net::Request request);
  Reply read_board(net::Request request, std::string incident);
  Reply list_my_matches(net::Request request);
  Reply create_match(net::Request request);
  Reply join_match(net::Request request);
  Reply read_result(net::Request request, std::string match);
  Reply read_replay(net::Request request, std::string match);
  // arena_routes.cpp
  Reply arena_door(net::Request request, std::string arena, std::string path);
  Reply ask_arena(net::Request request, std::string arena, std::string path);
  net::awaitable<std::variant<net::Response, net::Upgrade>> follow_lines(net::Request request,
                                                                         std::string arena);
  // token_routes.cpp
  Reply make_token(net::Request request, std::string match);
  Reply list_tokens(net::Request request, std::string match);
  Reply revoke_token(net::Request request, std::string match, std::string token);

  bool within_rate(const net::Request& request, double tokens);

  store::Store& store_;
  Rooms& rooms_;
  Workers& workers_;
  SelfMetrics& metrics_;
  const net::StaticFiles* files_;
  MetricsFor metrics_for_;
  Sessions sessions_;
  Access access_;
  Router router_;
  Tails tails_;
  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::map<std::string, net::TokenBucket> rates_;  // by address
};

}  // namespace incident::api
