// The dashboards under docker/grafana are those that the systems' files define today.
#include "scenario/grafana.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "scenario/library.h"
#include "scenario/system_file.h"

namespace incident::scenario {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<SystemInfo> systems() {
  std::vector<SystemInfo> out;
  for (const auto& entry : fs::directory_iterator(fs::path(INCIDENT_SCENARIOS) / "systems"))
    if (entry.path().extension() == ".json") out.push_back(load_system(entry.path()).value().info);
  return out;
}

TEST(Grafana, TheFilesKeptAreThoseThatWouldBeMadeNow) {
  const fs::path kept = fs::path(INCIDENT_SCENARIOS).parent_path() / "docker" / "grafana" / "dashboards";
  std::set<std::string> expected;
  for (const auto& system : systems()) {
    for (const auto& dashboard : system.dashboards) {
      const std::string name = grafana_file_name(system, dashboard);
      expected.insert(name);
      std::ifstream file(kept / name);
      std::stringstream text;
      text << file.rdbuf();
      EXPECT_EQ(text.str(), grafana_json(system, dashboard))
          << "run: ./dev incident scenario dashboards " << system.id
          << " --grafana --out docker/grafana/dashboards";
    }
  }
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(kept)) found.insert(entry.path().filename().string());
  EXPECT_EQ(found, expected);
}

TEST(Grafana, EveryPanelOfOursIsThereWithItsQueryAndNoneOverlap) {
  std::set<std::string> uids;
  for (const auto& system : systems()) {
    for (const auto& dashboard : system.dashboards) {
      const json made = json::parse(grafana_json(system, dashboard));
      EXPECT_TRUE(uids.insert(made.at("uid").get<std::string>()).second);
      EXPECT_LE(made.at("uid").get<std::string>().size(), 40U) << "Grafana takes no longer uid";
      std::vector<json> shown;
      std::set<std::pair<int, int>> taken;
      std::set<int> ids;
      for (const auto& panel : made.at("panels")) {
        EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second);
        const json& at = panel.at("gridPos");
        EXPECT_LE(at.at("x").get<int>() + at.at("w").get<int>(), 24);
        for (int x = 0; x < at.at("w"); ++x)
          for (int y = 0; y < at.at("h"); ++y)
            EXPECT_TRUE(taken.insert({at.at("x").get<int>() + x, at.at("y").get<int>() + y}).second);
        if (panel.at("type") == "timeseries") shown.push_back(panel);
      }
      ASSERT_EQ(shown.size(), dashboard.panels.size());
      for (std::size_t i = 0; i < shown.size(); ++i) {
        EXPECT_EQ(shown[i].at("title"), dashboard.panels[i].title);
        EXPECT_EQ(shown[i].at("targets").at(0).at("expr"), dashboard.panels[i].query);
      }
    }
  }
}

}  // namespace
}  // namespace incident::scenario
