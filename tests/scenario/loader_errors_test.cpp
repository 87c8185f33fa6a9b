// What the loader says of files that are wrong, as text: loader/*.txt. A case begins with its name after
// "==", then come edits of a good file and the error that they lead to:
//
//   == a field misspelt
//   incident: "briefing": -> "briefnig":
//   error: incident.json:14 /briefnig
//   says: did you mean "briefing"?
//
// `incident:` and `system:` replace the first place of the text on the left by the one on the right; "\n" is
// a new line. `error:` is the whole place, `says:` a part of the message.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenario/library.h"

namespace incident::scenario::testing {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name, file;
  int line = 0;
  std::vector<std::pair<std::string, std::string>> edits;  // file's name and the edit
  std::string at;
  std::vector<std::string> says;
};

std::string slurp(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string after(const std::string& line, const std::string& key) {
  return line.substr(std::min(line.size(), key.size() + 2));
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(LOADER_CASES)) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream file(entry.path());
    int number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      if (line.rfind("== ", 0) == 0)
        cases.push_back({line.substr(3), entry.path().filename().string(), number, {}, {}, {}});
      if (cases.empty()) continue;
      Case& c = cases.back();
      if (line.rfind("incident: ", 0) == 0) c.edits.emplace_back("incident", after(line, "incident"));
      if (line.rfind("system: ", 0) == 0) c.edits.emplace_back("system", after(line, "system"));
      if (line.rfind("error: ", 0) == 0) c.at = after(line, "error");
      if (line.rfind("says: ", 0) == 0) c.says.push_back(after(line, "says"));
    }
  }
  return cases;
}

std::string with_lines(std::string text) {
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n")) text.replace(at, 2, "\n");
  return text;
}

// Empty when the edit's left side is not there: then the case itself is wrong.
std::string edited(std::string text, const std::string& edit) {
  const auto arrow = edit.find(" -> ");
  if (arrow == std::string::npos) return {};
  const std::string from = with_lines(edit.substr(0, arrow));
  const auto at = text.find(from);
  if (at == std::string::npos) return {};
  return text.replace(at, from.size(), with_lines(edit.substr(arrow + 4)));
}

// A folder of this process alone, gone at the end.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("incident-loader-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "systems");
    fs::create_directories(path_ / "incidents");
  }
  ~Folder() { fs::remove_all(path_); }
  void write(const fs::path& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  fs::path incident() const { return path_ / "incidents" / "incident.json"; }

 private:
  fs::path path_;
};

TEST(Loader, ReadsTheGoodFiles) {
  const Folder folder;
  folder.write("systems/system.json", slurp(fs::path(LOADER_CASES) / "system.json"));
  folder.write("incidents/incident.json", slurp(fs::path(LOADER_CASES) / "incident.json"));
  const auto incident = load_incident(folder.incident());
  ASSERT_TRUE(incident) << incident.error().at << ": " << incident.error().message;
  EXPECT_EQ((*incident)->time_limit, minutes(20));
  ASSERT_EQ((*incident)->plan->changes.size(), 2u);
  EXPECT_EQ((*incident)->plan->changes[0].at, SimTime{} + minutes(9)) << "times count from the history's end";
  EXPECT_EQ((*incident)->answer.trigger_change, 1u);
}

TEST(Loader, SaysWhatIsWrongWhereAndWhatWouldBeRight) {
  const Folder folder;
  const std::string good_system = slurp(fs::path(LOADER_CASES) / "system.json");
  const std::string good_incident = slurp(fs::path(LOADER_CASES) / "incident.json");
  const auto cases = read_cases();
  ASSERT_GE(cases.size(), 20u);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file + ":" + std::to_string(c.line) + " " + c.name);
    std::string system = good_system, incident_text = good_incident;
    for (const auto& [file, edit] : c.edits) {
      std::string& text = file == "system" ? system : incident_text;
      text = edited(text, edit);
      ASSERT_FALSE(text.empty()) << "the file does not hold the left side of: " << edit;
    }
    folder.write("systems/system.json", system);
    folder.write("incidents/incident.json", incident_text);
    const auto loaded = load_incident(folder.incident());
    if (loaded) {
      ADD_FAILURE() << "is read without an error";
      continue;
    }
    EXPECT_EQ(loaded.error().at, c.at) << loaded.error().message;
    for (const std::string& part : c.says)
      EXPECT_NE(loaded.error().message.find(part), std::string::npos) << loaded.error().message;
  }
}

}  // namespace
}  // namespace incident::scenario::testing
