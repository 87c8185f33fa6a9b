#include "store/sqlite/database.h"

#include <sqlite3.h>

#include "store/limits.h"

namespace incident::store {
namespace {

Error error_of(int code, const std::string& detail, const std::string& file) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        return {ErrorCode::kFailedPrecondition, "This refers to something that is not stored.", {}};
      }
      if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE) {
        return {ErrorCode::kAlreadyExists, "This is stored already.", {}};
      }
      return {ErrorCode::kInternal, "The database refused a value: " + detail + ".", file};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal,
              "The database file is damaged (" + detail +
                  "). Stop the server, move the file away, and put a backup in its place with `incident "
                  "restore`; "
                  "or choose another DATA_DIR to begin anew.",
              file};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ErrorCode::kUnavailable,
              "The database cannot be opened for writing (" + detail +
                  "). Make DATA_DIR and its files writable for this user, or choose another DATA_DIR.",
              file};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, "The disk is full; free some space and the server goes on by itself.",
              file};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "Another program holds the database; close it and try again.", file};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "The disk failed to read or write the database (" + detail + ").",
              file};
    default:
      return {ErrorCode::kInternal, "The database failed: " + detail + ".", file};
  }
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::bind_one(int index, std::string_view value) {
  if (statement_ == nullptr) return;
  // Static: what is bound outlives the statement's use, which ends with this object. A null pointer would
  // bind NULL, so an empty text gets an address.
  sqlite3_bind_text(statement_, index, value.empty() ? "" : value.data(), static_cast<int>(value.size()),
                    SQLITE_STATIC);
}

void Query::bind_one(int index, std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, index, value);
}

void Query::bind_one(int index, double value) {
  if (statement_ != nullptr) sqlite3_bind_double(statement_, index, value);
}

void Query::bind_one(int index, const std::optional<std::int64_t>& value) {
  if (statement_ == nullptr) return;
  if (value) {
    sqlite3_bind_int64(statement_, index, *value);
  } else {
    sqlite3_bind_null(statement_, index);
  }
}

bool Query::step() {
  if (statement_ == nullptr || failed_) {
    failed_ = true;
    return false;
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  failed_ = code != SQLITE_DONE;
  return false;
}

Result<void> Query::run() {
  while (step()) {
  }
  if (failed_) return database_.error();
  return {};
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Query::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle, file));
  if (code != SQLITE_OK) {
    return error_of(code, handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code), file.string());
  }
  sqlite3_busy_timeout(handle, static_cast<int>(kBusyTime.count()));
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Query Database::query(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return {*this, nullptr};
    found = prepared_.emplace(sql, statement).first;
  }
  return {*this, found->second};
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return {};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

Error Database::error() const {
  return error_of(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_), file_.string());
}

Result<void> Database::copy_into(Database& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle_, "main", handle_, "main");
  if (backup == nullptr) return to.error();
  // All pages in one step: a read lock for its length, which in WAL mode keeps no writer waiting.
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return error_of(code, sqlite3_errstr(code), to.file_.string());
  return {};
}

}  // namespace incident::store
