#include "match/arena.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "match/action_text.h"
#include "match/evidence.h"
#include "match/limits.h"
#include "match/score.h"
#include "match/views.h"
#include "scenario/action_names.h"
#include "scenario/mechanisms.h"

namespace incident::match {
namespace {

Error precondition(std::string message, std::string at = {}) {
  return {ErrorCode::kFailedPrecondition, std::move(message), std::move(at)};
}
Error exhausted(std::string message) {
  return {ErrorCode::kResourceExhausted, std::move(message), {}};
}

// The simulation's reasons are clauses; players get sentences.
Error as_sentence(Error error) {
  std::string& text = error.message;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  if (!text.empty() && text.back() != '.') {
    text += '.';
  }
  return error;
}

std::string left_words(std::size_t left) {
  return std::to_string(left) + (left == 1 ? " declaration is left" : " declarations are left");
}

}  // namespace

std::string_view to_string(TeamState state) {
  switch (state) {
    case TeamState::kPlaying:
      return "playing";
    case TeamState::kSolved:
      return "solved";
    case TeamState::kConceded:
      return "conceded";
    case TeamState::kTimedOut:
      return "timed_out";
  }
  return "";
}

std::string_view to_string(LineKind kind) {
  switch (kind) {
    case LineKind::kChat:
      return "chat";
    case LineKind::kStatus:
      return "status";
    case LineKind::kSystem:
      return "system";
  }
  return "";
}

Arena::Arena(std::shared_ptr<const scenario::Incident> incident, const sim::Simulation& sim,
             const telemetry::Telemetry& telemetry, SimTime page, Duration time_limit)
    : incident_(std::move(incident)), sim_(sim), telemetry_(telemetry), page_(page), time_limit_(time_limit) {
  assert(sim_.now() == page_);
  const sim::UserTotals totals = sim_.user_totals();
  harmed_at_page_ = totals.harmed();
  requests_at_page_ = totals.all();
  by_journey_.resize(sim_.model().journeys.size());
  for (const telemetry::Alert& alert : telemetry_.alerts().fired()) {
    alerts_noted_.push_back(alert.state);
  }
  take_sample();
  line(Duration{0}, LineKind::kSystem, {}, "The page went out: " + incident_->title + ".");
}

// --- running on

void Arena::advance(Duration to) {
  if (to <= time_) {
    return;
  }
  if (!finished()) {
    run_to(to);
  }
  time_ = to;
}

void Arena::run_to(Duration to) {
  const Duration end = std::min(to, time_limit_);
  Duration at = sim_.now() - page_;
  while (!finished() && at < end) {
    const Duration next_look = kRuleStep * static_cast<std::int64_t>(samples_.size());
    at = std::min(next_look, end);
    telemetry_.run(sim_, page_ + at);
    note_what_happened();
    if (at == next_look) {
      take_sample();
    }
    if (at == next_look || at == time_limit_) {
      look_at_rules(at);
    }
  }
}

void Arena::take_sample() {
  const sim::UserTotals all = sim_.user_totals();
  samples_.push_back({all.failed, all.slow, all.all()});
  const auto keep = static_cast<std::size_t>(kHarmRateWindow.us / kRuleStep.us) + 1;
  for (std::size_t j = 0; j < by_journey_.size(); ++j) {
    const sim::UserTotals totals = sim_.user_totals(sim::JourneyId(j));
    std::vector<Sample>& ring = by_journey_[j];
    if (ring.size() == keep) {
      ring.erase(ring.begin());
    }
    ring.push_back({totals.failed, totals.slow, totals.all()});
  }
}

void Arena::look_at_rules(Duration at) {
  if (declared_right_ && customers_well()) {
    finish(TeamState::kSolved, at);
    line(at, LineKind::kSystem, {}, "Solved: the cause is declared and customers are well again.");
  } else if (at >= time_limit_) {
    finish(TeamState::kTimedOut, at);
    line(at, LineKind::kSystem, {}, "Time is up.");
  }
}

bool Arena::customers_well() const {
  const auto steps = static_cast<std::size_t>(kWellFor.us / kRuleStep.us);
  if (samples_.size() <= steps) {
    return false;
  }
  const Sample& then = samples_[samples_.size() - 1 - steps];
  const Sample& now = samples_.back();
  const std::uint64_t requests = now.all - then.all;
  const std::uint64_t harmed = now.failed + now.slow - then.failed - then.slow;
  return requests > 0 && harmed * 1000 < requests * static_cast<std::uint64_t>(kWellHarmPermille);
}

void Arena::finish(TeamState state, Duration at) {
  state_ = state;
  ended_ = at;
}

// --- actions

Result<void> Arena::check_act(const sim::Action& action) const {
  if (actions_.size() >= limits::kActionsMax) {
    return exhausted("Your team has made " + std::to_string(limits::kActionsMax) +
                     " changes, which is as many as a match takes.");
  }
  if (const auto preview = sim_.preview(action); !preview) {
    return as_sentence(preview.error());
  }
  return {};
}

bool Arena::has_grounds() const {
  const auto evidence = std::count_if(pins_.begin(), pins_.end(), [](const PinRecord& pin) {
    return !pin.removed && pin.evidence.kind != EvidenceKind::kNote;
  });
  return evidence > static_cast<std::ptrdiff_t>(actions_.size()) / kChangesPerPin;
}

void Arena::act(const sim::Action& action, const std::string& by, const std::string& handle) {
  ActionRecord record;
  record.action = action;
  record.kind = scenario::to_string(action.kind);
  record.target = scenario::target_name(sim_, action);
  record.title = action_title(*this, action);
  record.by = by;
  record.handle = handle;
  record.begun = time_;
  record.grounded = has_grounds();
  const auto preview = sim_.preview(action);
  assert(preview.has_value());
  record.expected = preview->takes;
  record.requests_cut = preview->requests_cut;
  const auto id = telemetry_.act(sim_, action);
  assert(id.has_value());
  record.id = *id;
  const std::int64_t takes = record.expected.us / seconds(1).us;
  line(time_, LineKind::kSystem, by,
       handle + ": " + record.title + (takes > 0 ? " (about " + std::to_string(takes) + " s)." : "."));
  actions_.push_back(std::move(record));
  note_what_happened();
}

// --- the board

const PinRecord* Arena::find_pin(std::int64_t id) const {
  if (id < 1 || id > static_cast<std::int64_t>(pins_.size())) {
    return nullptr;
  }
  const PinRecord& pin = pins_[static_cast<std::size_t>(id - 1)];
  return pin.removed ? nullptr : &pin;
}

Result<void> Arena::check_pin(const Evidence& evidence) const {
  if (board_size_ >= limits::kPinsMax || pins_.size() >= limits::kPinsMadeMax) {
    return exhausted("The evidence board is full: " + std::to_string(limits::kPinsMax) +
                     " pins fit. Take one down first.");
  }
  return check_evidence(*this, evidence);
}

std::int64_t Arena::pin(const Evidence& evidence, const std::string& by, const std::string& handle) {
  const auto id = static_cast<std::int64_t>(pins_.size()) + 1;
  pins_.push_back({id, evidence, by, time_, std::nullopt});
  ++board_size_;
  line(time_, LineKind::kSystem, by, handle + " pinned: " + evidence.label);
  return id;
}

Result<void> Arena::check_unpin(std::int64_t pin) const {
  if (find_pin(pin) == nullptr) {
    return not_found("There is no pin " + std::to_string(pin) + " on the board.", "pin");
  }
  return {};
}

void Arena::unpin(std::int64_t pin, const std::string& handle) {
  PinRecord& record = pins_[static_cast<std::size_t>(pin - 1)];
  record.removed = time_;
  --board_size_;
  note(handle + " took down: " + record.evidence.label);
}

// --- declaring

Result<void> Arena::check_declare(const Declare& declaration) const {
  if (declared_right_) {
    return precondition("The cause is declared already; what is left is to make customers well.");
  }
  if (declarations_left() == 0) {
    return exhausted("All " + std::to_string(limits::kDeclarationsMax) +
                     " declarations are used; mitigation still counts.");
  }
  const auto& services = sim_.model().services;
  const auto service = std::find_if(services.begin(), services.end(), [&](const sim::ServiceSpec& s) {
    return s.name == declaration.component && s.kind != sim::ServiceKind::kUsers;
  });
  if (service == services.end()) {
    return not_found("There is no component \"" + declaration.component + "\"; name a service of the map.",
                     "component");
  }
  if (scenario::find_mechanism(declaration.mechanism) == nullptr) {
    return not_found("There is no mechanism \"" + declaration.mechanism + "\"; choose one from the list.",
                     "mechanism");
  }
  if (declaration.trigger != "none" && !change_named(sim_, declaration.trigger)) {
    return not_found(
        "There is no change \"" + declaration.trigger + "\" in the feed; name its number, or \"none\".",
        "trigger");
  }
  if (declaration.pins.size() > limits::kDeclarationPinsMax) {
    return invalid("A declaration rests on at most " + std::to_string(limits::kDeclarationPinsMax) + " pins.",
                   "pins");
  }
  for (std::size_t i = 0; i < declaration.pins.size(); ++i) {
    if (auto known = check_unpin(declaration.pins[i]); !known) {
      return Error{known.error().code, known.error().message, "pins[" + std::to_string(i) + "]"};
    }
    if (std::count(declaration.pins.begin(), declaration.pins.end(), declaration.pins[i]) > 1) {
      return invalid("Pin " + std::to_string(declaration.pins[i]) + " is named twice; once is enough.",
                     "pins[" + std::to_string(i) + "]");
    }
  }
  return {};
}

bool Arena::declare(const Declare& declaration, const std::string& by, const std::string& handle) {
  const scenario::Answer& answer = incident_->answer;
  DeclarationRecord record;
  record.component = declaration.component;
  record.mechanism = declaration.mechanism;
  record.trigger = declaration.trigger;
  record.pins = declaration.pins;
  record.by = by;
  record.at = time_;
  record.component_right = declaration.component == answer.component;
  record.mechanism_right = declaration.mechanism == answer.mechanism;
  const std::optional<sim::ChangeId> change = change_named(sim_, declaration.trigger);
  record.trigger_right =
      answer.trigger_change ? change && sim_.change(*change).planned == *answer.trigger_change : !change;
  record.right = record.component_right && record.mechanism_right;
  declared_right_ = record.right;
  const bool right = record.right;
  declarations_.push_back(std::move(record));
  line(time_, LineKind::kSystem, by,
       handle + " declared " + declaration.component + ", " + declaration.mechanism + ": " +
           (right ? "right. It is solved once customers are well again for " +
                        std::to_string(kWellFor.us / seconds(1).us) + " s."
                  : "not right. " + left_words(declarations_left()) + "."));
  return right;
}

std::size_t Arena::declarations_left() const {
  return limits::kDeclarationsMax - declarations_.size();
}

// --- hints, channel, status page, the end

Result<void> Arena::check_hint() const {
  if (hints_left() == 0) {
    return precondition("There are no more hints for this incident.");
  }
  return {};
}

void Arena::take_hint(const std::string& by, const std::string& handle) {
  const scenario::Hint& hint = incident_->hints[hints_.size()];
  hints_.push_back({hints_.size() + 1, hint.text, hint.price, by, time_});
  line(time_, LineKind::kSystem, by,
       handle + " took hint " + std::to_string(hints_.size()) + " (" + std::to_string(hint.price) +
           " points): " + hint.text);
}

std::size_t Arena::hints_left() const {
  return incident_->hints.size() - hints_.size();
}

int Arena::next_hint_price() const {
  return hints_left() == 0 ? 0 : incident_->hints[hints_.size()].price;
}

Result<void> Arena::check_chat() const {
  if (chat_lines_ >= limits::kChatLinesMax) {
    return exhausted("The channel is full: " + std::to_string(limits::kChatLinesMax) +
                     " lines were written.");
  }
  return {};
}

void Arena::chat(const std::string& text, const std::string& by) {
  ++chat_lines_;
  line(time_, LineKind::kChat, by, text);
}

Result<void> Arena::check_status() const {
  if (status_updates_.size() >= limits::kStatusUpdatesMax) {
    return exhausted("The status page is full: " + std::to_string(limits::kStatusUpdatesMax) +
                     " updates were made.");
  }
  return {};
}

void Arena::status_update(StatusState state, const std::string& text, const std::string& by) {
  status_updates_.push_back({state, text, by, time_});
  std::string words(to_string(state));
  words[0] = static_cast<char>(words[0] - 'a' + 'A');
  line(time_, LineKind::kStatus, by, words + ": " + text);
}

void Arena::concede(const std::string& handle) {
  finish(TeamState::kConceded, time_);
  note(handle + " ended the team's match.");
}

void Arena::time_out() {
  if (!finished()) {
    finish(TeamState::kTimedOut, time_);
    note("The match has ended.");
  }
}

}  // namespace incident::match
