// A proof finds what is wrong with an incident: here with the small kiosk of loader/, spoilt in several ways.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenario/library.h"
#include "scenario/prove.h"

namespace incident::scenario::testing {
namespace {

// The kiosk's files stand in one folder, so they are brought into the shape of a library.
Incident kiosk();

bool found(const std::vector<Finding>& findings, const std::string& part) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& f) { return f.what.find(part) != std::string::npos; });
}

TEST(TellingTexts, AnIncidentThatKeepsItsSecretTellsNothing) {
  EXPECT_TRUE(telling_texts(kiosk()).empty());
}

TEST(TellingTexts, TheMechanismIsFoundInAnySpelling) {
  for (const char* text : {"pool_exhaustion", "Pool-Exhaustion", "a case of POOL EXHAUSTION, they say",
                           "Connection pool exhausted"}) {
    Incident incident = kiosk();
    incident.briefing = text;
    EXPECT_TRUE(found(telling_texts(incident), "the briefing names the mechanism")) << text;
  }
}

TEST(TellingTexts, ChangesAlertsAndTagsAreLookedAt) {
  Incident incident = kiosk();
  incident.tags.push_back("pool exhaustion");
  auto plan = *incident.plan;
  plan.changes[1].detail = "leads to connection pool exhausted";
  incident.plan = std::make_shared<const sim::Plan>(plan);
  auto config = *incident.telemetry;
  config.rules[0].runbook = "Think of pool exhaustion first.";
  incident.telemetry = std::make_shared<const telemetry::TelemetryConfig>(config);
  const auto findings = telling_texts(incident);
  EXPECT_TRUE(found(findings, "a tag names"));
  EXPECT_TRUE(found(findings, "the detail of a change names"));
  EXPECT_TRUE(found(findings, "the runbook of ShopErrors names"));
}

TEST(TellingTexts, AHiddenFaultMayBeCalledWhatItIs) {
  Incident incident = kiosk();
  auto plan = *incident.plan;
  plan.changes[1].title = "pool_exhaustion";
  plan.changes[1].visible = false;
  incident.plan = std::make_shared<const sim::Plan>(plan);
  EXPECT_TRUE(telling_texts(incident).empty());
}

TEST(Prove, SaysThatNobodyIsPaged) {
  constexpr std::uint64_t kSeeds[] = {7};
  const Proof proof = prove(kiosk(), kSeeds, 1);
  EXPECT_FALSE(proof.holds());
  EXPECT_TRUE(found(proof.findings, "nobody is paged within 300 s"));
  std::ostringstream table;
  proof.print(table);
  EXPECT_NE(table.str().find("seed 7: nobody is paged"), std::string::npos) << table.str();
  const auto json = nlohmann::json::parse(proof.json());
  EXPECT_EQ(json["holds"], false);
  EXPECT_TRUE(json["seeds"][0]["page_after_s"].is_null());
}

// Paged by a rule that is nearly always true: harm that is not there neither stays nor needs a solution.
TEST(Prove, SaysThatThereIsNoHarm) {
  Incident incident = kiosk();
  auto config = *incident.telemetry;
  config.rules[0].expr = "vector(time()) > 660";
  config.rules[0].hold = Duration{0};
  config.rules[0].pages = true;
  incident.telemetry = std::make_shared<const telemetry::TelemetryConfig>(config);
  constexpr std::uint64_t kSeeds[] = {7, 8};
  const Proof proof = prove(incident, kSeeds, 2);
  EXPECT_TRUE(found(proof.findings, "untouched, the harm does not last to the end"));
  EXPECT_TRUE(found(proof.findings, "fewer than two of logs, traces, metrics and changes"));
  ASSERT_EQ(proof.seeds.size(), 2u);
  EXPECT_EQ(proof.seeds[1].seed, 8u);
  EXPECT_EQ(proof.seeds[0].page_after, seconds(15)) << "a minute past the history, and the next evaluation";
}

TEST(Prove, SaysThatThePageComesBeforeTheCause) {
  Incident incident = kiosk();
  auto config = *incident.telemetry;
  config.rules[0].expr = "vector(time()) > 300";
  config.rules[0].hold = Duration{0};
  config.rules[0].pages = true;
  incident.telemetry = std::make_shared<const telemetry::TelemetryConfig>(config);
  constexpr std::uint64_t kSeeds[] = {7};
  EXPECT_TRUE(found(prove(incident, kSeeds, 1).findings, "before the first causal change"));
}

Incident kiosk() {
  namespace fs = std::filesystem;
  static const Incident kIncident = [] {
    const fs::path from = LOADER_CASES;
    const fs::path folder =
        fs::path(::testing::TempDir()) / ("incident-findings-" + std::to_string(::getpid()));
    fs::create_directories(folder / "systems");
    fs::create_directories(folder / "incidents");
    fs::copy_file(from / "system.json", folder / "systems/system.json", fs::copy_options::overwrite_existing);
    fs::copy_file(from / "incident.json", folder / "incidents/incident.json",
                  fs::copy_options::overwrite_existing);
    const auto loaded = load_incident(folder / "incidents/incident.json");
    fs::remove_all(folder);
    return *loaded.value();
  }();
  return kIncident;
}

}  // namespace
}  // namespace incident::scenario::testing
