#include "store/sqlite/migrations.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "base/hash.h"
#include "base/log.h"

namespace incident::store {
namespace {

std::string checksum_of(std::string_view sql) {
  std::array<char, 20> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash_text(sql)));
  return {text.data(), static_cast<std::size_t>(n)};
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Result<void> check_applied(Database& database, std::span<const Migration> migrations,
                           std::map<std::int64_t, std::string>& applied) {
  Query query = database.query("SELECT version, checksum FROM schema_migrations ORDER BY version");
  while (query.step()) applied.emplace(query.integer(0), query.text(1));
  if (query.failed()) return database.error();
  for (const Migration& migration : migrations) {
    const auto found = applied.find(migration.version);
    if (found != applied.end() && found->second != checksum_of(migration.sql)) {
      return Error{ErrorCode::kFailedPrecondition,
                   "The database was made with another text of migration " + std::string(migration.name) +
                       ". Run the program that made it, or choose another DATA_DIR.",
                   std::string(migration.name)};
    }
  }
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (!applied.empty() && applied.rbegin()->first > newest) {
    return Error{ErrorCode::kFailedPrecondition,
                 "The database is of version " + std::to_string(applied.rbegin()->first) +
                     ", and this program knows up to " + std::to_string(newest) +
                     ". Run a newer program, or choose another DATA_DIR.",
                 "schema_migrations"};
  }
  return {};
}

Result<void> apply(Database& database, const Migration& migration) {
  if (const auto done = database.execute(std::string(migration.sql)); !done) {
    Error error = done.error();
    error.at = migration.name;
    return error;
  }
  log::info("store", "migration applied", {{"name", migration.name}});
  return database
      .query("INSERT INTO schema_migrations (version, name, checksum, applied_ms) VALUES (?, ?, ?, ?)")
      .bind(std::int64_t{migration.version}, migration.name, checksum_of(migration.sql), now_ms())
      .run();
}

Result<void> migrate_inside(Database& database, std::span<const Migration> migrations) {
  auto table = database.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
      "checksum TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT");
  if (!table) return table;
  std::map<std::int64_t, std::string> applied;
  if (auto checked = check_applied(database, migrations, applied); !checked) return checked;
  for (const Migration& migration : migrations) {
    if (applied.count(migration.version) != 0) continue;
    if (auto done = apply(database, migration); !done) return done;
  }
  return {};
}

}  // namespace

Result<void> migrate(Database& database, std::span<const Migration> migrations) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = migrate_inside(database, migrations);
  if (!done) {
    static_cast<void>(database.execute("ROLLBACK"));
    return done;
  }
  return database.execute("COMMIT");
}

}  // namespace incident::store
