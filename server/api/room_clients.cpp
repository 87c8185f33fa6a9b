// The room's clients: what they say, and what they are sent.
#include <boost/asio/post.hpp>

#include "api/codec.h"
#include "api/limits.h"
#include "api/match_messages.h"
#include "api/room.h"

namespace incident::api {

using std::chrono::steady_clock;

net::SocketEvents Room::attach(std::shared_ptr<net::Socket> socket, std::string player) {
  auto client = std::make_shared<Client>();
  client->socket = std::move(socket);
  client->player = std::move(player);
  boost::asio::post(strand_, [self = shared_from_this(), client] {
    const auto own = self->online_.find(client->player);
    if (self->closed_ || self->clients_.size() >= kSubscribersMax ||
        (own != self->online_.end() && own->second >= static_cast<int>(kSocketsPerPlayerMax))) {
      self->services_.metrics.refused("sockets");
      client->socket->close(net::kCloseTryAgain, "this match takes no more connections");
      return;
    }
    if (self->match_ && self->match_->find_player(client->player) == nullptr) {
      client->socket->close(net::kClosePolicy, "join this match first");
      return;
    }
    client->audience = self->audience_key(client->player);
    self->clients_.push_back(client);
    self->has_clients_ = true;
    if (self->online_[client->player]++ == 0) self->presence_changed_.push_back(client->player);
    self->publish();
  });
  net::SocketEvents events;
  events.on_message = [self = shared_from_this(), client](std::string_view text) {
    self->on_text(client, std::string(text));
  };
  events.on_overflow = [self = shared_from_this(), client] {
    boost::asio::post(self->strand_, [self, client] {
      if (client->greeted && self->match_) self->send_snapshot(client);
    });
  };
  events.on_close = [self = shared_from_this(), client] {
    boost::asio::post(self->strand_, [self, client] { self->detach(client); });
  };
  return events;
}

void Room::detach(const ClientPtr& client) {
  const auto gone = std::erase(clients_, client);
  if (gone == 0) return;
  if (auto found = online_.find(client->player); found != online_.end() && --found->second == 0) {
    online_.erase(found);
    presence_changed_.push_back(client->player);
  }
  has_clients_ = !clients_.empty();
  if (clients_.empty()) idle_since_ = steady_clock::now();
  publish();
}

void Room::on_text(const ClientPtr& client, const std::string& text) {
  const Result<Json> json = parse_json(text);
  if (!json) return send_error(client, std::nullopt, json.error());
  std::optional<std::int64_t> id;
  if (json->is_object()) {
    if (const auto found = json->find("id"); found != json->end() && found->is_number_integer())
      id = found->get<std::int64_t>();
  }
  auto frame = decode_frame<in::Frame>(*json);
  if (!frame) return send_error(client, id, frame.error());
  boost::asio::post(strand_, [self = shared_from_this(), client, frame = std::move(*frame)]() mutable {
    self->on_frame(client, std::move(frame));
  });
}

void Room::on_frame(const ClientPtr& client, in::Frame frame) {
  if (closed_) return;
  if (const auto* hello = std::get_if<in::Hello>(&frame)) return on_hello(client, *hello);
  const std::int64_t id = std::visit([](const auto& message) { return message.id; }, frame);
  if (!match_) {
    return send_error(client, id,
                      {ErrorCode::kUnavailable, "The match is being recovered. Please try again.", {}});
  }
  if (const auto* preview = std::get_if<in::PreviewAction>(&frame)) return on_preview(client, *preview);
  auto command = command_of(frame, match_->arena_of(client->player));
  if (!command) return send_error(client, id, command.error());
  submit(client->player, std::move(*command),
         [self = shared_from_this(), client, id](const Result<match::Applied>& applied) {
           if (!applied) return self->send_error(client, id, applied.error());
           out::Ack ack;
           ack.id = id;
           ack.entry = self->match_->last_entry();
           ack.time = self->match_->time().seconds();
           client->socket->send(encode_frame(ack));
         });
}

void Room::on_preview(const ClientPtr& client, const in::PreviewAction& request) {
  const match::Arena* arena = match_->arena_of(client->player);
  auto preview = arena != nullptr ? action_preview(*arena, request.action)
                                  : Result<out::ActionPreview>(Error{
                                        ErrorCode::kFailedPrecondition, "The match is not running yet.", {}});
  if (!preview) return send_error(client, request.id, preview.error());
  preview->id = request.id;
  client->socket->send(encode_frame(*preview));
}

void Room::send_error(const ClientPtr& client, std::optional<std::int64_t> id, const Error& error) {
  out::Error message;
  message.id = id;
  message.code = to_string(error.code);
  message.message = error.message;
  message.at = error.at;
  client->socket->send(encode_frame(message));
}

void Room::on_hello(const ClientPtr& client, const in::Hello& hello) {
  if (!match_) {
    client->hello = hello;
    return;
  }
  client->hello.reset();
  publish();
  client->greeted = true;
  if (hello.epoch && hello.since) {
    if (const auto rest = audience_of(client->audience).stream.after(*hello.epoch, *hello.since)) {
      for (const auto& frame : *rest) client->socket->send(frame);
      return;
    }
  }
  send_snapshot(client);
}

// --- streams

std::string Room::audience_key(std::string_view player) const {
  const match::Player* found = match_ ? match_->find_player(player) : nullptr;
  return found != nullptr ? found->team : std::string();
}

Room::Audience& Room::audience_of(const std::string& key) {
  const auto found = audiences_.find(key);
  if (found != audiences_.end()) return found->second;
  auto& audience = audiences_.emplace(key, Audience{Stream(new_epoch()), {}}).first->second;
  if (const auto team = match_->team_index(key); team && *team < match_->arenas().size())
    audience.cursor.take(match_->arenas()[*team]);
  return audience;
}

void Room::send_all(const std::string& audience, const net::Frame& frame) {
  for (const auto& client : clients_) {
    if (client->greeted && client->audience == audience) client->socket->send(frame);
  }
}

// The war rooms open: everybody gets the whole picture once, under new numbers.
void Room::new_streams() {
  audiences_.clear();
  for (const auto& client : clients_) {
    if (client->greeted) send_snapshot(client);
  }
}

// Sends what is new since the last call: to everybody the match, to each team its arena.
void Room::publish() {
  if (!match_) return;
  const match::MatchChanges news = cursor_.take(*match_);
  std::vector<match::Player> players = news.players;
  for (const auto& id : presence_changed_) {
    const match::Player* player = match_->find_player(id);
    const bool listed =
        std::any_of(players.begin(), players.end(), [&](const auto& p) { return p.id == id; });
    if (player != nullptr && !listed) players.push_back(*player);
  }
  presence_changed_.clear();

  out::Update common;
  common.time = match_->time().seconds();
  common.players = players_out(players);
  common.players_left = news.players_left;
  if (news.phase) {
    common.phase = std::string(match::to_string(*news.phase));
    common.countdown_ms = countdown_ms();
    if (*news.phase == match::Phase::kBriefing) common.briefing = briefing_of(*match_);
  }
  const bool for_all = !common.players.empty() || !common.players_left.empty() || news.phase || news.teams;

  for (const auto& client : clients_) {
    if (client->greeted) audience_of(audience_key(client->player));
  }
  // Teams that vanished from the lobby take their streams with them.
  std::erase_if(audiences_, [this](const auto& entry) {
    return !entry.first.empty() && !match_->team_index(entry.first);
  });
  for (auto& [key, audience] : audiences_) {
    out::Update update = common;
    bool something = for_all;
    if (news.teams) update.teams = teams_out(key);
    if (const auto team = match_->team_index(key); team && *team < match_->arenas().size()) {
      const auto& arena = match_->arenas()[*team];
      const match::ArenaChanges changes = audience.cursor.take(arena);
      something = something || !changes.empty();
      if (changes.state && update.teams.empty()) update.teams = teams_out(key);
      add_arena_changes(arena, changes, update);
    }
    if (something) send_all(key, audience.stream.push(update));
  }
  // Who has changed team follows another stream from here on.
  for (const auto& client : clients_) {
    std::string key = audience_key(client->player);
    if (key == client->audience) continue;
    client->audience = std::move(key);
    if (client->greeted) send_snapshot(client);
  }
}

void Room::send_snapshot(const ClientPtr& client) {
  client->socket->send(encode_frame(snapshot_for(*client)));
}

out::Snapshot Room::snapshot_for(const Client& client) {
  const Audience& audience = audience_of(client.audience);
  out::Snapshot s = match_snapshot(*match_, client.audience);
  s.seq = audience.stream.seq();
  s.epoch = audience.stream.epoch();
  s.match = info_.id;
  s.code = info_.code;
  s.countdown_ms = countdown_ms();
  s.wall_epoch_ms = static_cast<double>(wall_epoch_ms(info_.created_ms));
  s.you = client.player;
  s.players = players_out(match_->players());
  s.teams = teams_out(client.audience);
  return s;
}

std::vector<out::Player> Room::players_out(const std::vector<match::Player>& players) const {
  std::vector<out::Player> rows;
  for (const auto& player : players) {
    if (player.gone) continue;
    rows.push_back(player_of(player, online_.find(player.id) != online_.end()));
  }
  return rows;
}

std::vector<out::Team> Room::teams_out(const std::string& audience) const {
  std::vector<out::Team> rows;
  const bool ended = match_->phase() == match::Phase::kEnded;
  for (std::size_t i = 0; i < match_->teams().size(); ++i) {
    const auto& team = match_->teams()[i];
    out::Team row;
    row.id = team.id;
    row.name = team.name;
    row.state = match::to_string(match_->team_state(i));
    if (team.id == audience || ended) row.arena = arena_key(info_.id, team.id);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t Room::countdown_ms() const {
  if (match_->phase() != match::Phase::kBriefing) return 0;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(briefing_ends_ - steady_clock::now()).count();
  return std::max<std::int64_t>(left, 1);
}

}  // namespace incident::api
