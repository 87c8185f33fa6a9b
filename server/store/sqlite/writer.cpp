#include "store/sqlite/writer.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "store/limits.h"

namespace incident::store {

Writer::Writer(std::unique_ptr<Database> database)
    : database_(std::move(database)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  // So that a clean end leaves one file behind, whoever still has it open for reading.
  static_cast<void>(database_->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

void Writer::post(Work work, Done done) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < kQueuedWritesMax) {
      first = queue_.empty();
      queue_.push_back({std::move(work), std::move(done), {}});
      done = nullptr;
    }
  }
  if (first) wake_.notify_one();
  // Only what did not fit still has its `done`.
  if (done) {
    done(Error{ErrorCode::kResourceExhausted, "The disk cannot follow; please try again in a moment.", {}});
  }
}

StoreStats Writer::stats() const {
  const std::lock_guard lock(mutex_);
  StoreStats stats = stats_;
  stats.queued = queue_.size();
  return stats;
}

void Writer::run() {
  while (true) {
    std::vector<Item> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::size_t n = std::min(queue_.size(), kWritesPerCommitMax);
      const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(n);
      group.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
      queue_.erase(queue_.begin(), end);
    }
    const auto begun = std::chrono::steady_clock::now();
    const bool committed = commit(group);
    {
      const std::lock_guard lock(mutex_);
      stats_.commits += committed ? 1 : 0;
      stats_.writes += committed ? group.size() : 0;
      stats_.failed += committed ? 0 : group.size();
      stats_.last_failed = !committed;
      stats_.commit_seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    }
    for (Item& item : group) {
      if (!item.done) continue;
      try {
        item.done(std::move(item.result));
      } catch (const std::exception& e) {
        log::error("store", "a completion threw", {{"what", e.what()}});
      }
    }
  }
}

Result<void> Writer::run_one(Item& item) {
  if (auto begun = database_->query("SAVEPOINT one").run(); !begun) return begun;
  Result<void> result;
  try {
    result = item.work(*database_);
  } catch (const std::exception& e) {
    result = Error{ErrorCode::kInternal, std::string("Storing failed: ") + e.what() + ".", {}};
  }
  // A full disk ends the whole transaction by itself; then there is nothing left to undo.
  if (!result && database_->in_transaction()) static_cast<void>(database_->query("ROLLBACK TO one").run());
  if (database_->in_transaction()) static_cast<void>(database_->query("RELEASE one").run());
  return result;
}

// False: the whole group was undone.
bool Writer::commit(std::vector<Item>& group) {
  Result<void> whole = database_->query("BEGIN IMMEDIATE").run();
  for (std::size_t i = 0; whole && i < group.size(); ++i) {
    group[i].result = run_one(group[i]);
    if (!database_->in_transaction()) {
      whole = group[i].result ? Result<void>(database_->error()) : group[i].result;
    }
  }
  if (whole) whole = database_->query("COMMIT").run();
  if (whole) return true;
  log::error("store", "a group of writes failed",
             {{"writes", group.size()}, {"error", whole.error().message}});
  if (database_->in_transaction()) static_cast<void>(database_->query("ROLLBACK").run());
  for (Item& item : group) item.result = whole.error();
  return false;
}

}  // namespace incident::store
