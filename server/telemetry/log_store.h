// The log lines of one arena. A line is kept as the number of its template with a few numbers, 10 to 20
// bytes, and becomes text when somebody reads it (log_text.h). Full chunks are immutable and shared between
// forks.
//
// Written by Telemetry in the room's thread; a const LogStore may be read from any thread. Line numbers count
// up from 0 and are never used twice; the oldest lines go when there are more than kLogLinesMax.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "sim/ids.h"
#include "telemetry/log_template.h"

namespace incident::telemetry {

class Names;

enum class Level : std::uint8_t { kInfo, kWarn, kError };
inline constexpr int kLevels = 3;
const char* to_string(Level level);  // info, warn, error
std::optional<Level> parse_level(std::string_view text);

struct LogRecord {
  SimTime at;
  std::uint64_t trace = 0;  // 0: none
  sim::CauseMask cause = 0;
  LogTemplate what = LogTemplate::kAccess;
  Level level = Level::kInfo;
  sim::ServiceId service;
  std::uint32_t pod = 0;  // number in the store's list of pods
  std::array<std::uint32_t, 4> args{};
};

struct LogLine {
  std::uint64_t number = 0;
  SimTime at;
  Level level = Level::kInfo;
  std::string service, pod, text;
  std::string trace;  // 32 hex digits, or empty
};

// Empty lists mean all. Times are inclusive.
struct LogQuery {
  std::vector<std::string> services, pods;
  std::vector<Level> levels;
  std::string text;  // part of the line, ignoring case; with `regex`, an RE2 pattern
  bool regex = false;
  std::optional<SimTime> from, to;
  std::string trace;  // 32 hex digits
  std::size_t limit = 100;
  std::optional<std::uint64_t> before;  // only lines with a lower number: the next page
  bool oldest_first = false;            // then `before` is not looked at
};

struct LogBucket {
  SimTime at;  // start
  std::array<std::uint64_t, kLevels> count{};
};

struct LogPage {
  std::vector<LogLine> lines;  // newest first, unless asked otherwise
  std::vector<LogBucket> histogram;
  std::uint64_t matched = 0;
  bool more = false;       // lines beyond `limit`
  bool truncated = false;  // kLogRenderMax was reached: older lines were not looked at
};

class LogStore {
 public:
  explicit LogStore(std::shared_ptr<const Names> names) : names_(std::move(names)) {}

  // --- writing
  std::uint32_t add_pod(std::string name);
  void add(const LogRecord& record);
  void clear_before_limit();

  // --- reading. Errors: a pattern that RE2 refuses, or one that is too long.
  Result<LogPage> search(const LogQuery& query) const;
  std::optional<LogLine> find(std::uint64_t number) const;
  std::optional<LogRecord> record(std::uint64_t number) const;
  std::uint64_t first_number() const { return first_chunk_ * kChunk; }
  std::uint64_t end_number() const;
  const std::string& pod_name(std::uint32_t pod) const { return *pods_[pod]; }
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  static constexpr std::uint64_t kChunk = 256;
  struct Chunk;

  template <class Visit>
  void visit_newest_first(SimTime from, SimTime to, std::uint64_t before, Visit&& visit) const;
  void render(const LogRecord& record, std::string& out) const;

  std::shared_ptr<const Names> names_;
  std::vector<std::shared_ptr<const std::string>> pods_;
  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::uint64_t first_chunk_ = 0;  // how many chunks have gone
  std::vector<LogRecord> head_;
};

// Line numbers as clients see them, and back.
std::string log_id(std::uint64_t number);
std::optional<std::uint64_t> parse_log_id(std::string_view id);

}  // namespace incident::telemetry
