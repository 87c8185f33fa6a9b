// One match that is live on this server: its Match value, its clock, its command log and its clients. All of
// it belongs to one strand; public methods may be called from any thread and post to it. What takes long (a
// warm-up, a replay after a restart, the review) runs on the workers and comes back to the strand.
//
// A command's way: submit -> waits its turn -> Match::check -> store append (durable) -> Match::apply -> done
// is called, changes go out. While an entry is on its way to the disk the match stands still, so what was
// checked still holds when it is applied, and nobody sees anything that a crash could take back.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/arena_view.h"
#include "api/messages_in.h"
#include "api/messages_out.h"
#include "api/self_metrics.h"
#include "api/starts.h"
#include "api/stream.h"
#include "api/workers.h"
#include "match/changes.h"
#include "match/match.h"
#include "match/replay.h"
#include "match/review.h"
#include "net/socket.h"
#include "store/store.h"

namespace incident::api {

// What all rooms share; outlives them.
struct RoomServices {
  boost::asio::thread_pool::executor_type ticks;
  Workers& workers;
  store::Store& store;
  Starts& starts;
  SelfMetrics& metrics;
};

class Room : public std::enable_shared_from_this<Room> {
 public:
  struct Info {
    std::string id, code;
    std::uint64_t seed = 0;
    std::int64_t created_ms = 0;
    match::Settings settings;
    bool archived = false;  // it has ended and its result is in the store
  };
  using Done = std::function<void(Result<match::Applied>)>;

  Room(RoomServices& services, Info info, SharedIncident incident);

  // A match that was just made.
  void open_new();
  // A match from the store: replayed up to its last entry, its clock goes on from `clock`. `opened` is called
  // once, when it is there or cannot be.
  void open_recovered(std::vector<match::Entry> log, Duration clock, std::function<void()> opened);
  // No more ticks, clients are told why; nothing is written any more. `done` is called on the strand.
  void close(const std::string& reason, const std::string& message, std::function<void()> done = {});

  // `player` empty: the server itself. `done` is called on the strand, durable and applied, or with the
  // error.
  void submit(std::string player, match::Command command, Done done);
  // Events for a socket that was opened by this player, who has joined.
  net::SocketEvents attach(std::shared_ptr<net::Socket> socket, std::string player);

  // The arena of one team; empty team: the player's own. Only its own players may look before the end.
  void view(std::string player, std::string team, std::function<void(Result<ArenaView>)> done);
  // Every arena, for what the server itself does with them; nothing before the match runs.
  struct TeamPicture {
    std::string team, name;
    ArenaView view;
    bool finished = false;  // its system stands still for good
  };
  void pictures(std::function<void(std::vector<TeamPicture>)> done);
  // The match as it was at this time; after the end only.
  void replay(std::string team, Duration at, std::function<void(Result<out::Snapshot>)> done);
  // A look at the match on the strand, during the call only; null while it is being recovered.
  void look(std::function<void(const match::Match*)> done);

  const Info& info() const { return info_; }
  const scenario::Incident& incident() const { return *incident_; }
  match::Phase phase() const { return phase_.load(); }
  // Match time for the store's clock checkpoint; nothing when the clock stands.
  std::optional<Duration> running_clock() const;
  bool has_clients() const { return has_clients_.load(); }
  bool is_closed() const { return is_closed_.load(); }
  bool result_saved() const { return result_saved_.load(); }
  // Since when nobody is connected.
  std::chrono::steady_clock::time_point idle_since() const { return idle_since_.load(); }

 private:
  using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;
  struct Client {
    std::shared_ptr<net::Socket> socket;
    std::string player;
    std::string audience;
    std::optional<in::Hello> hello;  // said before the match was there
    bool greeted = false;
  };
  struct Audience {
    Stream stream;
    match::ArenaCursor cursor;
  };
  struct Waiting {
    std::string player;
    match::Command command;
    Done done;
  };
  using ClientPtr = std::shared_ptr<Client>;

  // room.cpp
  void ready(match::Match match);
  void start_is_here(SharedStart start);
  void pump();
  void written(const match::Entry& entry, const Done& done, const Result<void>& durable);
  void after(const match::Entry& entry);
  Duration clock_now() const;
  void set_clock(bool running);
  void run_clock_to_now();
  void schedule_tick();
  void tick();
  void schedule_briefing_end();
  void wait_for_briefing(std::chrono::seconds time);
  void begin_running_if_due();
  void finish();
  void save_result(std::string json, std::vector<store::ResultRow> rows);

  // room_views.cpp
  ArenaView view_of(const std::string& team, const match::Arena& arena);
  void next_replay();
  Result<out::Snapshot> replayed(const std::string& team, Duration at);

  // room_clients.cpp
  void on_text(const ClientPtr& client, const std::string& text);
  void on_frame(const ClientPtr& client, in::Frame frame);
  void on_hello(const ClientPtr& client, const in::Hello& hello);
  void on_preview(const ClientPtr& client, const in::PreviewAction& request);
  void send_error(const ClientPtr& client, std::optional<std::int64_t> id, const Error& error);
  void detach(const ClientPtr& client);
  void publish();
  void send_snapshot(const ClientPtr& client);
  void send_all(const std::string& audience, const net::Frame& frame);
  void new_streams();
  Audience& audience_of(const std::string& key);
  std::string audience_key(std::string_view player) const;
  out::Snapshot snapshot_for(const Client& client);
  std::vector<out::Player> players_out(const std::vector<match::Player>& players) const;
  std::vector<out::Team> teams_out(const std::string& audience) const;
  std::int64_t countdown_ms() const;

  RoomServices& services_;
  Info info_;
  SharedIncident incident_;
  Strand strand_;
  boost::asio::steady_timer tick_timer_, briefing_timer_;

  std::optional<match::Match> match_;  // none until recovered
  SharedStart start_;
  bool writing_ = false, closed_ = false, begin_submitted_ = false, end_submitted_ = false;
  bool briefing_over_ = false;
  std::deque<Waiting> waiting_;

  bool clock_running_ = false;
  std::chrono::steady_clock::time_point clock_base_;
  Duration clock_at_base_{0};
  std::chrono::steady_clock::time_point briefing_ends_;

  std::vector<ClientPtr> clients_;
  std::map<std::string, Audience> audiences_;  // by team id; "" for those without a team
  match::MatchCursor cursor_;
  std::map<std::string, int, std::less<>> online_;  // sockets of each player
  std::vector<std::string> presence_changed_;

  struct Picture {  // shared by all queries of one moment
    std::shared_ptr<const telemetry::Telemetry> telemetry;
    Duration at{0};
    std::int64_t tool_epoch_ms = 0;  // the last one that was given out
  };
  std::map<std::string, Picture> pictures_;  // by team
  std::vector<match::Entry> log_;            // as it is in the store

  struct ReplayAsked {
    std::string team;
    Duration at{0};
    std::function<void(Result<out::Snapshot>)> done;
  };
  std::deque<ReplayAsked> replays_;
  bool replaying_ = false;
  std::unique_ptr<match::Replay> replay_;  // used by one worker at a time, while replaying_

  std::function<void()> opened_;

  std::atomic<match::Phase> phase_{match::Phase::kLobby};
  std::atomic<std::int64_t> checkpoint_us_{-1};
  std::atomic<bool> has_clients_{false}, is_closed_{false}, result_saved_{false};
  std::atomic<std::chrono::steady_clock::time_point> idle_since_;
};

}  // namespace incident::api
