#include "app/commands/stored_match.h"

#include <algorithm>
#include <utility>

#include "app/config.h"
#include "match/command_json.h"
#include "scenario/library.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::app {

Result<StoredMatch> load_match(const Folders& folders, const std::string& id) {
  auto stored = store::read_sqlite_match(folders.data, id);
  if (!stored) return stored.error();
  StoredMatch record;
  record.row = std::move(stored->row);
  const auto library =
      scenario::load_library(folders.scenarios.empty() ? home_folder() / "scenarios" : folders.scenarios);
  if (!library) return library.error();
  record.incident = library->find(record.row.incident);
  if (!record.incident)
    return not_found("this match's incident is not among the scenarios", record.row.incident);
  if (record.incident->content_hash != record.row.incident_version) {
    return Error{ErrorCode::kFailedPrecondition,
                 "the incident's files have changed since this match began, so it cannot be run again",
                 record.row.incident};
  }
  auto settings = match::decode_settings(record.row.options_json);
  if (!settings) return settings.error();
  record.settings = std::move(*settings);
  for (auto& entry : stored->log) {
    auto command = match::decode_command(entry.payload_json);
    if (!command)
      return Error{command.error().code, command.error().message, "entry " + std::to_string(entry.number)};
    record.entries.push_back(
        {entry.number, Duration{entry.time_us}, std::move(entry.player), std::move(*command)});
  }
  record.clock = Duration{record.row.clock_us};
  if (!record.entries.empty()) record.clock = std::max(record.clock, record.entries.back().at);
  return record;
}

Result<std::shared_ptr<const scenario::Start>> warm(const StoredMatch& record) {
  auto start = scenario::warm_up(*record.incident, record.row.seed);
  if (!start) return start.error();
  return std::make_shared<const scenario::Start>(std::move(*start));
}

}  // namespace incident::app
