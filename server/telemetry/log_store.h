// The log lines of one arena. A line is kept as the number of its template with a few numbers, 10 to 20
// bytes, and becomes text when somebody reads it (log_text.h). Full chunks are immutable and shared between
// forks.
//
// Written by Telemetry in the room's thread; a const LogStore may be read from any thread. Line numbers count
// up from 0 and are never used twice; the oldest lines go when there are more than kLogLinesMax.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "sim/ids.h"
#include "telemetry/limits.h"
#include "telemetry/log_chunk.h"
#include "telemetry/log_record.h"
#include "telemetry/names.h"

namespace incident::telemetry {

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
  std::uint32_t add_pod(PodNamePtr pod);
  void add(const LogRecord& record);

  // --- reading. Errors: a pattern that RE2 refuses, or one that is too long.
  Result<LogPage> search(const LogQuery& query) const;
  std::optional<LogLine> find(std::uint64_t number) const;
  std::optional<LogRecord> record(std::uint64_t number) const;
  // One pass over the records of [from, to) in the order they were written or back, until `visit` says false:
  // for readers that have a language of their own.
  void scan(SimTime from, SimTime to, bool newest_first,
            const std::function<bool(const LogRecord&)>& visit) const;
  // The same from line `number` on, oldest first, with the lines' numbers: for readers that go on where they
  // stopped.
  void scan_from(std::uint64_t number,
                 const std::function<bool(std::uint64_t, const LogRecord&)>& visit) const;
  void render(const LogRecord& record, std::string& out) const;  // replaces what is in `out`
  const PodName& pod(std::uint32_t number) const { return *pods_[number]; }
  const Names& names() const { return *names_; }
  std::uint64_t first_number() const { return chunks_gone_ * limits::kLogChunkLines; }
  std::uint64_t end_number() const;
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  struct Match;

  LogLine line(std::uint64_t number, const LogRecord& record, std::string text) const;

  std::shared_ptr<const Names> names_;
  std::vector<PodNamePtr> pods_;
  std::vector<std::shared_ptr<const LogChunk>> chunks_;
  std::uint64_t chunks_gone_ = 0;
  std::vector<LogRecord> head_;
};

// Line numbers as clients see them, and back.
std::string log_id(std::uint64_t number);
std::optional<std::uint64_t> parse_log_id(std::string_view id);

}  // namespace incident::telemetry
