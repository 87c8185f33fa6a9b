// Everything a client can say, over the socket and as an HTTP body. The whole list; TypeScript types are
// generated from it (web/src/lib/messages.ts). Socket frames are JSON objects with `type` (the struct's name
// in snake case) and `id`, a number of the client's choosing that comes back in `ack` or `error`.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace incident::api::in {

// --- shared by several messages
// -------------------------------------------------------------------------------------

// A player's action on the system; `kind` is the name in sim::ActionKind, in snake case. `target` names the
// service, pod, flag, config key, change or cache; `value` is what the kind needs (instances, permille, flag
// state, setting).
struct ActionRequest {
  std::string kind;
  std::string target;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(ActionRequest, (), (kind, target, value))

// What a pin points at. `kind`: log | trace | metric | change | alert | note.
struct EvidenceRef {
  std::string kind;
  std::string ref;                 // log line id, trace id, change id, alert name
  std::string query;               // metric: the PromQL of the chart
  std::optional<double> from, to;  // metric: the marked range, simulated seconds
  std::string label;               // what the player sees on the board
};
BOOST_DESCRIBE_STRUCT(EvidenceRef, (), (kind, ref, query, from, to, label))

// --- socket: lobby
// --------------------------------------------------------------------------------------------------

// First frame after the socket opens. `epoch` and `since` as last seen in a frame; both absent on a first
// visit.
struct Hello {
  std::int64_t id = 0;
  std::optional<std::string> epoch;
  std::optional<std::int64_t> since;
};
BOOST_DESCRIBE_STRUCT(Hello, (), (id, epoch, since))

struct ChooseTeam {
  std::int64_t id = 0;
  std::string team;  // an existing team's id, or empty to found one with `name`
  std::string name;
};
BOOST_DESCRIBE_STRUCT(ChooseTeam, (), (id, team, name))

struct SetRole {
  std::int64_t id = 0;
  std::string role;  // incident_commander | operations | communications | scribe | none
};
BOOST_DESCRIBE_STRUCT(SetRole, (), (id, role))

struct SetReady {
  std::int64_t id = 0;
  bool ready = false;
};
BOOST_DESCRIBE_STRUCT(SetReady, (), (id, ready))

// The host starts the match; everybody gets the briefing and then the clock runs.
struct StartMatch {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(StartMatch, (), (id))

// The host of a practice match stops the clock and lets it go on.
struct PauseMatch {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(PauseMatch, (), (id))

struct ResumeMatch {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(ResumeMatch, (), (id))

// --- socket: play
// ---------------------------------------------------------------------------------------------------

// Answers with `action_preview`; changes nothing and is not logged.
struct PreviewAction {
  std::int64_t id = 0;
  ActionRequest action;
};
BOOST_DESCRIBE_STRUCT(PreviewAction, (), (id, action))

struct Act {
  std::int64_t id = 0;
  ActionRequest action;
};
BOOST_DESCRIBE_STRUCT(Act, (), (id, action))

struct Pin {
  std::int64_t id = 0;
  EvidenceRef evidence;
};
BOOST_DESCRIBE_STRUCT(Pin, (), (id, evidence))

struct Unpin {
  std::int64_t id = 0;
  std::int64_t pin = 0;
};
BOOST_DESCRIBE_STRUCT(Unpin, (), (id, pin))

struct Declare {
  std::int64_t id = 0;
  std::string component;  // service name
  std::string mechanism;  // from the published list
  std::string trigger;    // change id, or "none"
  std::vector<std::int64_t> pins;
};
BOOST_DESCRIBE_STRUCT(Declare, (), (id, component, mechanism, trigger, pins))

struct Chat {
  std::int64_t id = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (id, text))

// An update to customers, on the status page.
struct StatusUpdate {
  std::int64_t id = 0;
  std::string state;  // investigating | identified | monitoring | resolved
  std::string text;
};
BOOST_DESCRIBE_STRUCT(StatusUpdate, (), (id, state, text))

struct TakeHint {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(TakeHint, (), (id))

// This team stops here: the clock of its arena ends and the score is counted as it stands.
struct Concede {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(Concede, (), (id))

// Every socket frame.
using Frame = std::variant<Hello, ChooseTeam, SetRole, SetReady, StartMatch, PauseMatch, ResumeMatch,
                           PreviewAction, Act, Pin, Unpin, Declare, Chat, StatusUpdate, TakeHint, Concede>;

// --- HTTP bodies
// ----------------------------------------------------------------------------------------------------

// POST /api/v1/session
struct TakeHandle {
  std::string handle;
};
BOOST_DESCRIBE_STRUCT(TakeHandle, (), (handle))

// POST /api/v1/matches
struct CreateMatch {
  std::string incident;
  std::string mode;                        // practice | race
  std::optional<std::int64_t> time_scale;  // simulated seconds a second, 1 to 10
  std::string team;                        // the name of the maker's team
};
BOOST_DESCRIBE_STRUCT(CreateMatch, (), (incident, mode, time_scale, team))

// POST /api/v1/join
struct JoinMatch {
  std::string code;
};
BOOST_DESCRIBE_STRUCT(JoinMatch, (), (code))

// POST /api/v1/matches/{match}/tokens
struct MakeToken {
  std::string name;  // the player's word for it: "Grafana"
};
BOOST_DESCRIBE_STRUCT(MakeToken, (), (name))

using Body = std::variant<TakeHandle, CreateMatch, JoinMatch, MakeToken>;

}  // namespace incident::api::in
