#include "match/replay.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace incident::match {
namespace {

constexpr std::size_t kCheckpointsMax = 64;  // a match of two hours at one each two minutes

Result<void> apply_one(Match& match, const Entry& entry) {
  const Applied applied = match.apply(entry);
  // A refusal is part of the course (it was refused live too), but a gap in the log is damage.
  if (applied.refused && match.last_entry() != entry.number) {
    return Error{applied.refused->code, applied.refused->message, "entry " + std::to_string(entry.number)};
  }
  return {};
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = "0123456789abcdef"[(value >> (4 * i)) & 0xF];
  }
  return text;
}

}  // namespace

Result<Match> replay(std::shared_ptr<const scenario::Incident> incident,
                     std::shared_ptr<const scenario::Start> start, const Settings& settings,
                     std::span<const Entry> entries) {
  if (auto valid = validate(settings); !valid) {
    return valid.error();
  }
  Match match(std::move(incident), settings);
  match.begin(std::move(start));
  for (const Entry& entry : entries) {
    if (auto applied = apply_one(match, entry); !applied) {
      return applied.error();
    }
  }
  return match;
}

Result<Match> replay(std::shared_ptr<const scenario::Incident> incident, std::uint64_t seed,
                     const Settings& settings, std::span<const Entry> entries) {
  auto start = scenario::warm_up(*incident, seed);
  if (!start) {
    return start.error();
  }
  return replay(std::move(incident), std::make_shared<const scenario::Start>(std::move(*start)), settings,
                entries);
}

Result<void> verify(std::shared_ptr<const scenario::Incident> incident, std::uint64_t seed,
                    const Settings& settings, std::span<const Entry> entries, std::uint64_t expected_hash) {
  const auto again = replay(std::move(incident), seed, settings, entries);
  if (!again) {
    return again.error();
  }
  if (again->hash() != expected_hash) {
    return invalid("The replay's state hash is " + hex(again->hash()) + ", the record says " +
                   hex(expected_hash) + ": the log, the incident or the seed is not the match's own.");
  }
  return {};
}

Replay::Replay(std::shared_ptr<const scenario::Incident> incident,
               std::shared_ptr<const scenario::Start> start, Settings settings, std::vector<Entry> entries,
               Duration spacing)
    : incident_(std::move(incident)),
      start_(std::move(start)),
      settings_(std::move(settings)),
      entries_(std::move(entries)),
      spacing_(spacing) {
  assert(spacing_.us > 0);
}

Duration Replay::length() const {
  return entries_.empty() ? Duration{0} : entries_.back().at;
}

Result<const Match*> Replay::at(Duration time) {
  if (present_.empty() || present_.front().match.time() > time) {
    present_.clear();
    const auto later = std::find_if(checkpoints_.begin(), checkpoints_.end(),
                                    [&](const Checkpoint& c) { return c.match.time() > time; });
    if (later == checkpoints_.begin()) {
      Match fresh(incident_, settings_);
      fresh.begin(start_);
      present_.push_back({std::move(fresh), 0});
    } else {
      present_.push_back(*std::prev(later));
    }
  }
  Checkpoint& now = present_.front();
  while (true) {
    const bool has_entry = now.next < entries_.size() && entries_[now.next].at <= time;
    const Duration goal = has_entry ? entries_[now.next].at : time;
    // Stop on the way where a checkpoint is due, so that going back later is quick.
    const Duration due = checkpoints_.empty() ? spacing_ : checkpoints_.back().match.time() + spacing_;
    if (now.match.phase() == Phase::kRunning && due < goal && now.match.time() <= due &&
        checkpoints_.size() < kCheckpointsMax) {
      now.match.advance(due);
      checkpoints_.push_back(now);
      continue;
    }
    if (!has_entry) {
      now.match.advance(time);
      return &now.match;
    }
    if (auto applied = apply_one(now.match, entries_[now.next]); !applied) {
      present_.clear();
      return applied.error();
    }
    ++now.next;
  }
}

}  // namespace incident::match
