#include "match/rules.h"

#include <string>

namespace incident::match {
namespace {

Error out_of_range(const char* at, long long value, long long min, long long max) {
  return invalid(std::to_string(value) + " is out of range; allowed is " + std::to_string(min) + " to " +
                     std::to_string(max) + ".",
                 at);
}

}  // namespace

std::string_view to_string(Mode mode) {
  return mode == Mode::kPractice ? "practice" : "race";
}

std::optional<Mode> parse_mode(std::string_view text) {
  if (text == "practice") {
    return Mode::kPractice;
  }
  if (text == "race") {
    return Mode::kRace;
  }
  return std::nullopt;
}

Settings default_settings(Mode mode) {
  Settings settings;
  settings.mode = mode;
  if (mode == Mode::kRace) {
    settings.teams_max = 8;
    settings.players_max = 40;
    settings.briefing_seconds = 15;
  }
  return settings;
}

Result<void> validate(const Settings& settings) {
  const auto within = [](const char* at, long long value, long long min, long long max) -> Result<void> {
    if (value < min || value > max) {
      return out_of_range(at, value, min, max);
    }
    return {};
  };
  const int teams_max = settings.mode == Mode::kPractice ? 1 : static_cast<int>(limits::kTeamsMax);
  for (const Result<void>& checked :
       {within("time_scale", settings.time_scale, 1, limits::kTimeScaleMax),
        within("teams_max", settings.teams_max, 1, teams_max),
        within("players_max", settings.players_max, 1, static_cast<long long>(limits::kPlayersMax)),
        within("briefing_seconds", settings.briefing_seconds, 0, limits::kBriefingSecondsMax),
        within("time_limit", settings.time_limit.us, 0, limits::kTimeLimitMax.us)}) {
    if (!checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace incident::match
