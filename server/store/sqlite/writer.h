// The writer thread: takes what is queued, runs it in one transaction, commits, and then tells everybody.
// While one commit waits for the disk the next group gathers by itself, so that a thousand commands a second
// cost some tens of disk writes.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace incident::store {

class Writer {
 public:
  using Work = std::function<Result<void>(Database&)>;

  explicit Writer(std::unique_ptr<Database> database);
  ~Writer();  // commits all that is queued
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Any thread. Work that fails undoes itself alone and does not touch its neighbours in the group.
  void post(Work work, Done done);
  StoreStats stats() const;

 private:
  struct Item {
    Work work;
    Done done;
    Result<void> result;
  };

  void run();
  bool commit(std::vector<Item>& group);
  Result<void> run_one(Item& item);

  std::unique_ptr<Database> database_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<Item> queue_;
  bool stopping_ = false;
  StoreStats stats_;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace incident::store
