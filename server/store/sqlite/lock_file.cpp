#include "store/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace incident::store {

Result<std::unique_ptr<LockFile>> LockFile::take(const std::filesystem::path& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  const std::filesystem::path file = data_dir / "lock";
  const int fd = error ? -1 : ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (!error) error = {errno, std::generic_category()};
    return Error{ErrorCode::kUnavailable,
                 "DATA_DIR cannot be written (" + error.message() +
                     "). Make it writable for this user, or choose another.",
                 data_dir.string()};
  }
  std::unique_ptr<LockFile> lock(new LockFile(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> holder{};
    const ssize_t n = ::read(fd, holder.data(), holder.size() - 1);
    std::string who(holder.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!who.empty() && who.back() == '\n') who.pop_back();
    return Error{ErrorCode::kFailedPrecondition,
                 "Another server (process " + (who.empty() ? "unknown" : who) +
                     ") uses this DATA_DIR. Stop it, or choose another DATA_DIR.",
                 data_dir.string()};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // The number is only a help for people; the lock holds without it.
  if (::ftruncate(fd, 0) == 0) static_cast<void>(::pwrite(fd, pid.data(), pid.size(), 0) == 0);
  return lock;
}

LockFile::~LockFile() {
  ::close(fd_);
}

}  // namespace incident::store
