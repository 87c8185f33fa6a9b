#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>
#include <type_traits>
#include <utility>

#include "base/log.h"
#include "store/limits.h"
#include "store/sqlite/lock_file.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

namespace incident::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "incident.db";

class SqliteStore final : public Store {
 public:
  SqliteStore(fs::path data_dir, std::unique_ptr<LockFile> lock, std::unique_ptr<Database> writer,
              std::unique_ptr<Database> reader)
      : data_dir_(std::move(data_dir)),
        lock_(std::move(lock)),
        reader_(std::move(reader)),
        writer_(std::move(writer)) {}

  void create_player(PlayerRow player, Done done) override {
    write([player = std::move(player)](Database& db) { return rows::insert_player(db, player); },
          std::move(done));
  }
  Result<PlayerRow> find_player(std::string_view id) override {
    return read([&](Database& db) { return rows::player_by_id(db, id); });
  }
  Result<PlayerRow> find_player_by_token(std::string_view token_hash) override {
    return read([&](Database& db) { return rows::player_by_token(db, token_hash); });
  }
  void set_handle(std::string player, std::string handle, Done done) override {
    write([player = std::move(player),
           handle = std::move(handle)](Database& db) { return rows::set_handle(db, player, handle); },
          std::move(done));
  }

  void create_match(MatchRow match, Done done) override {
    write([match = std::move(match)](Database& db) { return rows::insert_match(db, match); },
          std::move(done));
  }
  void set_match_state(std::string match, std::string state, std::optional<std::int64_t> ended_ms,
                       Done done) override {
    write([match = std::move(match), state = std::move(state),
           ended_ms](Database& db) { return rows::set_state(db, match, state, ended_ms); },
          std::move(done));
  }
  void set_match_options(std::string match, std::string options_json, Done done) override {
    write([match = std::move(match),
           options = std::move(options_json)](Database& db) { return rows::set_options(db, match, options); },
          std::move(done));
  }
  void set_match_clocks(std::vector<MatchClock> clocks, Done done) override {
    write([clocks = std::move(clocks)](Database& db) { return rows::set_clocks(db, clocks); },
          std::move(done));
  }
  void add_match_player(std::string match, std::string player, Done done) override {
    write([match = std::move(match),
           player = std::move(player)](Database& db) { return rows::insert_match_player(db, match, player); },
          std::move(done));
  }
  Result<MatchRow> find_match(std::string_view id) override {
    return read([&](Database& db) { return rows::match_by_id(db, id); });
  }
  Result<MatchRow> find_match_by_code(std::string_view code) override {
    return read([&](Database& db) { return rows::match_by_code(db, code); });
  }
  Result<std::vector<MatchRow>> open_matches() override {
    return read([](Database& db) { return rows::open_matches(db); });
  }
  Result<std::vector<MatchRow>> matches_of_player(std::string_view player, std::size_t limit) override {
    return read([&](Database& db) { return rows::matches_of_player(db, player, limit); });
  }
  Result<std::vector<PlayerRow>> players_of_match(std::string_view match) override {
    return read([&](Database& db) { return rows::players_of_match(db, match); });
  }

  void append(std::string match, LogEntry entry, Done done) override {
    write([match = std::move(match),
           entry = std::move(entry)](Database& db) { return rows::insert_entry(db, match, entry); },
          std::move(done));
  }
  Result<std::vector<LogEntry>> read_log(std::string_view match) override {
    return read([&](Database& db) { return rows::log_of(db, match); });
  }

  void save_result(std::string match, std::string result_json, std::vector<ResultRow> teams,
                   std::int64_t ended_ms, Done done) override {
    write([match = std::move(match), json = std::move(result_json), teams = std::move(teams),
           ended_ms](Database& db) { return rows::insert_result(db, match, json, teams, ended_ms); },
          std::move(done));
  }
  Result<std::string> find_result(std::string_view match) override {
    return read([&](Database& db) { return rows::result_of(db, match); });
  }
  Result<std::vector<BoardEntry>> board(std::string_view incident, std::size_t limit,
                                        std::size_t offset) override {
    return read([&](Database& db) { return rows::board(db, incident, limit, offset); });
  }
  Result<std::map<std::string, std::int64_t>> player_best(std::string_view player) override {
    return read([&](Database& db) { return rows::best_of(db, player); });
  }
  Result<std::map<std::string, std::int64_t>> player_scores(std::string_view player,
                                                            std::size_t limit) override {
    return read([&](Database& db) { return rows::scores_of(db, player, limit); });
  }
  Result<std::map<std::string, IncidentCount>> incident_counts() override {
    return read([](Database& db) { return rows::counts(db); });
  }
  StoreStats stats() const override { return writer_.stats(); }

  void create_access_token(AccessTokenRow token, std::size_t most, Done done) override {
    write(
        [token = std::move(token), most](Database& db) { return rows::insert_access_token(db, token, most); },
        std::move(done));
  }
  Result<AccessTokenRow> find_access_token(std::string_view id) override {
    return read([&](Database& db) { return rows::access_token(db, id); });
  }
  Result<std::vector<AccessTokenRow>> access_tokens(std::string_view match,
                                                    std::string_view player) override {
    return read([&](Database& db) { return rows::access_tokens(db, match, player); });
  }
  void delete_access_token(std::string match, std::string player, std::string id, Done done) override {
    write([match = std::move(match), player = std::move(player),
           id = std::move(id)](Database& db) { return rows::delete_access_token(db, match, player, id); },
          std::move(done));
  }

