#include "child.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "check.h"

namespace incident::torture {
namespace {

constexpr rlim_t kCpuSecondsMax =
    60;  // a child that takes more hangs; the machine may be busy with other things
constexpr std::size_t kOutputMax = 16'384;

std::string read_all(int from) {
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(from, buffer, sizeof buffer)) > 0;) {
    if (out.size() < kOutputMax) out.append(buffer, static_cast<std::size_t>(n));
  }
  return out;
}

// The line of a failed assertion or of a sanitizer, out of what the child wrote.
std::string last_words(const std::string& output) {
  for (const char* mark : {"Assertion", "assertion", "ERROR: ", "runtime error: "}) {
    const std::size_t at = output.find(mark);
    if (at != std::string::npos) return output.substr(at, output.find('\n', at) - at);
  }
  return output.substr(0, output.find('\n'));
}

}  // namespace

std::string Finding::kind() const {
  std::string out;
  for (const char c : what) {
    if (c >= '0' && c <= '9') continue;
    out += c;
  }
  return out.substr(0, out.rfind(", at "));
}

Finding run_in_child(const Json& json) {
  Finding out;
  const auto c = read_case(json);
  if (!c) {
    out.at = c.error().at;
    out.what = "loader: " + c.error().at + ": " + c.error().message;
    return out;
  }
  out.loads = true;
  int ends[2];
  if (::pipe(ends) != 0) return out;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], 2);
    const rlimit limit{kCpuSecondsMax, kCpuSecondsMax + 1};
    ::setrlimit(RLIMIT_CPU, &limit);
    const std::string what = check(*c);
    const ssize_t written = ::write(ends[1], what.data(), what.size());
    ::_exit(what.empty() ? 0 : written > 0 ? 1 : 2);
  }
  ::close(ends[1]);
  const std::string output = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    out.what = WTERMSIG(status) == SIGXCPU
                   ? "hang: took more than " + std::to_string(kCpuSecondsMax) + " s of CPU"
                   : "crash: " + std::string(strsignal(WTERMSIG(status))) + ": " + last_words(output);
  } else if (WEXITSTATUS(status) != 0) {
    out.what = WEXITSTATUS(status) == 1 ? output : "crash: " + last_words(output);
  }
  return out;
}

}  // namespace incident::torture
