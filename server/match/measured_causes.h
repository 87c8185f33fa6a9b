// How well the causal ids tell what a piece of evidence shows: the verdicts of evidence.h on every line,
// trace, series, change and alert that an incident's author has marked, counted against what the author says.
//
// One run without players from the page on. What fits a mark but lies before the first fault counts as marked
// unrelated. Visible changes that nobody marked count as unrelated. Pure; any thread; some seconds of CPU.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "match/arena.h"
#include "match/verdict.h"
#include "scenario/warm_up.h"

namespace incident::match {

inline constexpr int kVerdicts = 3;

// Pieces by what the author says and what the server says.
struct Confusion {
  std::array<std::array<std::size_t, kVerdicts>, kVerdicts> pieces{};  // [author][server]

  void add(EvidenceVerdict author, EvidenceVerdict server, std::size_t count = 1);
  void add(const Confusion& other);
  std::size_t all() const;
  // Of what the server calls causal, how much the author does; and the other way round. 1 when there is none.
  double precision() const;
  double recall() const;
  // The same for what shows the trouble at all: causal or collateral.
  double precision_of_trouble() const;
  double recall_of_trouble() const;
};

struct MarkFigures {
  std::string mark;  // in words
  Confusion confusion;
};

struct MeasuredCauses {
  std::vector<MarkFigures> marks;
  Confusion total;
  std::vector<std::string> unmarked;  // kinds of log lines that no mark fits, with how often they came
};

MeasuredCauses measure_causes(std::shared_ptr<const scenario::Incident> incident,
                              const scenario::Start& start);

}  // namespace incident::match
