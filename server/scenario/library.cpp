#include "scenario/library.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/hash.h"
#include "scenario/incident_file.h"
#include "scenario/system_file.h"

namespace incident::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return not_found("cannot be read", path.string());
  if (text.str().size() > kFileBytesMax)
    return invalid("is larger than a scenario file may be", path.string());
  return text.str();
}

std::string hash_of(const std::string& a, const std::string& b) {
  Hasher hasher;
  hasher.add(std::string_view(a));
  hasher.add(std::string_view(b));
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(hasher.digest() >> shift) & 15];
  return out;
}

}  // namespace

std::shared_ptr<const Incident> Library::find(std::string_view id) const {
  const auto found = std::find_if(incidents_.begin(), incidents_.end(),
                                  [&](const auto& incident) { return incident->id == id; });
  return found == incidents_.end() ? nullptr : *found;
}

Result<std::shared_ptr<const Incident>> load_incident(const fs::path& file) {
  using R = Result<std::shared_ptr<const Incident>>;
  const auto text = read_file(file);
  if (!text) return text.error();
  try {
    const auto json = parse_json_text(file.filename().string(), *text);
    if (!json) return json.error();
    const Node root(*json, json->root, "");
    const std::string system_id = root.at("system").text();
    const fs::path system_file = file.parent_path().parent_path() / "systems" / (system_id + ".json");
    const auto system_text = read_file(system_file);
    if (!system_text) root.at("system").fail("there is no system \"" + system_id + "\"");
    const auto system_json = parse_json_text(system_file.filename().string(), *system_text);
    if (!system_json) return system_json.error();
    auto incident = std::make_shared<Incident>(
        read_incident(root, read_system(Node(*system_json, system_json->root, ""))));
    if (incident->id != file.stem().string()) root.at("id").fail("must be the file's name");
    incident->content_hash = hash_of(*text, *system_text);
    return R(boost::system::in_place_value, std::move(incident));
  } catch (const Problem& problem) {
    return problem.error;
  }
}

Result<System> load_system(const fs::path& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  try {
    const auto json = parse_json_text(file.filename().string(), *text);
    if (!json) return json.error();
    return read_system(Node(*json, json->root, ""));
  } catch (const Problem& problem) {
    return problem.error;
  }
}

Result<Library> load_library(const fs::path& folder) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "incidents", ec)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (ec) return not_found("has no folder incidents/", folder.string());
  std::sort(files.begin(), files.end());
  std::vector<std::shared_ptr<const Incident>> incidents;
  for (const auto& file : files) {
    auto incident = load_incident(file);
    if (!incident) return incident.error();
    incidents.push_back(std::move(*incident));
  }
  std::stable_sort(incidents.begin(), incidents.end(), [](const auto& a, const auto& b) {
    return std::pair(a->difficulty, std::string_view(a->title)) <
           std::pair(b->difficulty, std::string_view(b->title));
  });
  return Library(std::move(incidents));
}

}  // namespace incident::scenario
