// The HTTP API beside the arenas' doors.
#include "api/api.h"
#include "api/codec.h"
#include "api/doors/doors.h"
#include "api/doors/time_text.h"
#include "api/messages_in.h"
#include "api/messages_out.h"

namespace incident::api {
namespace {

const Error kNobody{ErrorCode::kUnauthenticated, "Please take a handle first.", {}};
constexpr std::size_t kBoardRows = 100;
constexpr std::size_t kMineMax = 50;
constexpr std::size_t kRatedAddressesMax = 10'000;
// Making players, matches and guesses at join codes: a burst, then a steady rate, for each address.
constexpr double kRatePerSecond = 1, kRateBurst = 60;

template <class T>
Result<T> body_of(const net::Request& request) {
  if (!request.header("content-type").starts_with("application/json"))
    return invalid("The body must be JSON, with Content-Type: application/json.", "content-type");
  return decode_body<T>(request.body);
}

template <class T>
net::Response json(const T& message, int status = 200) {
  return net::json_response(status, encode_body(message));
}

template <class T>
net::Response json_list(const std::vector<T>& messages) {
  return net::json_response(200, encode_body(messages));
}

// Not a coroutine, and commands are named before they come here: GCC 12 destroys temporaries of aggregate
// type twice when they stand in a co_await expression.
net::awaitable<Result<match::Applied>> submit(Room& room, const std::string& player,
                                              const match::Command& command) {
  return net::from_callback<Result<match::Applied>>(
      [shared = room.shared_from_this(), player, command](auto done) {
        shared->submit(player, command, done);
      });
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

out::BoardRow board_row(const store::BoardEntry& row, const std::string& you) {
  out::BoardRow message;
  message.rank = row.rank;
  message.team = row.result.team_name;
  message.handles = row.result.handles;
  message.score = row.result.score;
  message.mitigation = row.result.mitigation;
  message.diagnosis = row.result.diagnosis;
  message.conduct = row.result.conduct;
  message.harm = static_cast<double>(row.result.harm);
  message.seconds = row.result.seconds;
  message.changes = row.result.changes;
  message.match = row.result.match;
  message.you = std::count(row.result.player_ids.begin(), row.result.player_ids.end(), you) > 0;
  return message;
}

}  // namespace

Api::Api(store::Store& store, Rooms& rooms, Workers& workers, SelfMetrics& metrics,
         const net::StaticFiles* files, MetricsFor metrics_for)
    : store_(store),
      rooms_(rooms),
      workers_(workers),
      metrics_(metrics),
      files_(files),
      metrics_for_(metrics_for),
      sessions_(store),
      access_(store, rooms, sessions_) {
  add_routes();
}

void Api::add_routes() {
  using net::Method;
  const auto route = [this](Method method, std::string_view pattern, auto handler) {
    router_.add(method, pattern, std::move(handler));
  };
  route(Method::kGet, "/healthz",
        [](net::Request, PathValues) -> Reply { co_return net::text_response(200, "ok\n"); });
  route(Method::kGet, "/readyz", [this](net::Request, PathValues) -> Reply {
    if (!ready_) co_return net::text_response(503, "starting\n");
    if (store_.stats().last_failed) co_return net::text_response(503, "the store does not take writes\n");
    co_return net::text_response(200, "ok\n");
  });
  route(Method::kGet, "/metrics", [this](net::Request r, PathValues) { return read_metrics(std::move(r)); });
  route(Method::kPost, "/api/v1/session",
        [this](net::Request r, PathValues) { return open_session(std::move(r)); });
  route(Method::kGet, "/api/v1/session",
        [this](net::Request r, PathValues) { return read_session(std::move(r)); });
  route(Method::kGet, "/api/v1/incidents",
        [this](net::Request r, PathValues) { return list_incidents(std::move(r)); });
  route(Method::kGet, "/api/v1/incidents/{incident}/board",
        [this](net::Request r, PathValues v) { return read_board(std::move(r), v["incident"]); });
  route(Method::kGet, "/api/v1/matches/mine",
        [this](net::Request r, PathValues) { return list_my_matches(std::move(r)); });
  route(Method::kPost, "/api/v1/matches",
        [this](net::Request r, PathValues) { return create_match(std::move(r)); });
  route(Method::kPost, "/api/v1/join",
        [this](net::Request r, PathValues) { return join_match(std::move(r)); });
  route(Method::kGet, "/api/v1/matches/{match}/result",
        [this](net::Request r, PathValues v) { return read_result(std::move(r), v["match"]); });
  route(Method::kGet, "/api/v1/matches/{match}/replay",
        [this](net::Request r, PathValues v) { return read_replay(std::move(r), v["match"]); });
  route(Method::kPost, "/api/v1/matches/{match}/tokens",
        [this](net::Request r, PathValues v) { return make_token(std::move(r), v["match"]); });
  route(Method::kGet, "/api/v1/matches/{match}/tokens",
        [this](net::Request r, PathValues v) { return list_tokens(std::move(r), v["match"]); });
  route(Method::kDelete, "/api/v1/matches/{match}/tokens/{token}",
        [this](net::Request r, PathValues v) { return revoke_token(std::move(r), v["match"], v["token"]); });
  const auto door = [this](net::Request r, PathValues v) {
    return arena_door(std::move(r), v["arena"], v["path"]);
  };
  route(Method::kGet, "/t/{arena}/{*path}", door);
  route(Method::kPost, "/t/{arena}/{*path}", door);
  route(Method::kOptions, "/t/{arena}/{*path}",
        [](net::Request r, PathValues) -> Reply { co_return preflight(r); });
}

Api::Reply Api::handle(net::Request request) {
  auto response = co_await dispatch(std::move(request));
  metrics_.request(response.status);
  co_return response;
}

Api::Reply Api::dispatch(net::Request request) {
  if (auto reply = router_.route(request)) co_return co_await std::move(*reply);
  if (request.path.starts_with("/api/") || request.path.starts_with("/t/"))
    co_return net::problem(not_found("There is nothing here.", request.path));
  if (files_ != nullptr) {
    if (auto file = files_->serve(request)) co_return std::move(*file);
  }
  co_return net::problem(not_found("There is nothing here.", request.path));
}

bool Api::within_rate(const net::Request& request, double tokens) {
  const auto now = net::TokenBucket::Clock::now();
  const std::lock_guard lock(mutex_);
  if (rates_.size() >= kRatedAddressesMax) {
    std::erase_if(rates_, [&](const auto& entry) { return entry.second.full(now); });
    if (rates_.size() >= kRatedAddressesMax) rates_.clear();  // better a few tries too many than no memory
  }
  const bool within =
      rates_.try_emplace(request.peer, kRatePerSecond, kRateBurst).first->second.take(now, tokens);
  if (!within) metrics_.refused("rate");
  return within;
}

// --- the server about itself

Api::Reply Api::read_metrics(net::Request request) {
  const bool loopback = request.peer == "127.0.0.1" || request.peer == "::1";
  if (metrics_for_ == MetricsFor::kNobody || (metrics_for_ == MetricsFor::kLoopback && !loopback))
    co_return net::problem(not_found("There is nothing here.", request.path));
  auto response = net::text_response(200, metrics_.text());
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.set("Cache-Control", "no-store");
  co_return response;
}

// --- people

Api::Reply Api::open_session(net::Request request) {
  const auto body = body_of<in::TakeHandle>(request);
  if (!body) co_return net::problem(body.error());
  if (!within_rate(request, 1)) {
    co_return net::problem(
        {ErrorCode::kResourceExhausted, "Too many new players from here. Please wait.", {}});
  }
  const auto opened = co_await sessions_.open(body->handle, request.secure);
  if (!opened) co_return net::problem(opened.error());
  auto response = json(out::Session{opened->player.id, opened->player.handle}, 201);
  response.set("Set-Cookie", opened->set_cookie);
  response.set("Cache-Control", "no-store");
  co_return response;
}

Api::Reply Api::read_session(net::Request request) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  co_return json(out::Session{player->id, player->handle});
}

// --- incidents and boards

Api::Reply Api::list_incidents(net::Request request) {
  const auto player = sessions_.who(request);
  std::map<std::string, std::int64_t> best;
  if (player) {
    if (auto found = store_.player_best(player->id)) best = std::move(*found);
  }
  const auto counts = store_.incident_counts();
  std::vector<out::IncidentInfo> rows;
  for (const auto& incident : rooms_.library().incidents()) {
    out::IncidentInfo row;
    row.id = incident->id;
    row.title = incident->title;
    row.system = incident->system;
    row.difficulty = incident->difficulty;
    row.minutes = incident->expected.seconds() / 60;
    row.tags = incident->tags;
    if (counts) {
      if (const auto count = counts->find(incident->id); count != counts->end())
        row.solved_by = count->second.solved;
    }
    if (const auto score = best.find(incident->id); score != best.end()) row.your_best = score->second;
    rows.push_back(std::move(row));
  }
  co_return json_list(rows);
}

Api::Reply Api::read_board(net::Request request, std::string incident) {
  const auto known = rooms_.library().find(incident);
  if (!known) co_return net::problem(not_found("There is no such incident.", incident));
  const auto player = sessions_.who(request);
  const auto rows = store_.board(incident, kBoardRows, 0);
  if (!rows) co_return net::problem(rows.error());
  out::Board board;
  board.incident = known->id;
  board.incident_title = known->title;
  for (const auto& row : *rows) board.rows.push_back(board_row(row, player ? player->id : ""));
  co_return json(board);
}

// --- matches

Api::Reply Api::list_my_matches(net::Request request) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  const auto rows = store_.matches_of_player(player->id, kMineMax);
  if (!rows) co_return net::problem(rows.error());
  const auto scores = store_.player_scores(player->id, kMineMax);
  if (!scores) co_return net::problem(scores.error());
  std::vector<out::MatchSummary> messages;
  for (const auto& row : *rows) {
    out::MatchSummary message;
    message.match = row.id;
    message.incident = row.incident;
    const auto incident = rooms_.library().find(row.incident);
    message.incident_title = incident ? incident->title : row.incident;
    message.mode = row.mode;
    message.code = row.code;
    const auto room = rooms_.find_live(row.id);
    message.state = room ? std::string(match::to_string(room->phase())) : row.state;
    if (const auto score = scores->find(row.id); score != scores->end()) message.score = score->second;
    messages.push_back(std::move(message));
  }
  co_return json_list(messages);
}

