// The scenario files of a folder: systems/*.json and incidents/*.json, each checked against what the
// simulation and the rules allow. An error names file and line, the field (a JSON pointer) and what would be
// right. The library is immutable once loaded; any thread may read.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/incident.h"

namespace incident::scenario {

class Library {
 public:
  explicit Library(std::vector<std::shared_ptr<const Incident>> incidents)
      : incidents_(std::move(incidents)) {}

  // By difficulty, then title.
  const std::vector<std::shared_ptr<const Incident>>& incidents() const { return incidents_; }
  // Null when there is none.
  std::shared_ptr<const Incident> find(std::string_view id) const;

 private:
  std::vector<std::shared_ptr<const Incident>> incidents_;
};

Result<Library> load_library(const std::filesystem::path& folder);
struct System;  // system_file.h
// One system file by itself.
Result<System> load_system(const std::filesystem::path& file);
// One incident file with the systems of the folder above its own.
Result<std::shared_ptr<const Incident>> load_incident(const std::filesystem::path& file);

}  // namespace incident::scenario
