// Kinds of faults as data: scenarios/faults/*.json. Each entry says which parameters of which parts express
// the kind, and its signature: what rises, what falls, what is logged, what heals it and what does not. A
// test runs every one (tests/scenario/fault_kinds_test.cpp); docs/faults.md is written from here by `incident
// faults`.
//
// A file is {"group": "Resource", "kinds": [...]}, and a kind
//
//   "kind":     its name; "about": one sentence
//   "system":   a file of faults/systems/, or a system written out (default "small_shop")
//   "given":    {"edge web.api attempts": 3}      how the system is from the beginning, besides its file
//   "set":      {"instance api/0 cpu_factor": "8x"}, and or "deploy": "api@1.1": the fault itself, at 2m
//   "lasts":    "30s" when it is undone by itself
//   "develops": "1m" how long after it the signature is looked for; "recovers": "2m" the same after an action
//   "rises":    ["p99 of api", ...] at least half as much again as before; "falls": by a tenth or more
//   "logged":   ["part of a line", ...] lines that were not there before
//   "series":   [{"name", "unit", "query"}], "expect": further lines with the windows before, during and
//   after "heals":    [{"do": "restart", "target": "api"}], done one after the other 10 s apart;
//   revert_change needs
//               no target: it is the fault that is put back
//   "does_not_heal": [{"do": ...}, ...] each tried alone; "heals_by_itself": true when time is enough
//   "hidden":   true when no feed shows it, so that nobody can put it back
//
// Before is 1m..2m. The fault comes at 2m, during is the minute after 2m + develops, then the actions begin;
// after is the minute that begins `recovers` later. Healed means that the first series of rises (or falls)
// has come back more than half of its way. Kinds run under seeds 1 and 2. Loading and running are pure; any
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenario/experiments/experiment.h"

namespace incident::scenario {

struct FaultKind {
  std::string group, kind, about, where;
  Experiment experiment;               // variants: left alone, healed, then one for each vain attempt
  std::vector<sim::Setting> settings;  // what expresses it
  std::string deploy;                  // service@version, or empty
  std::vector<Measure> rises, falls;   // during, in the first variant
  std::vector<std::string> logged;
  std::vector<std::string> heals, does_not_heal;  // in words, for the table
  bool heals_by_itself = false;
  Window before, during, after;
};

// All files of the folder, by group and in the order of the files.
Result<std::vector<FaultKind>> load_fault_kinds(const std::filesystem::path& folder);
// What of the signature was not so; empty: all as stated.
std::vector<std::string> findings_of(const FaultKind& kind);

// Markdown.
std::string fault_table(const std::vector<FaultKind>& kinds);
// One JSON object a line.
std::string fault_json(const std::vector<FaultKind>& kinds);

}  // namespace incident::scenario
