// What is promised about the disk: acknowledged is durable, one server a folder, and a clear word with a way
// out when a file is not what it should be.
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "fixture.h"

namespace incident::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DurabilityTest : public StoreTest {
 protected:
  // Makes the store with one player and one open match "m1", and closes it.
  void prepare() {
    open();
    ASSERT_EQ(code_of(add_player("p1")), "ok");
    ASSERT_EQ(code_of(add_match(match_row("m1", "code"))), "ok");
    store.reset();
  }
  fs::path file() const { return data_dir / "incident.db"; }
  Error open_error() {
    const auto opened = open_sqlite_store(data_dir);
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
};

// In a child process: appends without end, and writes each acknowledged number to the pipe.
[[noreturn]] void append_forever(const fs::path& data_dir, int acknowledged) {
  auto opened = open_sqlite_store(data_dir);
  if (!opened) ::_exit(1);
  for (std::int64_t number = 1;; ++number) {
    (*opened)->append("m1", {number, 0, "p1", "{}"}, [number, acknowledged](const Result<void>& result) {
      if (result && ::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(2);
    });
    if (number % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

TEST_F(DurabilityTest, EveryAcknowledgedEntrySurvivesAKill) {
  prepare();
  std::array<int, 2> pipe_fds{};
  ASSERT_EQ(::pipe(pipe_fds.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) append_forever(data_dir, pipe_fds[1]);
  ::close(pipe_fds[1]);
  std::set<std::int64_t> acknowledged;
  std::int64_t number = 0;
  while (::read(pipe_fds[0], &number, sizeof number) == sizeof number) {
    acknowledged.insert(number);
    if (acknowledged.size() == 1000)
      ::kill(child, SIGKILL);  // reads on: what was acknowledged meanwhile counts
  }
  ::close(pipe_fds[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));

  open();
  std::set<std::int64_t> stored;
  for (const LogEntry& entry : *store->read_log("m1")) stored.insert(entry.number);
  EXPECT_GE(acknowledged.size(), 1000);
  EXPECT_TRUE(std::includes(stored.begin(), stored.end(), acknowledged.begin(), acknowledged.end()));
  // In order, without a hole: the log that is left can be replayed.
  EXPECT_EQ(*stored.rbegin(), static_cast<std::int64_t>(stored.size()));
}

TEST_F(DurabilityTest, CompletionsComeInOrderAndAFailureStaysAlone) {
  prepare();
  open();
  std::vector<std::string> results;
  std::promise<void> all;
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) {
    const std::int64_t number = i % 10 == 9 ? 1 : i + 1;  // each tenth is a number that is taken
    store->append("m1", {number, 0, "p1", "{}"}, [&](const Result<void>& result) {
      results.push_back(code_of(result));
      if (results.size() == kCount) all.set_value();
    });
  }
  all.get_future().wait();
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(results[i], i % 10 == 9 ? "already_exists" : "ok") << i;
  EXPECT_EQ(store->read_log("m1")->size(), kCount * 9 / 10);
}

TEST_F(DurabilityTest, ClosingWritesWhatIsQueued) {
  prepare();
  open();
  std::atomic<int> done{0};
  for (std::int64_t n = 1; n <= 500; ++n) {
    store->append("m1", {n, 0, "p1", "{}"}, [&](const Result<void>& result) { done += result ? 1 : 0; });
  }
  store.reset();
  EXPECT_EQ(done, 500);
  open();
  EXPECT_EQ(store->read_log("m1")->size(), 500);
}

TEST_F(DurabilityTest, ASecondServerIsRefused) {
  open();
  const Error error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.message, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(error.message, HasSubstr("another DATA_DIR"));
  store.reset();
  open();  // free again
}

TEST_F(DurabilityTest, DamageIsSaidWithAWayOut) {
  prepare();
  {
    std::ofstream out(file(), std::ios::trunc);
    out << std::string(20'000, 'x');
  }
  const Error garbage = open_error();
  EXPECT_THAT(garbage.message, HasSubstr("damaged"));
  EXPECT_THAT(garbage.message, HasSubstr("incident restore"));
  EXPECT_EQ(garbage.at, file().string());
}

TEST_F(DurabilityTest, DamageInsideIsFoundAtTheStart) {
  prepare();
  std::fstream out(file(), std::ios::in | std::ios::out);
  out.seekp(4096 * 3);
  out << std::string(4096 * 4, '\x7f');
  out.close();
  EXPECT_THAT(open_error().message, HasSubstr("damaged"));
}

TEST_F(DurabilityTest, AFolderThatCannotBeWrittenIsSaid) {
  std::ofstream(folder / "file") << "x";
  data_dir = folder / "file" / "data";
  EXPECT_THAT(open_error().message, HasSubstr("DATA_DIR cannot be written"));
}

TEST_F(DurabilityTest, ABackupIsWholeAndCanBeRestored) {
  prepare();
  open();
  ASSERT_EQ(code_of(append("m1", 1)), "ok");
  const fs::path backup = folder / "backup.db";
  ASSERT_EQ(code_of(store->backup(backup)), "ok");
  EXPECT_EQ(code_of(store->backup(backup)), "already_exists");
  ASSERT_EQ(code_of(append("m1", 2)), "ok");
  EXPECT_EQ(code_of(restore_sqlite(data_dir, backup)), "failed_precondition");  // a server is running
  store.reset();

  ASSERT_EQ(code_of(restore_sqlite(data_dir, backup)), "ok");
  open();
  EXPECT_EQ(store->read_log("m1")->size(), 1);
  EXPECT_TRUE(fs::exists(data_dir / "incident.db.before-restore"));
  store.reset();
  std::ofstream(folder / "broken.db") << std::string(9000, 'x');
  EXPECT_EQ(code_of(restore_sqlite(data_dir, folder / "broken.db")), "internal");
  open();
  EXPECT_EQ(store->read_log("m1")->size(), 1);  // what was there is still there
}

TEST_F(DurabilityTest, RestoreMendsADamagedFolder) {
  prepare();
  const fs::path backup = folder / "backup.db";
  ASSERT_EQ(code_of(backup_sqlite(data_dir, backup)), "ok");
  std::ofstream(file(), std::ios::trunc) << std::string(20'000, 'x');
  ASSERT_EQ(code_of(restore_sqlite(data_dir, backup)), "ok");
  open();
  EXPECT_TRUE(store->find_match("m1"));
}

}  // namespace
}  // namespace incident::store
