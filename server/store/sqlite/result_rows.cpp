#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/limits.h"
#include "store/sqlite/rows.h"

namespace incident::store::rows {
namespace {

using nlohmann::json;

std::string to_json(const std::vector<std::string>& texts) {
  return json(texts).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> from_json(const std::string& text) {
  const json parsed = json::parse(text, nullptr, false);
  std::vector<std::string> out;
  if (!parsed.is_array()) return out;
  for (const json& item : parsed) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

// A team on a board is its name and its players, in whatever order they joined.
std::string team_key(const ResultRow& row) {
  std::vector<std::string> parts = row.player_ids;
  std::sort(parts.begin(), parts.end());
  parts.insert(parts.begin(), row.team_name);
  return to_json(parts);
}

Result<void> insert_team(Database& database, const ResultRow& row) {
  return database
      .query(
          "INSERT INTO team_results (match, team, team_name, players_json, handles_json, incident, mode, "
          "score, "
          "mitigation, diagnosis, conduct, solved, harm, seconds, changes, ended_ms) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(row.match, row.team_id, row.team_name, to_json(row.player_ids), to_json(row.handles),
            row.incident, row.mode, row.score, row.mitigation, row.diagnosis, row.conduct, row.solved,
            row.harm, row.seconds, row.changes, row.ended_ms)
      .run();
}

Result<void> update_board(Database& database, const ResultRow& row) {
  return database
      .query(
          "INSERT INTO board (incident, team_key, score, harm, changes, ended_ms, match, team) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (incident, team_key) DO UPDATE SET score = "
          "excluded.score, "
          "harm = excluded.harm, changes = excluded.changes, ended_ms = excluded.ended_ms, match = "
          "excluded.match, "
          "team = excluded.team WHERE (-excluded.score, excluded.harm, excluded.changes, excluded.ended_ms) "
          "< "
          "(-board.score, board.harm, board.changes, board.ended_ms)")
      .bind(row.incident, team_key(row), row.score, row.harm, row.changes, row.ended_ms, row.match,
            row.team_id)
      .run();
}

Result<void> update_summaries(Database& database, const ResultRow& row) {
  for (const std::string& player : row.player_ids) {
    auto done = database
                    .query(
                        "INSERT INTO player_best (player, incident, score) VALUES (?, ?, ?) ON CONFLICT "
                        "(player, incident) DO UPDATE SET score = max(score, excluded.score)")
                    .bind(player, row.incident, row.score)
                    .run();
    if (!done) return done;
  }
  return database
      .query(
          "INSERT INTO incident_counts (incident, played, solved) VALUES (?, 1, ?) ON CONFLICT (incident) DO "
          "UPDATE "
          "SET played = played + 1, solved = solved + excluded.solved")
      .bind(row.incident, row.solved)
      .run();
}

ResultRow read_row(const Query& query) {
  ResultRow row;
  row.match = query.text(0);
  row.team_id = query.text(1);
  row.team_name = query.text(2);
  row.player_ids = from_json(query.text(3));
  row.handles = from_json(query.text(4));
  row.incident = query.text(5);
  row.mode = query.text(6);
  row.score = query.integer(7);
  row.mitigation = query.integer(8);
  row.diagnosis = query.integer(9);
  row.conduct = query.integer(10);
  row.solved = query.integer(11) != 0;
  row.harm = query.integer(12);
  row.seconds = query.real(13);
  row.changes = query.integer(14);
  row.ended_ms = query.integer(15);
  return row;
}

bool same_standing(const ResultRow& a, const ResultRow& b) {
  return a.score == b.score && a.harm == b.harm && a.changes == b.changes && a.ended_ms == b.ended_ms;
}

// How many rows of the board stand strictly before this one.
Result<std::int64_t> rows_before(Database& database, const ResultRow& row) {
  Query query = database.query(
      "SELECT count(*) FROM board WHERE incident = ?1 AND score >= ?2 AND "
      "(-score, harm, changes, ended_ms) < (-?2, ?3, ?4, ?5)");
  query.bind(row.incident, row.score, row.harm, row.changes, row.ended_ms);
  if (!query.step()) return database.error();
  return query.integer(0);
}

}  // namespace

Result<void> insert_result(Database& database, std::string_view match, std::string_view result_json,
                           const std::vector<ResultRow>& teams, std::int64_t ended_ms) {
  const auto found = match_by_id(database, match);
  if (!found) return found.error();
  auto stored =
      database.query("INSERT INTO results (match, result_json) VALUES (?, ?)").bind(match, result_json).run();
  if (!stored) return stored;
  for (const ResultRow& team : teams) {
    ResultRow row = team;
    row.match = match;
    if (auto done = insert_team(database, row); !done) return done;
    if (auto done = update_summaries(database, row); !done) return done;
    if (!found->ranked) continue;
    if (auto done = update_board(database, row); !done) return done;
  }
  return set_state(database, match, kEnded, ended_ms);
}

Result<std::string> result_of(Database& database, std::string_view match) {
  Query query = database.query("SELECT result_json FROM results WHERE match = ?");
  query.bind(match);
  if (query.step()) return query.text(0);
  if (query.failed()) return database.error();
  return not_found("There is no result for this match yet.");
}

Result<std::vector<BoardEntry>> board(Database& database, std::string_view incident, std::size_t limit,
                                      std::size_t offset) {
  std::vector<BoardEntry> out;
  {
    Query query = database.query(
        "SELECT r.match, r.team, team_name, players_json, handles_json, r.incident, mode, r.score, "
        "mitigation, "
        "diagnosis, conduct, solved, r.harm, seconds, r.changes, r.ended_ms FROM (SELECT * FROM board WHERE "
        "incident = ? ORDER BY score DESC, harm, changes, ended_ms, match, team LIMIT ? OFFSET ?) AS b "
        "JOIN team_results AS r ON r.match = b.match AND r.team = b.team "
        "ORDER BY b.score DESC, b.harm, b.changes, b.ended_ms, b.match, b.team");
    query.bind(incident, static_cast<std::int64_t>(std::min(limit, kBoardRowsMax)),
               static_cast<std::int64_t>(offset));
    while (query.step()) {
      const auto place = static_cast<std::int64_t>(offset + out.size()) + 1;
      out.push_back({place, read_row(query)});
    }
    if (query.failed()) return database.error();
  }
  if (out.empty()) return out;
  // The page's first row may share its rank with rows of the page before.
  if (offset > 0) {
    const auto before = rows_before(database, out.front().result);
    if (!before) return before.error();
    out.front().rank = *before + 1;
  }
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (same_standing(out[i - 1].result, out[i].result)) out[i].rank = out[i - 1].rank;
  }
  return out;
}

Result<std::map<std::string, std::int64_t>> best_of(Database& database, std::string_view player) {
  Query query = database.query("SELECT incident, score FROM player_best WHERE player = ?");
  query.bind(player);
  std::map<std::string, std::int64_t> out;
  while (query.step()) out.emplace(query.text(0), query.integer(1));
  if (query.failed()) return database.error();
  return out;
}

Result<std::map<std::string, std::int64_t>> scores_of(Database& database, std::string_view player,
                                                      std::size_t limit) {
  Query query = database.query(
      "SELECT r.match, r.score FROM match_players AS p JOIN team_results AS r ON r.match = p.match "
      "WHERE p.player = ?1 AND EXISTS (SELECT 1 FROM json_each(r.players_json) WHERE value = ?1) "
      "ORDER BY r.ended_ms DESC LIMIT ?2");
  query.bind(player, static_cast<std::int64_t>(std::min(limit, kPlayerMatchesMax)));
  std::map<std::string, std::int64_t> out;
  while (query.step()) out.emplace(query.text(0), query.integer(1));
  if (query.failed()) return database.error();
  return out;
}

Result<std::map<std::string, IncidentCount>> counts(Database& database) {
  Query query = database.query("SELECT incident, played, solved FROM incident_counts");
  std::map<std::string, IncidentCount> out;
  while (query.step()) out.emplace(query.text(0), IncidentCount{query.integer(1), query.integer(2)});
  if (query.failed()) return database.error();
  return out;
}

}  // namespace incident::store::rows
