// What must outlive the process: players, matches with their seed and command log, results and boards. The
// one seam to a database; match logs and results are opaque JSON texts here. Times named _ms are wall-clock
// milliseconds since 1970, those named _us simulated microseconds.
//
// Writes are queued and return at once; `done` runs on the store's own thread after the write is durable (or
// has failed), in the order of the calls, and must not block: post it to where it belongs. Writes that wait
// together are committed together. Reads are synchronous, see every write whose `done` has run, and take
// well under a millisecond but for whole logs. All functions may be called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace incident::store {

using Done = std::function<void(Result<void>)>;

struct PlayerRow {
  std::string id;
  std::string handle;      // not unique: guests choose freely
  std::string token_hash;  // see token.h; the token itself is never stored
  std::int64_t created_ms = 0;
};

struct MatchRow {
  std::string id;
  std::string code;  // what players type to join; unique among matches that have not ended
  std::string incident;
  std::string incident_version;  // hash of the scenario file, so that a replay uses the same one
  std::string mode;              // practice, race, ...
  std::uint64_t seed = 0;
  std::int64_t time_scale = 1;
  std::string host;             // player id
  std::string state = "lobby";  // the match room's name for it; "ended" is the only one known here
  bool ranked = false;          // its results go to the board
  std::string options_json = "{}";
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> ended_ms;
  std::int64_t clock_us = 0;  // last checkpoint
};
inline constexpr std::string_view kEnded = "ended";

struct MatchClock {
  std::string match;
  std::int64_t time_us = 0;
};

struct LogEntry {
  std::int64_t number = 0;  // of the match, from 0 or 1 on as the match room counts
  std::int64_t time_us = 0;
  std::string player;  // empty: the server itself
  std::string payload_json;
};

// One team's result, with what a board shows of it.
struct ResultRow {
  std::string match;
  std::string team_id, team_name;
  std::vector<std::string> player_ids;
  std::vector<std::string> handles;  // as they were then, in the order of player_ids
  std::string incident, mode;
  std::int64_t score = 0, mitigation = 0, diagnosis = 0, conduct = 0;
  bool solved = false;
  std::int64_t harm = 0;  // weighted requests
  double seconds = 0;     // simulated, from the page to the end
  std::int64_t changes = 0;
  std::int64_t ended_ms = 0;
};

struct BoardEntry {
  std::int64_t rank = 0;  // 1 is the best; equal rows share a rank
  ResultRow result;
};

struct IncidentCount {
  std::int64_t played = 0, solved = 0;  // results of teams, practice included
};

// Since the start.
struct StoreStats {
  std::uint64_t commits = 0, writes = 0, failed = 0;  // failed: writes whose whole group was undone
  std::uint64_t queued = 0;                           // now
  double commit_seconds = 0;
  bool last_failed = false;  // the last commit: full disk, or worse
};

// A token for the doors of one team's arena, which a player made for tools of their own. It is known by its
// id, which is no secret; deleting it is revoking it.
struct AccessTokenRow {
  std::string id;
  std::string token_hash;  // see token.h
  std::string player, match, team;
  std::string name;  // the player's word for it: "Grafana"
  std::int64_t created_ms = 0;
  // Read with it, not written.
  std::string handle;        // the player's
  bool match_ended = false;  // it opens nothing any more
};

class Store {
 public:
  virtual ~Store() = default;  // writes all that is queued, then closes

  // --- players; create fails with kAlreadyExists when the id or token is taken
  virtual void create_player(PlayerRow player, Done done) = 0;
  virtual Result<PlayerRow> find_player(std::string_view id) = 0;
  virtual Result<PlayerRow> find_player_by_token(std::string_view token_hash) = 0;
  virtual void set_handle(std::string player, std::string handle, Done done) = 0;

  // --- matches; create fails with kAlreadyExists when the id, or the code of an open match, is taken
  virtual void create_match(MatchRow match, Done done) = 0;
  virtual void set_match_state(std::string match, std::string state, std::optional<std::int64_t> ended_ms,
                               Done done) = 0;
  virtual void set_match_options(std::string match, std::string options_json, Done done) = 0;
  virtual void set_match_clocks(std::vector<MatchClock> clocks, Done done) = 0;
  virtual void add_match_player(std::string match, std::string player, Done done) = 0;  // twice is once
  virtual Result<MatchRow> find_match(std::string_view id) = 0;
  // The open match of that code, or else the last one that had it.
  virtual Result<MatchRow> find_match_by_code(std::string_view code) = 0;
  virtual Result<std::vector<MatchRow>> open_matches() = 0;  // all that have not ended, oldest first
  virtual Result<std::vector<MatchRow>> matches_of_player(std::string_view player, std::size_t limit) = 0;
  virtual Result<std::vector<PlayerRow>> players_of_match(std::string_view match) = 0;

  // --- command log; a number twice fails with kAlreadyExists
  virtual void append(std::string match, LogEntry entry, Done done) = 0;
  virtual Result<std::vector<LogEntry>> read_log(std::string_view match) = 0;

  // --- results; saving also ends the match, all or nothing; a second time fails with kAlreadyExists
  virtual void save_result(std::string match, std::string result_json, std::vector<ResultRow> teams,
                           std::int64_t ended_ms, Done done) = 0;
  virtual Result<std::string> find_result(std::string_view match) = 0;
  // Best ranked result of each team (its name and players), best first. Ties: less harm, fewer changes,
  // earlier.
  virtual Result<std::vector<BoardEntry>> board(std::string_view incident, std::size_t limit,
                                                std::size_t offset) = 0;
  virtual Result<std::map<std::string, std::int64_t>> player_best(
      std::string_view player) = 0;  // by incident
  virtual Result<std::map<std::string, IncidentCount>> incident_counts() = 0;
  // By match, the score of the team that this player was in: the newest `limit` results.
  virtual Result<std::map<std::string, std::int64_t>> player_scores(std::string_view player,
                                                                    std::size_t limit) = 0;

  virtual StoreStats stats() const = 0;
  // --- access tokens; create fails with kResourceExhausted when the player has `most` of them in this match
  virtual void create_access_token(AccessTokenRow token, std::size_t most, Done done) = 0;
  virtual Result<AccessTokenRow> find_access_token(std::string_view id) = 0;
  virtual Result<std::vector<AccessTokenRow>> access_tokens(std::string_view match,
                                                            std::string_view player) = 0;  // oldest first
  // kNotFound when this player has none of that id in this match.
  virtual void delete_access_token(std::string match, std::string player, std::string id, Done done) = 0;

  // A whole, consistent copy while the store is in use. Blocks; not for I/O threads. `to` must not exist.
  virtual Result<void> backup(const std::filesystem::path& to) = 0;
};

}  // namespace incident::store
