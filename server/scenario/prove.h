// Proof that an incident can be played: over several seeds the page goes out in time, the harm stays when
// nobody acts, the reference solution ends it, what is tempting and wrong does not, and evidence of the cause
// is there to be found, while no text that players see before the end gives the answer away.
//
// A pure function of incident and seeds; CPU for seconds. Uses up to `threads` threads, which end before it
// returns. Whatever does not hold is a finding in plain words; figures are kept either way.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scenario/course.h"
#include "scenario/incident.h"

namespace incident::scenario {

// One course of actions under one seed.
struct CourseFigures {
  std::string name;
  std::uint64_t harmed = 0;  // requests, weighted
  double of_untouched = 0;   // share of the harm of doing nothing
  double of_reference = 0;   // multiple of par
  double share_at_end = 0;   // of requests harmed in the last five minutes
  std::optional<Duration> well_after;
};

// Pieces of evidence at the page that carry the cause.
struct EvidenceFigures {
  std::size_t log_lines = 0, traces = 0, series = 0, changes = 0;
  std::size_t kinds() const { return (log_lines > 0) + (traces > 0) + (series > 0) + (changes > 0); }
};

struct SeedProof {
  std::uint64_t seed = 0;
  std::optional<Duration> page_after;  // since the first causal change
  double harm_before = 0;              // share of requests harmed in the healthy history
  EvidenceFigures evidence;
  CourseFigures untouched, reference, random, roll_back_all;
  std::vector<CourseFigures> tempting;
};

struct Finding {
  std::optional<std::uint64_t> seed;  // none: of the files alone
  std::string what;
};

struct Proof {
  std::string incident;
  std::vector<SeedProof> seeds;
  std::vector<Finding> findings;

  bool holds() const { return findings.empty(); }
  void print(std::ostream& out) const;  // a table
  std::string json() const;
};

Proof prove(const Incident& incident, std::span<const std::uint64_t> seeds, unsigned threads = 2);

// Texts that players can see before the end, which must not tell: of files, without a simulation.
std::vector<Finding> telling_texts(const Incident& incident);

}  // namespace incident::scenario
