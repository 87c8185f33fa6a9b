// One server for one DATA_DIR: an advisory lock on a file in it, which the kernel lets go of when the process
// ends, however it ends.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace incident::store {

class LockFile {
 public:
  // Makes the folder where it is missing. The error says who holds the lock.
  static Result<std::unique_ptr<LockFile>> take(const std::filesystem::path& data_dir);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace incident::store
