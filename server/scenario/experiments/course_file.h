// What experiments and fault kinds have in common in their files: the system, settings and actions in their
// short form. Throws Problem, like all readers of this room.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "scenario/incident.h"
#include "scenario/system_file.h"

namespace incident::scenario {

Result<std::string> read_small_file(const std::filesystem::path& file);

// A system written out, or the name of a file in `folder`/systems/. Valid when it returns.
System read_system_of(const Node& node, const std::filesystem::path& folder);

// {"edge api.db timeout": "200ms"}: a key is PART OF PARAMETER.
std::vector<sim::Setting> read_settings(const sim::Model& model, const Node& set);

// {"at": ..., "set": {...}, "deploy": "api@1.1", "lasts": ...}
sim::PlannedChange read_short_change(const sim::Model& model, const Node& node, Duration at);
void sort_by_time(std::vector<sim::PlannedChange>& changes);

// {"at": ..., "do": "restart", "target": "api", "value": 0}; a pod is "api/0", a change its index in the
// plan.
TimedCommand read_short_action(const sim::Model& model, const Node& node, Duration at);

}  // namespace incident::scenario
