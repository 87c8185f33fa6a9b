// Everything the server can say, over the socket and as an HTTP body. The whole list; TypeScript types are
// generated from it (web/src/lib/messages.ts). Times are simulated seconds since the page went out (negative:
// before), unless a name says otherwise. Nothing here can hold a scenario's answer, seed or causes but
// MatchResult, which exists only after the end.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace incident::api::out {

// --- parts of other messages
// ----------------------------------------------------------------------------------------

struct Player {
  std::string id, handle;
  std::string team, role;
  bool ready = false, online = false, host = false;
};
BOOST_DESCRIBE_STRUCT(Player, (), (id, handle, team, role, ready, online, host))

struct Team {
  std::string id, name;
  std::string arena;  // key of the arena's doors: /t/{arena}/...; own team only, else empty
  std::string state;  // playing | solved | conceded | timed_out
};
BOOST_DESCRIBE_STRUCT(Team, (), (id, name, arena, state))

struct Briefing {
  std::string text;      // what the pager says
  std::string severity;  // SEV1 ... SEV3
  std::string system, system_description;
  double minutes = 0;     // expected
  double time_limit = 0;  // simulated seconds
};
BOOST_DESCRIBE_STRUCT(Briefing, (), (text, severity, system, system_description, minutes, time_limit))

struct ServiceInfo {
  std::string name, kind, description;  // kind: application | database | cache | external
  std::vector<std::string> tags;
  std::vector<std::string> calls;  // names of services it depends on
  std::vector<std::string> routes;
};
BOOST_DESCRIBE_STRUCT(ServiceInfo, (), (name, kind, description, tags, calls, routes))

struct ConfigKey {
  std::string name, service, unit;
  double value = 0, min = 0, max = 0;
};
BOOST_DESCRIBE_STRUCT(ConfigKey, (), (name, service, unit, value, min, max))

