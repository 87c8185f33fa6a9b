#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace incident::log {
namespace {

std::atomic<Level> g_level{Level::kInfo};
std::atomic<void (*)(std::string_view)> g_sink{nullptr};

void append_timestamp(std::string& line) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  line.append(text.data(), n);
  const int fraction = std::snprintf(text.data(), text.size(), ".%03dZ", static_cast<int>(ms % 1000));
  line.append(text.data(), static_cast<std::size_t>(fraction));
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= ' ' || u == '"' || u == '=' || u == '\\' || u == 0x7f) return false;
  }
  return true;
}

// Line breaks and control bytes are escaped: what a client sent can never begin a line of its own.
void append_value(std::string& line, std::string_view text) {
  if (is_plain(text)) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (u < ' ' || u == 0x7f) {
      std::array<char, 8> escaped{};
      const int n = std::snprintf(escaped.data(), escaped.size(), "\\x%02x", u);
      line.append(escaped.data(), static_cast<std::size_t>(n));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

void set_level(Level level) {
  g_level = level;
}

bool enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed);
}

void set_sink(void (*sink)(std::string_view line)) {
  g_sink = sink;
}

void write(Level level, std::string_view room, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  std::string line = "ts=";
  append_timestamp(line);
  line += " level=";
  line += name_of(level);
  line += " room=";
  line += room;
  line += " msg=";
  append_value(line, message);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name();
    line += '=';
    append_value(line, field.value());
  }
  line += '\n';
  if (const auto sink = g_sink.load()) {
    sink(line);
    return;
  }
  // One write a line, so that lines of several threads do not mix; a full pipe must not stop the server.
  const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);
}

}  // namespace incident::log
