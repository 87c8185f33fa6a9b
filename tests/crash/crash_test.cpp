// The real server is killed at random moments of real play. What it has acknowledged must be there when it
// comes back, exactly once, and the matches go on to their ends.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "gamer.h"
#include "server_process.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::crash {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kIncident = "shop_slows_down";
constexpr std::chrono::seconds kPatience{300};  // of the test, on a busy machine; nothing is timed

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "incident-crash-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() {
    if (!::testing::Test::HasFailure()) std::filesystem::remove_all(path);
  }
  std::filesystem::path path;
};

int number_from(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::atoi(text) : otherwise;
}

bool wait_for(const std::function<bool()>& condition) {
  const auto end = steady_clock::now() + kPatience;
  while (!condition()) {
    if (steady_clock::now() > end || ::testing::Test::HasFatalFailure()) return false;
    std::this_thread::sleep_for(milliseconds(20));
  }
  return true;
}

// A server that can be killed under its players.
class Stage {
 public:
  explicit Stage(const std::filesystem::path& folder) : server(folder) {}
  ~Stage() {
    address.quit = true;
    server.kill();
  }
  void up() {
    server.start();
    address.port = server.port();
    address.run = ++runs_;
  }
  void kill() {
    address.run = 0;
    server.kill();
  }

  ServerProcess server;
  Address address;

 private:
  int runs_ = 0;
};

// Everything that this player said, beside the log that is on the disk.
void check_log(const Gamer& gamer, const store::StoredMatch& stored) {
  for (std::size_t i = 0; i < stored.log.size(); ++i)
    ASSERT_EQ(stored.log[i].number, static_cast<std::int64_t>(i) + 1) << "a gap in the log";
  int acknowledged = 0;
  for (const Said& said : gamer.record()) {
    std::vector<std::int64_t> found;
    for (const auto& entry : stored.log) {
      if (entry.player != gamer.id()) continue;
      const json payload = json::parse(entry.payload_json);
      const bool same = said.what == "act"  ? payload["do"] == "act" && payload["value"] == said.value * 10
                        : said.mark.empty() ? entry.number == said.entry && payload["do"] == said.what
                                            : payload["do"] == said.what &&
                                                  entry.payload_json.find(said.mark) != std::string::npos;
      if (same) found.push_back(entry.number);
    }
    switch (said.outcome) {
      case Said::Outcome::kAcknowledged:
        ++acknowledged;
        EXPECT_EQ(found, std::vector<std::int64_t>{said.entry}) << said.what << " " << said.mark;
        break;
      case Said::Outcome::kRefused:
        EXPECT_TRUE(found.empty()) << said.what << " " << said.mark;
        break;
      case Said::Outcome::kUnknown:
        EXPECT_LE(found.size(), 1U) << said.what << " " << said.mark;
        break;
    }
  }
  EXPECT_GT(acknowledged, 20) << "this test must see play";
  std::cout << gamer.match() << ": " << acknowledged << " of " << gamer.record().size()
            << " acknowledged, log of " << stored.log.size() << "\n";
}

TEST(Crash, WhatWasAcknowledgedIsThereExactlyOnceAndTheMatchGoesOn) {
  const int kills = number_from("INCIDENT_KILLS", 3);
  const auto seed =
      static_cast<unsigned>(number_from("INCIDENT_SEED", static_cast<int>(std::random_device()())));
  std::cout << "INCIDENT_SEED=" << seed << " INCIDENT_KILLS=" << kills << "\n";
  std::mt19937 random(seed);
  const Folder folder;
  Stage stage(folder.path);
  stage.up();

  Gamer ada(stage.address, "ada", seed + 1), bob(stage.address, "bob", seed + 2),
      eve(stage.address, "eve", seed + 3);
  Gamer lone(stage.address, "lone", seed + 4);
  const std::string lobby_code = lone.found_match("race", kIncident);
  ada.found_match("practice", kIncident);
  eve.join(bob.found_match("race", kIncident));
  bob.begin_when([&eve] { return eve.has_team.load(); });
  const std::vector<Gamer*> all = {&ada, &bob, &eve};
  const auto each = [&](auto condition) {
    return [&all, condition] { return std::all_of(all.begin(), all.end(), condition); };
  };
  for (Gamer* gamer : all) gamer->play();

  const auto crash_after = [&](unsigned ms_max) {
    std::this_thread::sleep_for(milliseconds(random() % ms_max));
    stage.kill();
    stage.up();
  };
  ASSERT_TRUE(wait_for([&] { return ada.running && bob.run_joined > 0; }));
  if (kills > 1) crash_after(3000);  // the race is in its briefing
  ASSERT_TRUE(wait_for(each([](Gamer* g) { return g->running.load(); })));
  for (int i = 2; i < kills; ++i) crash_after(5000);  // also while it is still recovering

  // It goes on.
  ASSERT_TRUE(
      wait_for(each([&](Gamer* g) { return g->run_joined == stage.address.run && g->ticks_in_run > 2; })));
  stage.address.ending = true;
  ASSERT_TRUE(wait_for(each([](Gamer* g) { return g->ended.load(); })));
  if (kills > 0) crash_after(1500);  // while the results are being computed, or just saved
  for (Gamer* gamer : all) gamer->finish();

  for (Gamer* gamer : {&ada, &bob}) {
    gamer->player().move_to(stage.server.port());
    json result;
    ASSERT_TRUE(wait_for([&] {
      result = gamer->player().get("/api/v1/matches/" + gamer->match() + "/result").parsed();
      return result.value("ready", false);
    })) << result;
    EXPECT_EQ(result["teams"].size(), gamer == &ada ? 1U : 2U);
    const Outcome verified = run({"match", "verify", gamer->match(), "--data-dir", stage.server.data_dir(),
                                  "--scenarios", INCIDENT_SCENARIOS});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  }
  lone.player().move_to(stage.server.port());
  EXPECT_NO_THROW(lone.join(lobby_code)) << "a lobby is there after restarts too";

  EXPECT_EQ(stage.server.terminate(), 0);
  for (Gamer* gamer : all) {
    const auto stored = store::read_sqlite_match(stage.server.data_dir(), gamer->match());
    ASSERT_TRUE(stored.has_value()) << stored.error().message;
    check_log(*gamer, *stored);
  }
}

}  // namespace
}  // namespace incident::crash
