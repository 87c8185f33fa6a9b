// Reading and writing of rows, without threads or transactions: what SqliteStore runs inside them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace incident::store::rows {

Result<void> insert_player(Database& database, const PlayerRow& player);
Result<void> set_handle(Database& database, std::string_view player, std::string_view handle);
Result<PlayerRow> player_by_id(Database& database, std::string_view id);
Result<PlayerRow> player_by_token(Database& database, std::string_view token_hash);

Result<void> insert_match(Database& database, const MatchRow& match);
Result<void> set_state(Database& database, std::string_view match, std::string_view state,
                       std::optional<std::int64_t> ended_ms);
Result<void> set_options(Database& database, std::string_view match, std::string_view options_json);
Result<void> set_clocks(Database& database, const std::vector<MatchClock>& clocks);
Result<void> insert_match_player(Database& database, std::string_view match, std::string_view player);
Result<MatchRow> match_by_id(Database& database, std::string_view id);
Result<MatchRow> match_by_code(Database& database, std::string_view code);
Result<std::vector<MatchRow>> open_matches(Database& database);
Result<std::vector<MatchRow>> matches_of_player(Database& database, std::string_view player,
                                                std::size_t limit);
Result<std::vector<PlayerRow>> players_of_match(Database& database, std::string_view match);

Result<void> insert_entry(Database& database, std::string_view match, const LogEntry& entry);
Result<std::vector<LogEntry>> log_of(Database& database, std::string_view match);

Result<void> insert_result(Database& database, std::string_view match, std::string_view result_json,
                           const std::vector<ResultRow>& teams, std::int64_t ended_ms);
Result<std::string> result_of(Database& database, std::string_view match);
Result<std::vector<BoardEntry>> board(Database& database, std::string_view incident, std::size_t limit,
                                      std::size_t offset);
Result<std::map<std::string, std::int64_t>> best_of(Database& database, std::string_view player);
Result<std::map<std::string, std::int64_t>> scores_of(Database& database, std::string_view player,
                                                      std::size_t limit);
Result<std::map<std::string, IncidentCount>> counts(Database& database);

Result<void> insert_access_token(Database& database, const AccessTokenRow& token, std::size_t most);
Result<AccessTokenRow> access_token(Database& database, std::string_view id);
Result<std::vector<AccessTokenRow>> access_tokens(Database& database, std::string_view match,
                                                  std::string_view player);
Result<void> delete_access_token(Database& database, std::string_view match, std::string_view player,
                                 std::string_view id);

}  // namespace incident::store::rows
