#include "store/sqlite/rows.h"

namespace incident::store::rows {
namespace {

AccessTokenRow read_token(const Query& query) {
  return {.id = query.text(0),
          .token_hash = query.text(1),
          .player = query.text(2),
          .match = query.text(3),
          .team = query.text(4),
          .name = query.text(5),
          .created_ms = query.integer(6),
          .handle = query.text(7),
          .match_ended = query.text(8) == kEnded};
}

}  // namespace

#define TOKENS                                                                                   \
  "SELECT t.id, t.token_hash, t.player, t.match, t.team, t.name, t.created_ms, players.handle, " \
  "matches.state FROM access_tokens AS t JOIN players ON players.id = t.player JOIN matches ON " \
  "matches.id = t.match "

Result<void> insert_access_token(Database& database, const AccessTokenRow& token, std::size_t most) {
  {
    // Writes come one after the other, so nobody slips in between the count and the row.
    Query count = database.query("SELECT count(*) FROM access_tokens WHERE match = ? AND player = ?");
    count.bind(token.match, token.player);
    if (!count.step()) return database.error();
    if (count.integer(0) >= static_cast<std::int64_t>(most)) {
      return Error{ErrorCode::kResourceExhausted,
                   "You have " + std::to_string(most) +
                       " tokens in this match, which is the most. Please revoke one first.",
                   {}};
    }
  }
  return database
      .query(
          "INSERT INTO access_tokens (id, token_hash, player, match, team, name, created_ms) VALUES (?, ?, "
          "?, ?, ?, ?, ?)")
      .bind(token.id, token.token_hash, token.player, token.match, token.team, token.name, token.created_ms)
      .run();
}

Result<AccessTokenRow> access_token(Database& database, std::string_view id) {
  Query query = database.query(TOKENS "WHERE t.id = ?");
  query.bind(id);
  if (query.step()) return read_token(query);
  if (query.failed()) return database.error();
  return not_found("There is no such token.");
}

Result<std::vector<AccessTokenRow>> access_tokens(Database& database, std::string_view match,
                                                  std::string_view player) {
  Query query = database.query(TOKENS "WHERE t.match = ? AND t.player = ? ORDER BY t.created_ms, t.id");
  query.bind(match, player);
  std::vector<AccessTokenRow> out;
  while (query.step()) out.push_back(read_token(query));
  if (query.failed()) return database.error();
  return out;
}

Result<void> delete_access_token(Database& database, std::string_view match, std::string_view player,
                                 std::string_view id) {
  auto done = database.query("DELETE FROM access_tokens WHERE match = ? AND player = ? AND id = ?")
                  .bind(match, player, id)
                  .run();
  if (!done) return done;
  if (database.changes() == 0) return not_found("You have no such token in this match.");
  return {};
}

}  // namespace incident::store::rows
