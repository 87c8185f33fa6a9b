// The way into an arena: its doors for queries, and the match's WebSocket.
#include <boost/asio/post.hpp>

#include "api/api.h"
#include "api/codec.h"
#include "api/doors/doors.h"
#include "api/match_messages.h"

namespace incident::api {
namespace {

constexpr std::string_view kSubprotocol = "incident.v1";

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
  const bool by_token = shown_token(request).has_value();
  const bool by_cookie = !by_token && sessions_.who(request).has_value();
  Reply asked = ask_arena(std::move(request), std::move(arena), std::move(path));
  net::Response response = co_await std::move(asked);
  // A page of another origin has no cookie to show, so it may read that it was refused.
  if (!by_cookie) share_with_origins(response);
  co_return response;
}

Api::Reply Api::ask_arena(net::Request request, std::string arena, std::string path) {
  if (request.target.size() + request.body.size() > kQueryBytesMax) {
    const Error error{ErrorCode::kResourceExhausted,
                      "A query may have at most " + std::to_string(kQueryBytesMax) + " bytes.",
                      {}};
    co_return shut_door(path, error);
  }
  auto entering = access_.enter(request, std::move(arena));
  const Result<Visit> visit = co_await std::move(entering);
  if (!visit) co_return shut_door(path, visit.error());
  auto work = [view = visit->view, path, request] {
    const auto deadline = std::chrono::steady_clock::now() + kQueryTimeMax;
    const promql::StopCheck stop = [&request, deadline] {
      if (request.client_is_gone()) return promql::Stop::kCanceled;
      return std::chrono::steady_clock::now() > deadline ? promql::Stop::kTimeout : promql::Stop::kNo;
    };
    return std::make_shared<net::Response>(ask_door(view, path, request, stop));
  };
  const auto begun = std::chrono::steady_clock::now();
  const auto response = co_await net::run_on(workers_.executor(), std::move(work));
  metrics_.query(door_of(path), response->status, std::chrono::steady_clock::now() - begun);
  response->set("Cache-Control", "no-store");
  tell_clock(visit->view, *response);
  co_return std::move(*response);
}

// Following log lines, at Loki's address for it.
net::awaitable<std::variant<net::Response, net::Upgrade>> Api::follow_lines(net::Request request,
                                                                            std::string arena) {
  auto entering = access_.enter(request, arena);
  const Result<Visit> first = co_await std::move(entering);
  if (!first) co_return shut_door("loki/", first.error());
  Tails::Look look = [this, request, arena, room = first->room, team = first->team,
                      caller = first->caller]() -> net::awaitable<Result<TailLook>> {
    if (room->phase() != match::Phase::kEnded) {
      auto again = access_.enter(request, arena);
      const Result<Visit> visit = co_await std::move(again);
      if (visit) co_return TailLook{visit->view, false};
      if (room->phase() != match::Phase::kEnded) co_return visit.error();
    }
    // The end came while it was followed, so who followed may see the last lines of it, token or not.
    auto view = co_await net::from_callback<Result<ArenaView>>(
        [&](auto done) { room->view(caller.player, team, done); });
    if (!view) co_return view.error();
    if (!caller.token.empty()) view->wall_epoch_ms = view->tool_epoch_ms;
    co_return TailLook{std::move(*view), true};
  };
  co_return tails_.open(workers_.executor(), request, first->view,
                        first->caller.player.empty() ? request.peer : first->caller.player, std::move(look));
}

net::awaitable<std::variant<net::Response, net::Upgrade>> Api::upgrade(net::Request request) {
  constexpr std::string_view kArenas = "/t/", kTail = "/loki/loki/api/v1/tail";
  if (request.path.starts_with(kArenas) && request.path.ends_with(kTail) &&
      request.path.size() > kArenas.size() + kTail.size()) {
    std::string arena =
        request.path.substr(kArenas.size(), request.path.size() - kArenas.size() - kTail.size());
    auto following = follow_lines(std::move(request), std::move(arena));
    co_return co_await std::move(following);
  }
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
