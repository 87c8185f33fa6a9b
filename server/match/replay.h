// Runs a match again from its log. The log alone decides: the same incident, seed, settings and entries give
// the same state hash as the live match had. Replay is a cursor over one: it shows the match at any time,
// forward by running on, backward from a checkpoint. One thread at a time; errors name the entry.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "match/match.h"

namespace incident::match {

// Warms the incident up with this seed and applies every entry.
Result<Match> replay(std::shared_ptr<const scenario::Incident> incident, std::uint64_t seed,
                     const Settings& settings, std::span<const Entry> entries);
// The same from a world that is warm already.
Result<Match> replay(std::shared_ptr<const scenario::Incident> incident,
                     std::shared_ptr<const scenario::Start> start, const Settings& settings,
                     std::span<const Entry> entries);
// Replays and compares; the error says both hashes.
Result<void> verify(std::shared_ptr<const scenario::Incident> incident, std::uint64_t seed,
                    const Settings& settings, std::span<const Entry> entries, std::uint64_t expected_hash);

class Replay {
 public:
  // A checkpoint is kept each `spacing` of match time, at most kCheckpointsMax.
  Replay(std::shared_ptr<const scenario::Incident> incident, std::shared_ptr<const scenario::Start> start,
         Settings settings, std::vector<Entry> entries, Duration spacing = minutes(2));

  // The match at this time, every entry up to and including it applied. Valid until the next call.
  Result<const Match*> at(Duration time);
  Duration length() const;  // time of the last entry

 private:
  struct Checkpoint {
    Match match;
    std::size_t next;  // entry to apply next
  };
  std::shared_ptr<const scenario::Incident> incident_;
  std::shared_ptr<const scenario::Start> start_;
  Settings settings_;
  std::vector<Entry> entries_;
  Duration spacing_;
  std::vector<Checkpoint> checkpoints_;  // in order of time
  std::vector<Checkpoint> present_;      // none or one
};

}  // namespace incident::match
