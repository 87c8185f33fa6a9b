#include <charconv>

#include "store/limits.h"
#include "store/sqlite/rows.h"

namespace incident::store::rows {
namespace {

// An update that hits nothing is the caller's mistake, and silence would hide it.
Result<void> one_row(Database& database, Query& query, const char* what) {
  if (auto done = query.run(); !done) return done;
  if (database.changes() == 0) return not_found(std::string("There is no such ") + what + ".");
  return {};
}

PlayerRow read_player(const Query& query) {
  return {.id = query.text(0),
          .handle = query.text(1),
          .token_hash = query.text(2),
          .created_ms = query.integer(3)};
}

Result<PlayerRow> one_player(Database& database, Query& query) {
  if (query.step()) return read_player(query);
  if (query.failed()) return database.error();
  return not_found("There is no such player.");
}

MatchRow read_match(const Query& query) {
  MatchRow match;
  match.id = query.text(0);
  match.code = query.text(1);
  match.incident = query.text(2);
  match.incident_version = query.text(3);
  match.mode = query.text(4);
  const std::string seed = query.text(5);
  std::from_chars(seed.data(), seed.data() + seed.size(), match.seed);
  match.time_scale = query.integer(6);
  match.host = query.text(7);
  match.state = query.text(8);
  match.ranked = query.integer(9) != 0;
  match.options_json = query.text(10);
  match.created_ms = query.integer(11);
  if (!query.is_null(12)) match.ended_ms = query.integer(12);
  match.clock_us = query.integer(13);
  return match;
}

Result<MatchRow> one_match(Database& database, Query& query) {
  if (query.step()) return read_match(query);
  if (query.failed()) return database.error();
  return not_found("There is no such match.");
}

Result<std::vector<MatchRow>> all_matches(Database& database, Query& query) {
  std::vector<MatchRow> out;
  while (query.step()) out.push_back(read_match(query));
  if (query.failed()) return database.error();
  return out;
}

}  // namespace

#define MATCH_COLUMNS                                                                           \
  "matches.id, code, incident, incident_version, mode, seed, time_scale, host, state, ranked, " \
  "options_json, "                                                                              \
  "matches.created_ms, ended_ms, clock_us"

Result<void> insert_player(Database& database, const PlayerRow& player) {
  return database.query("INSERT INTO players (id, handle, token_hash, created_ms) VALUES (?, ?, ?, ?)")
      .bind(player.id, player.handle, player.token_hash, player.created_ms)
      .run();
}

Result<void> set_handle(Database& database, std::string_view player, std::string_view handle) {
  Query query = database.query("UPDATE players SET handle = ? WHERE id = ?");
  return one_row(database, query.bind(handle, player), "player");
}

Result<PlayerRow> player_by_id(Database& database, std::string_view id) {
  Query query = database.query("SELECT id, handle, token_hash, created_ms FROM players WHERE id = ?");
  return one_player(database, query.bind(id));
}

Result<PlayerRow> player_by_token(Database& database, std::string_view token_hash) {
  Query query = database.query("SELECT id, handle, token_hash, created_ms FROM players WHERE token_hash = ?");
  return one_player(database, query.bind(token_hash));
}

Result<void> insert_match(Database& database, const MatchRow& match) {
  return database
      .query(
          "INSERT INTO matches (id, code, incident, incident_version, mode, seed, time_scale, host, state, "
          "ranked, "
          "options_json, created_ms, ended_ms, clock_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(match.id, match.code, match.incident, match.incident_version, match.mode,
            std::to_string(match.seed), match.time_scale, match.host, match.state, match.ranked,
            match.options_json, match.created_ms, match.ended_ms, match.clock_us)
      .run();
}

Result<void> set_state(Database& database, std::string_view match, std::string_view state,
                       std::optional<std::int64_t> ended_ms) {
  Query query = database.query("UPDATE matches SET state = ?, ended_ms = coalesce(?, ended_ms) WHERE id = ?");
  return one_row(database, query.bind(state, ended_ms, match), "match");
}

Result<void> set_options(Database& database, std::string_view match, std::string_view options_json) {
  Query query = database.query("UPDATE matches SET options_json = ? WHERE id = ?");
  return one_row(database, query.bind(options_json, match), "match");
}

Result<void> set_clocks(Database& database, const std::vector<MatchClock>& clocks) {
  for (const MatchClock& clock : clocks) {
    // A clock never runs back, whatever order checkpoints come in.
    auto done = database.query("UPDATE matches SET clock_us = max(clock_us, ?) WHERE id = ?")
                    .bind(clock.time_us, clock.match)
                    .run();
    if (!done) return done;
  }
  return {};
}

Result<void> insert_match_player(Database& database, std::string_view match, std::string_view player) {
  return database.query("INSERT INTO match_players (match, player) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .bind(match, player)
      .run();
}

Result<MatchRow> match_by_id(Database& database, std::string_view id) {
  Query query = database.query("SELECT " MATCH_COLUMNS " FROM matches WHERE id = ?");
  return one_match(database, query.bind(id));
}

Result<MatchRow> match_by_code(Database& database, std::string_view code) {
  Query query =
      database.query("SELECT " MATCH_COLUMNS
                     " FROM matches WHERE code = ? ORDER BY state = 'ended', created_ms DESC LIMIT 1");
  return one_match(database, query.bind(code));
}

Result<std::vector<MatchRow>> open_matches(Database& database) {
  Query query =
      database.query("SELECT " MATCH_COLUMNS " FROM matches WHERE state <> 'ended' ORDER BY created_ms, id");
  return all_matches(database, query);
}

Result<std::vector<MatchRow>> matches_of_player(Database& database, std::string_view player,
                                                std::size_t limit) {
  Query query = database.query("SELECT " MATCH_COLUMNS
                               " FROM match_players JOIN matches ON matches.id = match_players.match "
                               "WHERE player = ? ORDER BY matches.created_ms DESC, matches.id LIMIT ?");
  query.bind(player, static_cast<std::int64_t>(std::min(limit, kPlayerMatchesMax)));
  return all_matches(database, query);
}

Result<std::vector<PlayerRow>> players_of_match(Database& database, std::string_view match) {
  Query query = database.query(
      "SELECT id, handle, token_hash, created_ms FROM match_players JOIN players ON players.id = player "
      "WHERE match = ? ORDER BY created_ms, id");
  query.bind(match);
  std::vector<PlayerRow> out;
  while (query.step()) out.push_back(read_player(query));
  if (query.failed()) return database.error();
  return out;
}

Result<void> insert_entry(Database& database, std::string_view match, const LogEntry& entry) {
  return database
      .query("INSERT INTO match_log (match, number, time_us, player, payload_json) VALUES (?, ?, ?, ?, ?)")
      .bind(match, entry.number, entry.time_us, entry.player, entry.payload_json)
      .run();
}

Result<std::vector<LogEntry>> log_of(Database& database, std::string_view match) {
  Query query = database.query(
      "SELECT number, time_us, player, payload_json FROM match_log WHERE match = ? ORDER BY number");
  query.bind(match);
  std::vector<LogEntry> out;
  while (query.step()) out.push_back({query.integer(0), query.integer(1), query.text(2), query.text(3)});
  if (query.failed()) return database.error();
  return out;
}

}  // namespace incident::store::rows
