// What a finished match teaches: each team's harm beside doing nothing and par, each action's worth found by
// running the match again without it, the evidence that was there, and the score. Computed after the end from
// the match alone; deterministic, whatever the number of threads. Takes seconds of CPU: call it off the
// match's own thread, on a const Match that nobody changes meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "match/clues.h"
#include "match/evidence.h"
#include "match/match.h"
#include "match/score.h"

namespace incident::match {

enum class MoveVerdict : std::uint8_t { kGreat, kGood, kInaccuracy, kMistake, kBlunder };
std::string_view to_string(MoveVerdict verdict);

// A move is judged by the harm it saved, as a share of what was at stake between doing nothing and par.
inline constexpr int kGreatPermille = 200;
inline constexpr int kGoodPermille = 10;
inline constexpr int kInaccuracyPermille = -20;  // between this and kGoodPermille: it changed little
inline constexpr int kMistakePermille = -150;    // below: a blunder
// A replay that differs by less is chance: another order of the same arrivals.
inline constexpr int kNoisePermille = 5;
inline constexpr std::size_t kMovesJudgedMax = 60;  // of one team, the first ones; each costs a replay

struct CurvePoint {
  Duration at{0};
  std::int64_t nothing = 0, actual = 0, par = 0;  // harm so far, weighted
};

struct Move {
  std::size_t action = 0;  // index into Arena::actions()
  MoveVerdict verdict = MoveVerdict::kGood;
  std::int64_t harm_saved = 0;  // negative: harm caused
};

struct PinVerdict {
  std::int64_t pin = 0;
  EvidenceVerdict verdict = EvidenceVerdict::kUnrelated;
};

struct TeamReview {
  std::string team, name;
  TeamState state = TeamState::kPlaying;
  Duration finished{0};   // when it solved, conceded or ran out of time
  std::int64_t harm = 0;  // over the whole window
  int changes = 0;
  Score score;
  ScoreFacts facts;
  std::vector<CurvePoint> curve;
  std::vector<Move> moves;
  std::vector<PinVerdict> evidence;
  std::optional<Duration> knowable;  // when the first causal log line, trace or alert was there
  std::vector<Clue> clues;           // causal evidence that was there, pinned or missed
};

struct Review {
  std::vector<TeamReview> teams;       // in the order of Match::teams()
  std::vector<std::size_t> standings;  // indices into `teams`, best first
};

struct ReviewOptions {
  unsigned threads = 0;  // 0: as many as the machine has
};

// `match` must have ended.
Review review(const Match& match, const ReviewOptions& options = {});

}  // namespace incident::match