  Result<void> backup(const fs::path& to) override { return backup_sqlite(data_dir_, to); }

 private:
  void write(Writer::Work work, Done done) { writer_.post(std::move(work), std::move(done)); }
  template <class F>
  std::invoke_result_t<F, Database&> read(F f) {
    const std::lock_guard lock(read_mutex_);
    return f(*reader_);
  }

  fs::path data_dir_;
  std::unique_ptr<LockFile> lock_;
  std::mutex read_mutex_;
  std::unique_ptr<Database> reader_;
  Writer writer_;  // last: its end waits for what is queued
};

Result<void> check_for_damage(Database& database, const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error || bytes > kCheckedBytesMax) return {};
  Query query = database.query("PRAGMA quick_check(1)");
  if (!query.step()) return database.error();
  if (query.text(0) == "ok") return {};
  return Error{
      ErrorCode::kInternal,
      "The database file is damaged (" + query.text(0) +
          "). Stop the server, move the file away, and put a backup in its place with `incident restore`; "
          "or choose another DATA_DIR to begin anew.",
      file.string()};
}

Result<std::unique_ptr<Database>> open_for_writing(const fs::path& file) {
  auto database = Database::open(file, Database::Mode::kReadWrite);
  if (!database) return database;
  const auto set = (*database)->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema "
      "= OFF");
  if (!set) return set.error();
  if (const auto whole = check_for_damage(**database, file); !whole) return whole.error();
  if (const auto done = migrate(**database); !done) return done.error();
  return database;
}

Result<void> sync_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (synced) return {};
  return Error{ErrorCode::kUnavailable, "The file could not be written to the disk.", file.string()};
}

// Copies through SQLite, so that what still lies in a write-ahead log is in the copy.
Result<void> copy_database(const fs::path& from, const fs::path& to) {
  auto source = Database::open(from, Database::Mode::kReadOnly);
  if (!source) return source.error();
  auto target = Database::open(to, Database::Mode::kReadWrite);
  if (!target) return target.error();
  if (auto copied = (*source)->copy_into(**target); !copied) return copied;
  // One file is a backup; a write-ahead log beside it would be forgotten.
  if (auto set = (*target)->execute("PRAGMA journal_mode = DELETE"); !set) return set;
  target->reset();
  return sync_file(to);
}

Error cannot(const std::string& what, const fs::path& path, const std::error_code& error) {
  return {ErrorCode::kUnavailable, what + " (" + error.message() + ").", path.string()};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const fs::path& data_dir) {
  auto lock = LockFile::take(data_dir);
  if (!lock) return lock.error();
  const fs::path file = data_dir / kFileName;
  auto writer = open_for_writing(file);
  if (!writer) return writer.error();
  auto reader = Database::open(file, Database::Mode::kReadOnly);
  if (!reader) return reader.error();
  log::info("store", "database open", {{"file", file.string()}});
  return std::make_unique<SqliteStore>(data_dir, std::move(*lock), std::move(*writer), std::move(*reader));
}

Result<void> backup_sqlite(const fs::path& data_dir, const fs::path& to) {
  std::error_code error;
  if (fs::exists(to, error)) {
    return Error{ErrorCode::kAlreadyExists, "This file exists; choose another name for the backup.",
                 to.string()};
  }
  const fs::path part = to.string() + ".part";
  fs::remove(part, error);
  if (auto copied = copy_database(data_dir / kFileName, part); !copied) {
    fs::remove(part, error);
    return copied;
  }
  // The name appears only when the copy is whole.
  fs::rename(part, to, error);
  if (error) return cannot("The backup cannot be given its name", to, error);
  return {};
}

Result<void> restore_sqlite(const fs::path& data_dir, const fs::path& from) {
  auto lock = LockFile::take(data_dir);
  if (!lock) return lock.error();
  const fs::path file = data_dir / kFileName;
  const fs::path part = file.string() + ".part";
  std::error_code error;
  fs::remove(part, error);
  if (auto copied = copy_database(from, part); !copied) return copied;
  {
    // Opening it as ours checks it for damage and brings an older one to our schema.
    const auto opened = open_for_writing(part);
    if (!opened) {
      fs::remove(part, error);
      return opened.error();
    }
  }
  if (fs::exists(file, error)) {
    // Through SQLite again: the old one may have its last writes in a write-ahead log.
    const fs::path kept = file.string() + ".before-restore";
    fs::remove(kept, error);
    if (!copy_database(file, kept)) fs::copy_file(file, kept, fs::copy_options::overwrite_existing, error);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file.string() + suffix, error);
  }
  fs::rename(part, file, error);
  if (error) return cannot("The restored database cannot be put in its place", file, error);
  return sync_file(file);
}

Result<StoredMatch> read_sqlite_match(const fs::path& data_dir, std::string_view match) {
  const fs::path file = data_dir / kFileName;
  std::error_code error;
  if (!fs::exists(file, error)) return not_found("There is no database in this DATA_DIR.", file.string());
  auto database = Database::open(file, Database::Mode::kReadOnly);
  if (!database) return database.error();
  // One transaction, so that the row and the log are of the same moment.
  if (auto begun = (*database)->execute("BEGIN"); !begun) return begun.error();
  auto row = rows::match_by_id(**database, match);
  if (!row) return row.error();
  auto log = rows::log_of(**database, match);
  if (!log) return log.error();
  return StoredMatch{std::move(*row), std::move(*log)};
}

}  // namespace incident::store
