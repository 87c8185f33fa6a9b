// The server's own log: one logfmt line an event on standard error. A value is a number, a text or a truth;
// never a secret (tokens, seeds, answers, whole requests). Any thread; a line is written at once and whole.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace incident::log {

enum class Level { kDebug, kInfo, kWarn, kError };

class Field {
 public:
  Field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  Field(std::string_view name, const std::string& value) : name_(name), value_(value) {}
  Field(std::string_view name, const char* value) : name_(name), value_(value) {}
  Field(std::string_view name, bool value) : name_(name), value_(value ? "true" : "false") {}
  template <class N>
  requires std::integral<N> || std::floating_point<N> Field(std::string_view name, N value)
      : name_(name), value_(std::to_string(value)) {}

  std::string_view name() const { return name_; }
  const std::string& value() const { return value_; }

 private:
  std::string_view name_;
  std::string value_;
};

using Fields = std::initializer_list<Field>;

// Lines below this level are not written; kInfo at start.
void set_level(Level level);
bool enabled(Level level);
// Sends lines to `sink` instead of standard error (tests); null brings standard error back.
void set_sink(void (*sink)(std::string_view line));

// `room` says which part speaks ("net"); `message` is a fixed text, what varies goes into fields.
void write(Level level, std::string_view room, std::string_view message, Fields fields = {});

inline void debug(std::string_view room, std::string_view message, Fields fields = {}) {
  if (enabled(Level::kDebug)) write(Level::kDebug, room, message, fields);
}
inline void info(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kInfo, room, message, fields);
}
inline void warn(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kWarn, room, message, fields);
}
inline void error(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kError, room, message, fields);
}

}  // namespace incident::log
