// A thin, typed skin over one SQLite connection: statements that are prepared once, values bound by position,
// errors as Result. One thread at a time, or under the caller's lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace incident::store {

class Database;

// A prepared statement in use; it is reset when this goes out of scope, and stays prepared in the Database.
class Query {
 public:
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the parameters in order.
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  // True: there is a row to read. False: done, or failed (see Database::error()).
  bool step();
  bool failed() const { return failed_; }
  // Runs to the end; for statements without rows.
  Result<void> run();

  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Query(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, double value);
  void bind_one(int index, const std::optional<std::int64_t>& value);

  Database& database_;
  sqlite3_stmt* statement_;  // null: it did not prepare
  bool failed_ = false;
};

class Database {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `sql` must be a literal: its address is not kept, but each text is prepared once and kept for good.
  Query query(std::string_view sql);
  Result<void> execute(const std::string& sql);  // any number of statements without parameters
  std::int64_t changes() const;                  // rows that the last statement touched
  bool in_transaction() const;
  // The last failure in our words.
  Error error() const;
  // A whole copy of this database into `to`, page by page, while others write.
  Result<void> copy_into(Database& to);

 private:
  friend class Query;
  Database(sqlite3* handle, std::filesystem::path file) : handle_(handle), file_(std::move(file)) {}

  sqlite3* handle_;
  std::filesystem::path file_;
  std::map<std::string, sqlite3_stmt*, std::less<>> prepared_;
};

}  // namespace incident::store
