// The real program as a child process: `incident serve` on a free port with a data folder that outlives it.
// The child dies with the test. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace incident::crash {

// The program under test: INCIDENT_BIN, or the one that was built beside the test.
std::string program();

// Runs it to its end.
struct Outcome {
  int status = -1;  // exit status; 128 + signal when a signal ended it
  std::string out, err;
};
Outcome run(const std::vector<std::string>& arguments);

class ServerProcess {
 public:
  explicit ServerProcess(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~ServerProcess() { kill(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Returns once it says where it listens; throws std::runtime_error with what it said when it does not.
  void start();
  void kill();      // SIGKILL
  int terminate();  // SIGTERM; its exit status as in Outcome
  std::uint16_t port() const { return port_; }

  std::filesystem::path data_dir() const { return folder_ / "data"; }
  std::vector<std::string> arguments(const std::string& port = "0") const;

 private:
  int wait();

  std::filesystem::path folder_;
  pid_t child_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace incident::crash
