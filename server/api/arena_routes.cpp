// The way into an arena: its doors for queries, and the match's WebSocket.
#include <boost/asio/post.hpp>

#include "api/api.h"
#include "api/codec.h"
#include "api/doors/doors.h"
#include "api/match_messages.h"

namespace incident::api {
namespace {

constexpr std::string_view kSubprotocol = "incident.v1";

net::Response answer(const ArenaView& view, const std::string& path, const net::Request& request) {
  const auto deadline = std::chrono::steady_clock::now() + kQueryTimeMax;
  const promql::StopCheck stop = [deadline] {
    return std::chrono::steady_clock::now() > deadline ? promql::Stop::kTimeout : promql::Stop::kNo;
  };
  constexpr std::string_view kPrometheus = "prometheus/", kLoki = "loki/", kTraces = "traces/";
  if (path.starts_with(kPrometheus))
    return prometheus_door(view, std::string_view(path).substr(kPrometheus.size()), request, stop);
  if (path.starts_with(kLoki))
    return loki_door(view, std::string_view(path).substr(kLoki.size()), request, stop);
  if (path == "logs") return logs_door(view, request);
  if (path == "traces") return traces_door(view, request);
  if (path.starts_with(kTraces)) return trace_door(view, std::string_view(path).substr(kTraces.size()));
  if (path == "dashboards") return dashboards_door(view);
  return net::problem(
      not_found("This war room has the doors prometheus, loki, logs, traces and dashboards.", path));
}

// The doors that there are, for metrics: a client's own words would make a label without end.
std::string_view door_of(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('/'));
  for (const std::string_view door : {"prometheus", "loki", "jaeger", "logs", "traces", "dashboards"}) {
    if (first == door) return door;
  }
  return "other";
}

}  // namespace

Api::Reply Api::arena_door(net::Request request, std::string arena, std::string path) {
  if (request.target.size() + request.body.size() > kQueryBytesMax) {
    co_return net::problem({ErrorCode::kResourceExhausted,
                            "A query may have at most " + std::to_string(kQueryBytesMax) + " bytes.",
                            {}});
  }
  const std::pair<std::string, std::string> key = split_arena_key(arena);  // match and team
  const auto player = sessions_.who(request);
  auto room = rooms_.find(key.first);
  if (!room) co_return net::problem(not_found("There is no such war room, or it is not yours.", arena));
  const auto view = co_await net::from_callback<Result<ArenaView>>(
      [&](auto done) { (*room)->view(player ? player->id : "", key.second, done); });
  if (!view) co_return net::problem(view.error());
  auto work = [view = *view, path, request] {
    return std::make_shared<net::Response>(answer(view, path, request));
  };
  const auto begun = std::chrono::steady_clock::now();
  const auto response = co_await net::run_on(workers_.executor(), std::move(work));
  metrics_.query(door_of(path), response->status, std::chrono::steady_clock::now() - begun);
  response->set("Cache-Control", "no-store");
  co_return std::move(*response);
}

net::awaitable<std::variant<net::Response, net::Upgrade>> Api::upgrade(net::Request request) {
  constexpr std::string_view kPrefix = "/api/v1/matches/", kSuffix = "/socket";
  std::string_view path = request.path;
  if (!path.starts_with(kPrefix) || !path.ends_with(kSuffix) ||
      path.size() <= kPrefix.size() + kSuffix.size())
    co_return net::problem(not_found("There is no socket here.", request.path));
  path.remove_prefix(kPrefix.size());
  path.remove_suffix(kSuffix.size());
  if (!net::offers_subprotocol(request, kSubprotocol))
    co_return net::problem(
        invalid("This socket speaks " + std::string(kSubprotocol) + ".", "sec-websocket-protocol"));
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem({ErrorCode::kUnauthenticated, "Please take a handle first.", {}});
  auto room = rooms_.find(std::string(path));
  if (!room) co_return net::problem(room.error());
  const bool joined = co_await net::from_callback<bool>([&](const std::function<void(bool)>& done) {
    (*room)->look([done, id = player->id](const match::Match* match) {
      done(match == nullptr || match->find_player(id) != nullptr);
    });
  });
  if (!joined) co_return net::problem({ErrorCode::kPermissionDenied, "Please join this match first.", {}});
  net::Upgrade upgrade;
  upgrade.subprotocol = kSubprotocol;
  upgrade.open = [room = *room, id = player->id](std::shared_ptr<net::Socket> socket) {
    return room->attach(std::move(socket), id);
  };
  co_return upgrade;
}

}  // namespace incident::api
