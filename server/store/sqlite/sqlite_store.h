// The store on one SQLite file, DATA_DIR/incident.db, for one process. A writer thread commits what is queued
// in one transaction (write-ahead log, synchronous=FULL: durable when `done` runs, power loss included);
// reads use a connection of their own and are never kept waiting by a commit.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace incident::store {

// Takes the folder for this process, checks the file, and brings it to our schema.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& data_dir);

// A whole copy of DATA_DIR's database into the new file `to`, also while a server uses it.
Result<void> backup_sqlite(const std::filesystem::path& data_dir, const std::filesystem::path& to);

// Puts a backup in the place of DATA_DIR's database, which is kept beside it as incident.db.before-restore.
// Refuses while a server runs, and when the backup is damaged or of a newer program.
Result<void> restore_sqlite(const std::filesystem::path& data_dir, const std::filesystem::path& from);

// One match as it is stored now, for tools: reads beside a running server, takes no lock and changes nothing.
struct StoredMatch {
  MatchRow row;
  std::vector<LogEntry> log;
};
Result<StoredMatch> read_sqlite_match(const std::filesystem::path& data_dir, std::string_view match);

}  // namespace incident::store
