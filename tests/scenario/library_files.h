// The scenario files of the repository, for tests that go through all of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "scenario/library.h"

namespace incident::scenario::testing {

inline const std::filesystem::path& scenarios_folder() {
  // The variable is for authors, who try a copy.
  static const std::filesystem::path kFolder = [] {
    const char* other = std::getenv("INCIDENT_SCENARIOS");
    return std::filesystem::path(other != nullptr ? other : INCIDENT_SCENARIOS);
  }();
  return kFolder;
}

inline std::vector<std::string> incident_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scenarios_folder() / "incidents")) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Null, and the test has failed, when the file does not load.
inline std::shared_ptr<const Incident> load(const std::string& name) {
  auto incident = load_incident(scenarios_folder() / "incidents" / (name + ".json"));
  if (incident) return *incident;
  ADD_FAILURE() << incident.error().at << ": " << incident.error().message;
  return nullptr;
}

}  // namespace incident::scenario::testing