struct Flag {
  std::string name, service;
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(Flag, (), (name, service, on))

struct Pod {
  std::string name, service, version;
  std::string state;  // starting | ready | unhealthy | draining
  std::int64_t restarts = 0;
  double started = 0;
};
BOOST_DESCRIBE_STRUCT(Pod, (), (name, service, version, state, restarts, started))

// One row of the actions list: what can be done to what, as players may say it back in `act`.
struct ActionKindInfo {
  std::string kind, title, target_kind;  // target_kind: service, pod, config, change ...
  std::string description;
  bool has_value = false;
  std::string value_label;
  double value_min = 0, value_max = 0;
};
BOOST_DESCRIBE_STRUCT(ActionKindInfo, (),
                      (kind, title, target_kind, description, has_value, value_label, value_min, value_max))

// Something that an action can be done to, beside what the snapshot lists by itself.
struct ActionTarget {
  std::string kind, name, service;  // service: whose it is, or empty
};
BOOST_DESCRIBE_STRUCT(ActionTarget, (), (kind, name, service))

struct Mechanism {
  std::string id, name, description;
};
BOOST_DESCRIBE_STRUCT(Mechanism, (), (id, name, description))

struct Pinned {
  std::int64_t id = 0;
  std::string kind, ref, query, label, by;
  std::optional<double> from, to;
  double at = 0;
};
BOOST_DESCRIBE_STRUCT(Pinned, (), (id, kind, ref, query, label, by, from, to, at))

struct Change {
  std::int64_t id = 0;
  double at = 0;
  std::string kind, service, title, author, detail;
  bool ours = false, reverted = false;
};
BOOST_DESCRIBE_STRUCT(Change, (), (id, at, kind, service, title, author, detail, ours, reverted))

struct Alert {
  std::string name, service, severity, summary;
  std::string state;  // pending | firing | resolved
  double since = 0;
  std::optional<double> until;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(Alert, (), (name, service, severity, summary, state, since, until, value))

struct ActionStatus {
  std::int64_t id = 0;
  std::string kind, target, title, by;
  double value = 0, begun = 0;
  std::optional<double> ended;
  std::string state;  // running | done | failed
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ActionStatus, (), (id, kind, target, title, by, value, begun, ended, state, message))

// A line of the incident channel: what people wrote and what the timeline notes by itself.
struct ChannelLine {
  std::int64_t id = 0;
  double at = 0;
  std::string kind;  // chat | status | system
  std::string by, text;
};
BOOST_DESCRIBE_STRUCT(ChannelLine, (), (id, at, kind, by, text))

struct Hint {
  std::int64_t number = 0;
  std::string text;
  std::int64_t price = 0;
};
BOOST_DESCRIBE_STRUCT(Hint, (), (number, text, price))

struct Declaration {
  std::string component, mechanism, trigger, by;
  bool right = false;
  double at = 0;
};
BOOST_DESCRIBE_STRUCT(Declaration, (), (component, mechanism, trigger, by, right, at))

// Requests of customers in the last seconds, weighted.
struct JourneyHealth {
  std::string name;
  double rate = 0, error_share = 0, slow_share = 0;
};
BOOST_DESCRIBE_STRUCT(JourneyHealth, (), (name, rate, error_share, slow_share))

// --- socket
// ---------------------------------------------------------------------------------------------------------
// Frames of the arena's stream carry `seq`, one more than the frame before, within one `epoch`.

// The answer to `hello` when the rest of the stream is not to be had: the whole state.
struct Snapshot {
  std::int64_t seq = 0;
  std::string epoch;
  std::string match, code, mode, incident, incident_title;
  std::string phase;         // lobby | briefing | running | paused | ended
  double time = 0;           // simulated seconds since the page
  double wall_epoch_ms = 0;  // what the doors call the page's moment: Unix milliseconds of time 0
  std::int64_t time_scale = 1;
  std::int64_t countdown_ms = 0;  // until the phase changes by itself; 0: it does not
  std::string you;                // player id
  std::string your_team;
  std::vector<Player> players;
  std::vector<Team> teams;
  std::optional<Briefing> briefing;
  std::vector<ServiceInfo> services;
  std::vector<ActionKindInfo> action_kinds;
  std::vector<Mechanism> mechanisms;
  std::vector<ConfigKey> config;
  std::vector<Flag> flags;
  std::vector<std::string> caches;
  std::vector<ActionTarget> targets;  // of the kinds that are not listed elsewhere
  std::vector<Pod> pods;
  std::vector<Pinned> pins;
  std::vector<Change> changes;
  std::vector<Alert> alerts;
  std::vector<ActionStatus> actions;
  std::vector<ChannelLine> channel;
  std::vector<Hint> hints;
  std::int64_t hints_left = 0;
  std::int64_t next_hint_price = 0;
  std::vector<Declaration> declarations;
  std::int64_t declarations_left = 0;
  std::int64_t wrong_declaration_cost = 0;
  double harm = 0;
  double budget_left = 1;  // share of the error budget
};
BOOST_DESCRIBE_STRUCT(Snapshot, (),
                      (seq, epoch, match, code, mode, incident, incident_title, phase, time, wall_epoch_ms,
                       time_scale, countdown_ms, you, your_team, players, teams, briefing, services,
                       action_kinds, mechanisms, config, flags, caches, targets, pods, pins, changes, alerts,
                       actions, channel, hints, hints_left, next_hint_price, declarations, declarations_left,
                       wrong_declaration_cost, harm, budget_left))

// Once a second while the clock runs.
struct Tick {
  std::int64_t seq = 0;
  double time = 0;
  double harm = 0,
         harm_rate = 0;  // customers' requests failed or too slow since the page, weighted; per second
  double budget_left = 1;
  std::vector<JourneyHealth> journeys;
  double sent_at_ms = 0;  // the server's clock, Unix milliseconds: a client can say a frame's age
};
BOOST_DESCRIBE_STRUCT(Tick, (), (seq, time, harm, harm_rate, budget_left, journeys, sent_at_ms))

// Something in the arena is new or has changed: whatever is present replaces the entry of the same id or
// name.
struct Update {
  std::int64_t seq = 0;
  double time = 0;
  std::optional<std::string> phase;
  std::optional<std::int64_t> countdown_ms;
  std::vector<Player> players;
  std::vector<std::string> players_left;  // ids
  std::vector<Team> teams;                // when not empty: the whole list
  std::vector<Pod> pods;                  // when not empty: the whole list
  std::vector<ConfigKey> config;
  std::vector<Flag> flags;
  std::vector<Pinned> pins;
  std::vector<std::int64_t> unpinned;
  std::vector<Change> changes;
  std::vector<Alert> alerts;
  std::vector<ActionStatus> actions;
  std::vector<ChannelLine> channel;
  std::vector<Hint> hints;
  std::optional<std::int64_t> hints_left, next_hint_price, declarations_left;
  std::vector<Declaration> declarations;
  std::optional<Briefing> briefing;
};
BOOST_DESCRIBE_STRUCT(Update, (),
                      (seq, time, phase, countdown_ms, players, players_left, teams, pods, config, flags,
                       pins, unpinned, changes, alerts, actions, channel, hints, hints_left, next_hint_price,
                       declarations_left, declarations, briefing))

// The command with this id is durable and has been applied.
struct Ack {
  std::int64_t id = 0;
  std::int64_t entry = 0;  // its place in the match's log
  double time = 0;
};
BOOST_DESCRIBE_STRUCT(Ack, (), (id, entry, time))

struct ActionPreview {
  std::int64_t id = 0;
  std::string title, effect;         // in words
  double takes = 0;                  // simulated seconds when all goes well
  std::int64_t requests_cut = 0;     // weighted
  std::vector<std::string> touches;  // who calls it: services, or "customers"
};
BOOST_DESCRIBE_STRUCT(ActionPreview, (), (id, title, effect, takes, requests_cut, touches))

struct Error {
  std::optional<std::int64_t> id;
  std::string code, message, at;
};
BOOST_DESCRIBE_STRUCT(Error, (), (id, code, message, at))

// The server is going away or the match ended; `reason`: restart | ended | replaced | policy.
struct Goodbye {
  std::string reason, message;
};
BOOST_DESCRIBE_STRUCT(Goodbye, (), (reason, message))

// Every socket frame.
using Frame = std::variant<Snapshot, Tick, Update, Ack, ActionPreview, Error, Goodbye>;

// --- HTTP bodies
// ----------------------------------------------------------------------------------------------------

struct Session {
  std::string player, handle;
};
BOOST_DESCRIBE_STRUCT(Session, (), (player, handle))

struct IncidentInfo {
  std::string id, title, system;
  std::int64_t difficulty = 1;
  double minutes = 0;
  std::vector<std::string> tags;
  std::int64_t solved_by = 0;
  std::optional<std::int64_t> your_best;
};
BOOST_DESCRIBE_STRUCT(IncidentInfo, (), (id, title, system, difficulty, minutes, tags, solved_by, your_best))

struct MatchCreated {
  std::string match, code;
};
BOOST_DESCRIBE_STRUCT(MatchCreated, (), (match, code))

// A match of the reader's, for the home page. `state` as Snapshot::phase.
struct MatchSummary {
  std::string match, incident, incident_title, mode, state, code;
  std::optional<std::int64_t> score;
};
BOOST_DESCRIBE_STRUCT(MatchSummary, (), (match, incident, incident_title, mode, state, code, score))

struct BoardRow {
  std::int64_t rank = 0;
  std::string team;
  std::vector<std::string> handles;
  std::int64_t score = 0, mitigation = 0, diagnosis = 0, conduct = 0;
  double harm = 0, seconds = 0;
  std::int64_t changes = 0;
  std::string match;
  bool you = false;
};
BOOST_DESCRIBE_STRUCT(BoardRow, (),
                      (rank, team, handles, score, mitigation, diagnosis, conduct, harm, seconds, changes,
                       match, you))

struct Board {
  std::string incident, incident_title;
  std::vector<BoardRow> rows;
};
BOOST_DESCRIBE_STRUCT(Board, (), (incident, incident_title, rows))

struct ScoreLine {
  std::string part, text;  // part: mitigation | diagnosis | conduct
  std::int64_t points = 0, of = 0;
};
BOOST_DESCRIBE_STRUCT(ScoreLine, (), (part, text, points, of))

struct CurvePoint {
  double t = 0, nothing = 0, actual = 0, par = 0;  // harm so far, weighted
};
BOOST_DESCRIBE_STRUCT(CurvePoint, (), (t, nothing, actual, par))

struct Move {
  double at = 0;
  std::string title, by, verdict;  // great | good | inaccuracy | mistake | blunder
  double harm_saved = 0;           // negative: harm caused
};
BOOST_DESCRIBE_STRUCT(Move, (), (at, title, by, verdict, harm_saved))

struct EvidenceVerdict {
  std::int64_t pin = 0;
  std::string label, verdict;  // causal | collateral | unrelated
};
BOOST_DESCRIBE_STRUCT(EvidenceVerdict, (), (pin, label, verdict))

// Causal evidence that was there to see, pinned or missed.
struct Clue {
  double at = 0;
  std::string kind, ref, label;
  bool pinned = false;
};
BOOST_DESCRIBE_STRUCT(Clue, (), (at, kind, ref, label, pinned))

struct TeamResult {
  std::string team, name, state;
  std::vector<std::string> handles;
  std::int64_t score = 0, mitigation = 0, diagnosis = 0, conduct = 0;
  double harm = 0, seconds = 0;
  std::vector<ScoreLine> lines;
  std::vector<CurvePoint> curve;
  std::vector<Move> moves;
  std::vector<EvidenceVerdict> evidence;
  std::optional<double> knowable;  // when the first causal evidence was there
  std::vector<Clue> clues;
  std::vector<ChannelLine> timeline;  // `by` is a handle here
};
BOOST_DESCRIBE_STRUCT(TeamResult, (),
                      (team, name, state, handles, score, mitigation, diagnosis, conduct, harm, seconds,
                       lines, curve, moves, evidence, knowable, clues, timeline))

struct Debrief {
  std::string component, mechanism, trigger;
  std::string what_happened, why_it_misled, prevention;
  std::string modelled_on, write_up;
};
BOOST_DESCRIBE_STRUCT(Debrief, (),
                      (component, mechanism, trigger, what_happened, why_it_misled, prevention, modelled_on,
                       write_up))

// GET /api/v1/matches/{match}/result, after the end only.
struct MatchResult {
  std::string match, incident, incident_title, mode;
  bool ready = false;               // false: the review is still being computed
  std::optional<std::string> note;  // why there is nothing to review
  std::vector<TeamResult> teams;
  std::optional<Debrief> debrief;
};
BOOST_DESCRIBE_STRUCT(MatchResult, (), (match, incident, incident_title, mode, ready, note, teams, debrief))

// --- war room queries (GET /t/{arena}/...), beside the Prometheus door that charts use
// ---------------------------------

struct LogLine {
  std::string id;
  double at = 0;
  std::string level, service, pod, text, trace;
};
BOOST_DESCRIBE_STRUCT(LogLine, (), (id, at, level, service, pod, text, trace))

struct LogBucket {
  double at = 0;
  std::int64_t info = 0, warn = 0, error = 0;
};
BOOST_DESCRIBE_STRUCT(LogBucket, (), (at, info, warn, error))

struct LogPage {
  std::vector<LogLine> lines;  // newest first
  std::vector<LogBucket> histogram;
  std::int64_t matched = 0;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(LogPage, (), (lines, histogram, matched, more))

struct TraceSummary {
  std::string id, root_service, root_operation, status;
  double at = 0, duration_ms = 0;
  std::int64_t spans = 0, errors = 0;
  std::vector<std::string> services;
};
BOOST_DESCRIBE_STRUCT(TraceSummary, (),
                      (id, root_service, root_operation, status, at, duration_ms, spans, errors, services))

struct TracePage {
  std::vector<TraceSummary> traces;
};
BOOST_DESCRIBE_STRUCT(TracePage, (), (traces))

struct Span {
  std::string id, parent, service, pod, operation, kind, status;  // kind: client | server
  double at = 0, duration_ms = 0;
  std::map<std::string, std::string> attributes;
};
BOOST_DESCRIBE_STRUCT(Span, (),
                      (id, parent, service, pod, operation, kind, status, at, duration_ms, attributes))

struct Trace {
  std::string id;
  std::vector<Span> spans;
};
BOOST_DESCRIBE_STRUCT(Trace, (), (id, spans))

struct Panel {
  std::string title, unit;  // unit: s | req/s | percent | count | cores | bytes
  std::string query;        // PromQL
  std::string legend;       // such as "{{service}}"
};
BOOST_DESCRIBE_STRUCT(Panel, (), (title, unit, query, legend))

struct Dashboard {
  std::string id, title;
  std::vector<Panel> panels;
};
BOOST_DESCRIBE_STRUCT(Dashboard, (), (id, title, panels))

struct Dashboards {
  std::vector<Dashboard> dashboards;
};
BOOST_DESCRIBE_STRUCT(Dashboards, (), (dashboards))

// A token for the doors of one arena, for a player's own tools.
struct AccessToken {
  std::string id, name;
  std::string arena;                 // opens /t/{arena}/...
  double created_ms = 0;             // Unix milliseconds
  std::optional<std::string> token;  // only in the answer that made it: it is not kept
};
BOOST_DESCRIBE_STRUCT(AccessToken, (), (id, name, arena, created_ms, token))

using Body = std::variant<Session, IncidentInfo, MatchCreated, MatchSummary, Board, MatchResult, LogPage,
                          TracePage, Trace, Dashboards, AccessToken>;

}  // namespace incident::api::out
