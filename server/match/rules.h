// The rules that a match is made with, and the fixed numbers of play. Settings belong to the match's durable
// record: the same settings, incident, seed and entries give the same match. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "match/command.h"
#include "match/limits.h"

namespace incident::match {

enum class Mode : std::uint8_t {
  kPractice,  // one team, starts at once, may pause
  kRace,      // several teams, one clock, no pause
};
std::string_view to_string(Mode mode);  // "practice", "race"
std::optional<Mode> parse_mode(std::string_view text);

struct Settings {
  Mode mode = Mode::kPractice;
  int time_scale = 1;  // simulated seconds a second; the shell's clock keeps to it
  int teams_max = 1;
  int players_max = 8;              // in the whole match
  int briefing_seconds = 0;         // wall seconds between Start and BeginRunning; the shell's timer
  std::vector<Role> action_roles;   // who may act; empty: everybody
  std::vector<Role> declare_roles;  // who may declare; empty: everybody
  Duration time_limit{0};           // since the page; 0: the incident's own
  bool operator==(const Settings&) const = default;
};

Settings default_settings(Mode mode);
Result<void> validate(const Settings& settings);

// --- the fixed numbers of play

// Rules are looked at once a simulated second, counted from the page, so that how often the shell calls
// `advance` cannot matter.
inline constexpr Duration kRuleStep = seconds(1);

// Customers are well again when fewer than this share of their requests failed or were too slow, over this
// long.
inline constexpr int kWellHarmPermille = 10;
inline constexpr Duration kWellFor = seconds(60);

inline constexpr Duration kHarmRateWindow = seconds(30);

// The service level objective on the status line: 99.9 % of customers' requests well, over 30 days, at the
// traffic there was before the page, and with the budget whole when the page goes out.
inline constexpr int kObjectiveBadPermille = 1;
inline constexpr Duration kObjectiveWindow = minutes(30 * 24 * 60);

// What each wrong declaration costs, in points of the diagnosis; said before one is sent.
inline constexpr int kWrongDeclarationCost = 40;

// Status updates: the first within five minutes of the page, then one in each further ten minutes.
inline constexpr Duration kFirstUpdateWithin = minutes(5);
inline constexpr Duration kUpdateEvery = minutes(10);

}  // namespace incident::match
