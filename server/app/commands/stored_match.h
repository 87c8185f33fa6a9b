// A match as it lies in a server's data folder, read beside a running server too, and the world it began in.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "match/match.h"
#include "scenario/incident.h"
#include "scenario/warm_up.h"
#include "store/store.h"

namespace incident::app {

struct Folders {
  std::filesystem::path data, scenarios;  // no scenarios: those that came with the program
};

// All that a match is made of.
struct StoredMatch {
  store::MatchRow row;
  std::shared_ptr<const scenario::Incident> incident;
  match::Settings settings;
  std::vector<match::Entry> entries;
  Duration clock{0};  // how far it had come, by its last entry or the server's last checkpoint
};

// Errors: there is no such match; its incident is not there, or has changed since.
Result<StoredMatch> load_match(const Folders& folders, const std::string& id);
Result<std::shared_ptr<const scenario::Start>> warm(const StoredMatch& record);

}  // namespace incident::app
