// The figures of an arena's status line, and its hash.
#include <algorithm>

#include "match/arena.h"

namespace incident::match {
namespace {

double per_second(std::uint64_t count, std::size_t steps) {
  return steps == 0 ? 0.0 : static_cast<double>(count) / (static_cast<double>(steps) * kRuleStep.seconds());
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_text(Hasher& hasher, const std::string& text) {
  hasher.add(std::string_view(text));
}

void add_time(Hasher& hasher, const std::optional<Duration>& time) {
  hasher.add(time ? time->us : INT64_MIN);
}

}  // namespace

std::int64_t Arena::harm() const {
  return static_cast<std::int64_t>((sim_.user_totals().harmed() - harmed_at_page_) * sim_.model().weight);
}

double Arena::harm_rate() const {
  const std::size_t steps =
      std::min(samples_.size() - 1, static_cast<std::size_t>(kHarmRateWindow.us / kRuleStep.us));
  const Sample& then = samples_[samples_.size() - 1 - steps];
  const Sample& now = samples_.back();
  return per_second((now.failed + now.slow - then.failed - then.slow) * sim_.model().weight, steps);
}

double Arena::budget_left() const {
  const double rate_before = static_cast<double>(requests_at_page_) / std::max(page_.seconds(), 1.0);
  const double budget = rate_before * kObjectiveWindow.seconds() * kObjectiveBadPermille / 1000.0;
  const auto harmed = static_cast<double>(sim_.user_totals().harmed() - harmed_at_page_);
  return budget <= 0 ? 0.0 : std::clamp(1.0 - harmed / budget, 0.0, 1.0);
}

std::vector<Arena::JourneyHealth> Arena::journeys() const {
  std::vector<JourneyHealth> health;
  for (std::size_t j = 0; j < by_journey_.size(); ++j) {
    const Sample& then = by_journey_[j].front();
    const Sample& now = by_journey_[j].back();
    const std::uint64_t requests = now.all - then.all;
    health.push_back(
        {sim_.model().journeys[j].name, per_second(requests * sim_.model().weight, by_journey_[j].size() - 1),
         share_of(now.failed - then.failed, requests), share_of(now.slow - then.slow, requests)});
  }
  return health;
}

void Arena::add_to(Hasher& hasher) const {
  hasher.add(sim_.hash());
  hasher.add(time_.us);
  hasher.add(static_cast<std::uint8_t>(state_));
  add_time(hasher, ended_);
  hasher.add(static_cast<std::uint64_t>(pins_.size()));
  for (const PinRecord& pin : pins_) {
    hasher.add(static_cast<std::uint8_t>(pin.evidence.kind));
    add_text(hasher, pin.evidence.ref);
    add_text(hasher, pin.evidence.query);
    add_time(hasher, pin.evidence.from);
    add_time(hasher, pin.evidence.to);
    add_text(hasher, pin.evidence.label);
    add_text(hasher, pin.by);
    hasher.add(pin.at.us);
    add_time(hasher, pin.removed);
  }
  hasher.add(static_cast<std::uint64_t>(actions_.size()));
  for (const ActionRecord& record : actions_) {
    hasher.add(static_cast<std::uint8_t>(record.action.kind));
    hasher.add(record.action.target);
    hasher.add(record.action.value);
    add_text(hasher, record.by);
    hasher.add(record.begun.us);
    add_time(hasher, record.ended);
    hasher.add(static_cast<std::uint8_t>(record.state));
    hasher.add(static_cast<std::uint8_t>(record.grounded));
  }
  hasher.add(static_cast<std::uint64_t>(declarations_.size()));
  for (const DeclarationRecord& record : declarations_) {
    add_text(hasher, record.component);
    add_text(hasher, record.mechanism);
    add_text(hasher, record.trigger);
    hasher.add(record.pins);
    add_text(hasher, record.by);
    hasher.add(record.at.us);
    hasher.add(static_cast<std::uint8_t>(record.right));
  }
  hasher.add(static_cast<std::uint64_t>(hints_.size()));
  hasher.add(static_cast<std::uint64_t>(channel_.size()));
  for (const ChannelLine& line : channel_) {
    hasher.add(line.at.us);
    hasher.add(static_cast<std::uint8_t>(line.kind));
    add_text(hasher, line.by);
    add_text(hasher, line.text);
  }
  hasher.add(static_cast<std::uint64_t>(status_updates_.size()));
}

}  // namespace incident::match