Api::Reply Api::create_match(net::Request request) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  const auto body = body_of<in::CreateMatch>(request);
  if (!body) co_return net::problem(body.error());
  const auto incident = rooms_.library().find(body->incident);
  if (!incident) co_return net::problem(not_found("There is no such incident.", "incident"));
  const auto mode = match::parse_mode(body->mode);
  if (!mode) co_return net::problem(invalid("must be practice or race", "mode"));
  match::Settings settings = match::default_settings(*mode);
  if (body->time_scale) {
    if (*body->time_scale < 1 || *body->time_scale > match::limits::kTimeScaleMax)
      co_return net::problem(
          invalid("must be 1 to " + std::to_string(match::limits::kTimeScaleMax), "time_scale"));
    settings.time_scale = static_cast<int>(*body->time_scale);
  }
  if (auto valid = match::validate(settings); !valid) co_return net::problem(valid.error());
  if (!within_rate(request, 1)) {
    co_return net::problem(
        {ErrorCode::kResourceExhausted, "Too many new matches from here. Please wait.", {}});
  }
  const auto mine = store_.matches_of_player(player->id, kMineMax);
  if (!mine) co_return net::problem(mine.error());
  std::size_t open = 0;
  for (const auto& row : *mine) open += row.host == player->id && row.state != "ended" ? 1 : 0;
  if (open >= kOpenMatchesPerPlayerMax) {
    co_return net::problem({ErrorCode::kResourceExhausted,
                            "You have " + std::to_string(open) + " open matches. Please end one first.",
                            {}});
  }
  auto room = co_await rooms_.create(incident, settings, player->id);
  if (!room) co_return net::problem(room.error());
  const match::Command join = match::Join{player->handle};
  const match::Command found_team = match::ChooseTeam{"", body->team.empty() ? player->handle : body->team};
  auto joined = co_await submit(**room, player->id, join);
  if (joined) joined = co_await submit(**room, player->id, found_team);
  if (!joined) co_return net::problem(joined.error());
  auto listed = co_await net::from_callback<Result<void>>(
      [&](auto done) { store_.add_match_player((*room)->info().id, player->id, done); });
  if (!listed) co_return net::problem(listed.error());
  co_return json(out::MatchCreated{(*room)->info().id, (*room)->info().code}, 201);
}

