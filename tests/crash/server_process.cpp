#include "server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace incident::crash {
namespace {

struct Child {
  pid_t pid = 0;
  int out = -1, err = -1;  // to read from
};

// `err_file` empty: through a pipe.
Child spawn(const std::vector<std::string>& arguments, const std::string& err_file) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  std::vector<std::string> words = {program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("no fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    if (!err_file.empty()) err[1] = open(err_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  return {pid, out[0], err[0]};
}

int status_of(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What is there now; false at the end.
bool read_some(int fd, std::string& text) {
  std::array<char, 4096> bytes{};
  const ssize_t n = read(fd, bytes.data(), bytes.size());
  if (n > 0) text.append(bytes.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

}  // namespace

std::string program() {
  const char* named = std::getenv("INCIDENT_BIN");
  return named != nullptr && *named != '\0' ? named : INCIDENT_PROGRAM;
}

Outcome run(const std::vector<std::string>& arguments) {
  const Child child = spawn(arguments, "");
  Outcome outcome;
  bool more_out = true, more_err = true;
  while (more_out || more_err) {
    std::array<pollfd, 2> waits = {
        {{more_out ? child.out : -1, POLLIN, 0}, {more_err ? child.err : -1, POLLIN, 0}}};
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) more_out = read_some(child.out, outcome.out);
    if (waits[1].revents != 0) more_err = read_some(child.err, outcome.err);
  }
  close(child.out);
  close(child.err);
  outcome.status = status_of(child.pid);
  return outcome;
}

std::vector<std::string> ServerProcess::arguments(const std::string& port) const {
  return {"serve",       "--port",           port,    "--data-dir",   data_dir().string(),
          "--scenarios", INCIDENT_SCENARIOS, "--web", folder_ / "web"};
}

void ServerProcess::start() {
  std::filesystem::create_directories(folder_ / "web");
  const Child child = spawn(arguments(), folder_ / "server.log");
  close(child.err);
  child_ = child.pid;
  std::string said;
  while (said.find('\n') == std::string::npos && read_some(child.out, said)) {
  }
  close(child.out);
  const auto colon = said.rfind(':');
  if (said.find('\n') == std::string::npos || colon == std::string::npos)
    throw std::runtime_error("the server does not start: " + said + ", see " +
                             (folder_ / "server.log").string());
  port_ = static_cast<std::uint16_t>(std::stoi(said.substr(colon + 1)));
}

void ServerProcess::kill() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  wait();
}

int ServerProcess::terminate() {
  ::kill(child_, SIGTERM);
  return wait();
}

int ServerProcess::wait() {
  return status_of(std::exchange(child_, 0));
}

}  // namespace incident::crash
