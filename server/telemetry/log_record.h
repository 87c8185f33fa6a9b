// One log line before it is text: when, who, which template, and four numbers. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "sim/ids.h"
#include "telemetry/log_template.h"

namespace incident::telemetry {

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

}  // namespace incident::telemetry