Api::Reply Api::join_match(net::Request request) {
  const auto player = sessions_.who(request);
  if (!player) co_return net::problem(kNobody);
  const auto body = body_of<in::JoinMatch>(request);
  if (!body) co_return net::problem(body.error());
  if (!within_rate(request, 1)) {
    co_return net::problem({ErrorCode::kResourceExhausted, "Too many tries from here. Please wait.", {}});
  }
  const auto room = rooms_.find_by_code(upper(body->code));
  if (!room) co_return net::problem(not_found("There is no open match with this code.", "code"));
  const match::Command join = match::Join{player->handle};
  const auto joined = co_await submit(*room, player->id, join);
  if (!joined && joined.error().code != ErrorCode::kAlreadyExists) co_return net::problem(joined.error());
  auto listed = co_await net::from_callback<Result<void>>(
      [&](auto done) { store_.add_match_player(room->info().id, player->id, done); });
  if (!listed) co_return net::problem(listed.error());
  co_return json(out::MatchCreated{room->info().id, room->info().code});
}

Api::Reply Api::read_result(net::Request request, std::string match) {
  (void)request;
  auto result = store_.find_result(match);
  if (result) co_return net::json_response(200, std::move(*result));
  if (result.error().code != ErrorCode::kNotFound) co_return net::problem(result.error());
  const auto room = rooms_.find_live(match);
  if (!room) co_return net::problem(not_found("There is no such match.", match));
  if (room->phase() != match::Phase::kEnded) {
    co_return net::problem(
        409, {ErrorCode::kFailedPrecondition, "The result is there once the match has ended.", {}});
  }
  out::MatchResult pending;  // the review is being computed
  pending.match = match;
  pending.incident = room->incident().id;
  pending.incident_title = room->incident().title;
  pending.mode = match::to_string(room->info().settings.mode);
  co_return json(pending);
}

Api::Reply Api::read_replay(net::Request request, std::string match) {
  auto room = rooms_.find(match);
  if (!room) co_return net::problem(room.error());
  const auto seconds = parse_number(request.parameter("t").value_or("0"));
  constexpr double kSecondsMax = 1e6;
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax)
    co_return net::problem(invalid("must be seconds since the page", "t"));
  const std::string team(request.parameter("team").value_or(""));
  const Duration at{static_cast<std::int64_t>(*seconds * 1e6)};
  const auto snapshot =
      co_await net::from_callback<Result<out::Snapshot>>([&](auto done) { (*room)->replay(team, at, done); });
  if (!snapshot) co_return net::problem(snapshot.error());
  co_return json(*snapshot);
}

}  // namespace incident::api
