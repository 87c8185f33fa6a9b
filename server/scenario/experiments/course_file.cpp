#include "scenario/experiments/course_file.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "scenario/action_names.h"

namespace incident::scenario {
namespace {

std::optional<sim::PartKind> part_kind(std::string_view name) {
  for (int i = 0; i < sim::kPartKinds; ++i) {
    if (sim::to_string(static_cast<sim::PartKind>(i)) == name) return static_cast<sim::PartKind>(i);
  }
  return std::nullopt;
}

std::string names_of_parts() {
  std::string all;
  for (int i = 0; i < sim::kPartKinds; ++i)
    all += (all.empty() ? "" : ", ") + std::string(sim::to_string(static_cast<sim::PartKind>(i)));
  return all;
}

// The feed's kind of a change that sets these: for telemetry, which tells of config and flags.
sim::ChangeKind kind_of(const std::vector<sim::Setting>& settings) {
  if (settings.empty()) return sim::ChangeKind::kInfrastructure;
  switch (sim::parameters()[settings.front().target.parameter].part) {
    case sim::PartKind::kFlag:
      return sim::ChangeKind::kFlag;
    case sim::PartKind::kJourney:
      return sim::ChangeKind::kTraffic;
    case sim::PartKind::kInstance:
      return sim::ChangeKind::kInfrastructure;
    default:
      return sim::ChangeKind::kConfig;
  }
}

}  // namespace

Result<std::string> read_small_file(const std::filesystem::path& path) {
  constexpr std::size_t kBytesMax = 1024 * 1024;
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return not_found("cannot be read", path.string());
  if (text.str().size() > kBytesMax) return invalid("is larger than such a file may be", path.string());
  return text.str();
}

System read_system_of(const Node& node, const std::filesystem::path& folder) {
  const auto checked = [](System system, const Node& at) {
    if (const auto valid = sim::validate(system.model); !valid)
      at.fail("the system does not hang together: " + valid.error().at + " " + valid.error().message);
    return system;
  };
  if (node.is_object()) return checked(read_system(node), node);
  const std::filesystem::path file = folder / "systems" / (node.text() + ".json");
  const auto text = read_small_file(file);
  if (!text) node.fail("there is no file systems/" + node.text() + ".json");
  const auto json = parse_json_text(file.filename().string(), *text);
  if (!json) throw Problem{json.error()};
  const Node root(*json, json->root, "");
  return checked(read_system(root), root);
}

std::vector<sim::Setting> read_settings(const sim::Model& model, const Node& set) {
  std::vector<sim::Setting> settings;
  set.each_member([&](const std::string& key, const Node& value) {
    const std::size_t first = key.find(' '), last = key.rfind(' ');
    if (first == std::string::npos || first == last)
      value.fail("a setting is named PART OF PARAMETER, such as \"edge api.db timeout\"");
    const auto kind = part_kind(key.substr(0, first));
    if (!kind) value.fail("the first word must be one of " + names_of_parts());
    const auto* info = sim::find_parameter(*kind, key.substr(last + 1));
    if (info == nullptr) {
      std::string names;
      for (const auto& p : sim::parameters()) {
        if (p.part == *kind) names += (names.empty() ? "" : ", ") + std::string(p.name);
      }
      value.fail("the last word must be a parameter: " + names);
    }
    sim::Setting setting;
    setting.target.parameter = static_cast<std::uint16_t>(info - sim::parameters().data());
    setting.target.part = find_part(model, *kind, key.substr(first + 1, last - first - 1), value);
    setting.value = value.parameter(*info);
    settings.push_back(setting);
  });
  return settings;
}

sim::PlannedChange read_short_change(const sim::Model& model, const Node& node, Duration at) {
  sim::PlannedChange change;
  change.at = SimTime{} + at;
  change.causal = true;
  if (node.has("set")) change.settings = read_settings(model, node.at("set"));
  change.kind = kind_of(change.settings);
  change.service = model.operations[model.journeys.front().operation.index()].service;
  if (node.has("deploy")) {
    const Node deploy = node.at("deploy");
    change.kind = sim::ChangeKind::kDeploy;
    change.revision = sim::RevisionId(find_part(model, sim::PartKind::kRevision, deploy.text(), deploy));
    change.service = model.revisions[change.revision.index()].service;
  }
  change.lasts = node.duration("lasts", Duration{0});
  change.title = "change at " + std::to_string(at.us / 1'000'000) + " s";
  return change;
}

void sort_by_time(std::vector<sim::PlannedChange>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

TimedCommand read_short_action(const sim::Model& model, const Node& node, Duration at) {
  TimedCommand command;
  command.at = at;
  const std::string kind = node.at("do").text();
  const auto parsed = parse_action_kind(kind);
  const std::int64_t value = node.whole("value", 0, 0, INT64_MAX);
  if (parsed && target_kind(*parsed) == "pod") {
    const Node target = node.at("target");
    command.action = {*parsed, {}, find_part(model, sim::PartKind::kInstance, target.text(), target), value};
    return command;
  }
  const auto action = parse_action(model, kind, node.at("target").text(), value);
  if (!action) node.at(action.error().at == "kind" ? "do" : "target").fail(action.error().message);
  command.action = *action;
  return command;
}

}  // namespace incident::scenario
