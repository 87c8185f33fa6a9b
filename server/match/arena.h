// One team's production system and war room: a fork of the warmed-up simulation with its telemetry, and the
// team's board, channel, actions, hints and declarations. A value: a copy is a fork. Nothing in it can be
// reached from another team's arena. Only Match changes it (and Replay); one thread at a time.
//
// Times of records are match times: simulated, since the page. Lists only grow; an index is an identity.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "match/command.h"
#include "match/rules.h"
#include "scenario/incident.h"
#include "sim/simulation.h"
#include "telemetry/telemetry.h"

namespace incident::match {

enum class TeamState : std::uint8_t { kPlaying, kSolved, kConceded, kTimedOut };
std::string_view to_string(TeamState state);  // "playing", "solved", "conceded", "timed_out"

struct PinRecord {
  std::int64_t id = 0;  // from 1
  Evidence evidence;
  std::string by;  // player id
  Duration at{0};
  std::optional<Duration> removed;  // taken down then
};

struct ActionRecord {
  sim::ActionId id;
  sim::Action action;
  std::string kind, target, title;  // in words, as they were when it began
  std::string by, handle;           // player id, and what they were called then
  Duration begun{0};
  std::optional<Duration> ended;
  sim::ActionState state = sim::ActionState::kRunning;
  std::string message;             // how it ended, in words
  Duration expected{0};            // the preview's word when it began
  std::uint32_t requests_cut = 0;  // the preview's, unweighted
  bool grounded = false;           // there was enough evidence on the board (see score.h)
};

enum class LineKind : std::uint8_t { kChat, kStatus, kSystem };
std::string_view to_string(LineKind kind);  // "chat", "status", "system"

// A line of the incident channel: what people wrote, and what the timeline notes by itself.
struct ChannelLine {
  std::int64_t id = 0;  // from 1
  Duration at{0};
  LineKind kind = LineKind::kSystem;
  std::string by;  // player id; empty: nobody
  std::string text;
};

struct DeclarationRecord {
  std::string component, mechanism, trigger;
  std::vector<std::int64_t> pins;
  std::string by;
  Duration at{0};
  bool right = false;  // component and mechanism
  // For the score only; not to be shown before the match has ended.
  bool component_right = false, mechanism_right = false, trigger_right = false;
};

struct HintRecord {
  std::size_t number = 0;  // from 1
  std::string text;
  int price = 0;
  std::string by;
  Duration at{0};
};

struct StatusRecord {
  StatusState state = StatusState::kInvestigating;
  std::string text, by;
  Duration at{0};
};

class Arena {
 public:
  // `at` zero is `page` in the simulation's time.
  Arena(std::shared_ptr<const scenario::Incident> incident, const sim::Simulation& sim,
        const telemetry::Telemetry& telemetry, SimTime page, Duration time_limit);

  // --- changes; `check_*` says whether the other would succeed, and why not

  // Runs on to this match time, or to the arena's end when that comes first.
  void advance(Duration to);
  Result<void> check_act(const sim::Action& action) const;
  void act(const sim::Action& action, const std::string& by, const std::string& handle);
  Result<void> check_pin(const Evidence& evidence) const;
  std::int64_t pin(const Evidence& evidence, const std::string& by, const std::string& handle);
  Result<void> check_unpin(std::int64_t pin) const;
  void unpin(std::int64_t pin, const std::string& handle);
  Result<void> check_declare(const Declare& declaration) const;
  bool declare(const Declare& declaration, const std::string& by, const std::string& handle);
  Result<void> check_hint() const;
  void take_hint(const std::string& by, const std::string& handle);
  Result<void> check_chat() const;
  void chat(const std::string& text, const std::string& by);
  Result<void> check_status() const;
  void status_update(StatusState state, const std::string& text, const std::string& by);
  void concede(const std::string& handle);
  void time_out();
  void note(std::string text);  // a line of the timeline

  // --- reads

  TeamState state() const { return state_; }
  bool finished() const { return state_ != TeamState::kPlaying; }
  std::optional<Duration> ended() const { return ended_; }  // when it finished
  Duration time() const { return time_; }  // of the match; the system itself stands still once ended
  Duration time_limit() const { return time_limit_; }
  SimTime page() const { return page_; }
  const scenario::Incident& incident() const { return *incident_; }
  std::shared_ptr<const scenario::Incident> shared_incident() const { return incident_; }
  const sim::Simulation& sim() const { return sim_; }
  const telemetry::Telemetry& telemetry() const { return telemetry_; }

  const std::vector<PinRecord>& pins() const { return pins_; }  // taken down ones too
  const PinRecord* find_pin(std::int64_t id) const;             // on the board, or null
  const std::vector<ActionRecord>& actions() const { return actions_; }
  const std::vector<ChannelLine>& channel() const { return channel_; }
  const std::vector<DeclarationRecord>& declarations() const { return declarations_; }
  const std::vector<HintRecord>& hints() const { return hints_; }
  const std::vector<StatusRecord>& status_updates() const { return status_updates_; }
  std::size_t hints_left() const;
  int next_hint_price() const;  // 0: none is left
  std::size_t declarations_left() const;
  bool declared_right() const { return declared_right_; }

  // Customers' requests that failed or were too slow since the page, real ones (weighted).
  std::int64_t harm() const;
  // The same for each second, over the last kHarmRateWindow.
  double harm_rate() const;
  // Share of the error budget that is left, 0 to 1 (rules.h says which budget).
  double budget_left() const;
  // Requests and their harmed share of one journey over the last kHarmRateWindow.
  struct JourneyHealth {
    std::string name;
    double rate = 0, error_share = 0, slow_share = 0;
  };
  std::vector<JourneyHealth> journeys() const;

  void add_to(Hasher& hasher) const;

 private:
  struct Sample {  // user totals at one rule step
    std::uint64_t failed = 0, slow = 0, all = 0;
  };

  // Between two looks at the rules.
  void run_to(Duration to);
  void note_what_happened();
  struct Note {
    SimTime at;
    std::string text;
  };
  void note_actions(std::vector<Note>& notes);
  void note_alerts(std::vector<Note>& notes);
  void take_sample();
  void look_at_rules(Duration at);
  bool customers_well() const;
  bool has_grounds() const;
  void finish(TeamState state, Duration at);
  void line(Duration at, LineKind kind, const std::string& by, std::string text);

  std::shared_ptr<const scenario::Incident> incident_;
  sim::Simulation sim_;
  telemetry::Telemetry telemetry_;
  SimTime page_;
  Duration time_limit_;
  Duration time_{0};
  TeamState state_ = TeamState::kPlaying;
  std::optional<Duration> ended_;
  bool declared_right_ = false;
  std::size_t board_size_ = 0;  // pins that are up
  std::size_t chat_lines_ = 0;
  std::vector<PinRecord> pins_;
  std::vector<ActionRecord> actions_;
  std::vector<ChannelLine> channel_;
  std::vector<DeclarationRecord> declarations_;
  std::vector<HintRecord> hints_;
  std::vector<StatusRecord> status_updates_;
  std::uint64_t harmed_at_page_ = 0, requests_at_page_ = 0;  // unweighted
  std::vector<Sample> samples_;                              // one at the page and at each rule step since
  std::vector<std::vector<Sample>> by_journey_;      // a ring of the last kHarmRateWindow for each journey
  std::vector<telemetry::AlertState> alerts_noted_;  // as the timeline has them; by place in AlertLog::fired
};

}  // namespace incident::match
