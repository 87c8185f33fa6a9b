#include "telemetry/alerts.h"

#include <bit>

namespace incident::telemetry {
namespace {

void add(Hasher& hasher, const std::vector<Alert>& alerts) {
  hasher.add(static_cast<std::uint64_t>(alerts.size()));
  for (const Alert& alert : alerts) {
    hasher.add(alert.rule);
    hasher.add(alert.labels->hash());
    hasher.add(static_cast<std::uint8_t>(alert.state));
    hasher.add(alert.active_since.us);
    hasher.add(alert.fired_at.value_or(kNever).us);
    hasher.add(alert.resolved_at.value_or(kNever).us);
    hasher.add(std::bit_cast<std::uint64_t>(alert.value));
  }
}

}  // namespace

const char* to_string(AlertState state) {
  switch (state) {
    case AlertState::kPending:
      return "pending";
    case AlertState::kFiring:
      return "firing";
    case AlertState::kResolved:
      return "resolved";
  }
  return "resolved";
}

std::vector<Alert> AlertLog::all() const {
  std::vector<Alert> both = fired_;
  both.insert(both.end(), pending_.begin(), pending_.end());
  return both;
}

void AlertLog::hash(Hasher& hasher) const {
  add(hasher, fired_);
  add(hasher, pending_);
  hasher.add(first_page_.value_or(kNever).us);
  hasher.add(evaluation_errors_);
}

}  // namespace incident::telemetry
