// kLogChunkLines lines, immutable, a few bytes each. Says of itself what it may hold, so that a search can
// pass it by.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.h"
#include "telemetry/log_record.h"

namespace incident::telemetry {

class LogChunk {
 public:
  explicit LogChunk(std::span<const LogRecord> records);  // by time

  void decode(std::vector<LogRecord>& out) const;  // replaces what is in `out`
  SimTime first() const { return first_; }
  SimTime last() const { return last_; }
  bool may_hold(sim::ServiceId service) const { return (services_ >> (service.value % 64) & 1) != 0; }
  bool may_hold(Level level) const { return (levels_ >> static_cast<int>(level) & 1) != 0; }
  std::size_t memory_bytes() const { return sizeof *this + bytes_.capacity(); }
  void hash(Hasher& hasher) const { hasher.add(bytes_); }

 private:
  SimTime first_, last_;
  std::uint64_t services_ = 0;
  std::uint32_t levels_ = 0;
  std::uint32_t lines_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace incident::telemetry
