// Everything that can change a match: the closed set of commands, and the log entry that carries one. A match
// is its incident, seed, settings and the list of its entries, and nothing else. Plain values; any thread.
//
// Times are simulated microseconds since the page went out (zero until the clock runs). Ids of players are
// the shell's; ids of teams are "t1", "t2" ... in the order of founding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "sim/action.h"

namespace incident::match {

enum class Role : std::uint8_t { kNone, kIncidentCommander, kOperations, kCommunications, kScribe };
inline constexpr int kRoles = 5;
std::string_view to_string(Role role);  // "none", "incident_commander", ...
std::optional<Role> parse_role(std::string_view text);

enum class EvidenceKind : std::uint8_t { kLog, kTrace, kMetric, kChange, kAlert, kNote };
inline constexpr int kEvidenceKinds = 6;
std::string_view to_string(EvidenceKind kind);  // "log", "trace", ...
std::optional<EvidenceKind> parse_evidence_kind(std::string_view text);

enum class StatusState : std::uint8_t { kInvestigating, kIdentified, kMonitoring, kResolved };
inline constexpr int kStatusStates = 4;
std::string_view to_string(StatusState state);
std::optional<StatusState> parse_status_state(std::string_view text);

// What a pin points at. A log line, trace, change or alert is named by `ref` as the player saw it; a metric
// is its PromQL and the marked range; a note is its label alone.
struct Evidence {
  EvidenceKind kind = EvidenceKind::kNote;
  std::string ref;
  std::string query;
  std::optional<Duration> from, to;  // metric: since the page
  std::string label;
  bool operator==(const Evidence&) const = default;
};

// --- said by players; the entry says who

struct Join {
  std::string handle;
  bool operator==(const Join&) const = default;
};
struct ChooseTeam {
  std::string team;  // an existing team's id, or empty to found one called `name`
  std::string name;
  bool operator==(const ChooseTeam&) const = default;
};
struct SetRole {
  Role role = Role::kNone;
  bool operator==(const SetRole&) const = default;
};
struct SetReady {
  bool ready = false;
  bool operator==(const SetReady&) const = default;
};
struct Start {  // by the host: from the lobby to the briefing
  bool operator==(const Start&) const = default;
};
struct Act {
  sim::Action action;
  bool operator==(const Act&) const = default;
};
struct Pin {
  Evidence evidence;
  bool operator==(const Pin&) const = default;
};
struct Unpin {
  std::int64_t pin = 0;
  bool operator==(const Unpin&) const = default;
};
struct Declare {
  std::string component;           // a service
  std::string mechanism;           // an id from the published list
  std::string trigger = "none";    // a change's number as shown, or "none"
  std::vector<std::int64_t> pins;  // in support
  bool operator==(const Declare&) const = default;
};
struct Chat {
  std::string text;
  bool operator==(const Chat&) const = default;
};
struct StatusUpdate {
  StatusState state = StatusState::kInvestigating;
  std::string text;
  bool operator==(const StatusUpdate&) const = default;
};
struct TakeHint {
  bool operator==(const TakeHint&) const = default;
};
struct Concede {
  bool operator==(const Concede&) const = default;
};
struct Leave {
  bool operator==(const Leave&) const = default;
};

// --- said by the shell (the entry's player is empty), because a replay has no clock of its own. Pause and
// Resume may also be said by the host.

struct BeginRunning {  // the briefing's seconds have passed: the page goes out, the clock runs
  bool operator==(const BeginRunning&) const = default;
};
struct Pause {
  bool operator==(const Pause&) const = default;
};
struct Resume {
  bool operator==(const Resume&) const = default;
};
struct EndMatch {  // all teams have finished, or time is up, or everybody has gone
  bool operator==(const EndMatch&) const = default;
};

using Command = std::variant<Join, ChooseTeam, SetRole, SetReady, Start, Act, Pin, Unpin, Declare, Chat,
                             StatusUpdate, TakeHint, Concede, Leave, BeginRunning, Pause, Resume, EndMatch>;

// The command's name in the log and in messages: "join", "choose_team", ...
std::string_view name_of(const Command& command);

struct Entry {
  std::int64_t number = 0;  // from 1, without gaps
  Duration at{0};           // match time at which it is applied
  std::string player;       // empty: the shell
  Command command;
  bool operator==(const Entry&) const = default;
};

}  // namespace incident::match
