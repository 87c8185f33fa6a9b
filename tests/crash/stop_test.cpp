// How the real server stops, and how a second one is turned away.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>

#include "player.h"
#include "server_process.h"

namespace incident::crash {
namespace {

using api::testing::json;
using api::testing::Player;

class Stop : public ::testing::Test {
 protected:
  Stop() {
    std::string name = (std::filesystem::temp_directory_path() / "incident-stop-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    server_ = std::make_unique<ServerProcess>(folder_);
    server_->start();
  }
  ~Stop() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  // A second server with these changes to the first one's command line.
  Outcome second(const std::filesystem::path& data_dir, std::uint16_t port) const {
    auto arguments = server_->arguments(std::to_string(port));
    for (auto& word : arguments) {
      if (word == server_->data_dir().string()) word = data_dir.string();
    }
    arguments.insert(arguments.end(), {"--log-level", "error"});
    return run(arguments);
  }

  std::filesystem::path folder_;
  std::unique_ptr<ServerProcess> server_;
};

// On its request, with players inside.
TEST_F(Stop, TermSaysGoodbyeAndExitsWithZero) {
  Player player(server_->port());
  player.post("/api/v1/session", {{"handle", "ada"}});
  const json made =
      player.post("/api/v1/matches", {{"incident", "shop_slows_down"}, {"mode", "practice"}, {"team", ""}})
          .parsed();
  player.open_socket(made["match"]);
  player.say("hello");
  player.say("start_match");
  player.read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
  int status = -1;
  const auto begun = std::chrono::steady_clock::now();
  std::thread stop([&] { status = server_->terminate(); });
  json goodbye = json::object();
  try {
    goodbye = player.read_until([](const json& f) { return f["type"] == "goodbye"; });
    for (;;) player.read();
  } catch (const boost::system::system_error&) {
    // The socket has closed, as it must.
  }
  stop.join();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(goodbye.value("reason", ""), "restart") << "the server closed without a word";
  const auto took = std::chrono::steady_clock::now() - begun;
  RecordProperty("stop_ms",
                 static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}

TEST_F(Stop, ASecondServerOnTheSameFolderIsTurnedAwayWithOneLine) {
  const Outcome outcome = second(server_->data_dir(), 0);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find("uses this DATA_DIR"), std::string::npos) << outcome.err;
  EXPECT_TRUE(outcome.out.empty());
}

TEST_F(Stop, APortInUseIsOneLine) {
  const Outcome outcome = second(folder_ / "other", server_->port());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find("Cannot listen"), std::string::npos) << outcome.err;
}

TEST_F(Stop, AnUnknownMatchIsAFaultAndAMissingOneMisuse) {
  const Outcome unknown = run({"match", "verify", "nosuchmatch", "--data-dir", server_->data_dir().string()});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.err.find("no such match"), std::string::npos) << unknown.err;
  EXPECT_EQ(run({"match", "verify"}).status, 2);
  EXPECT_EQ(run({"match", "replay", "m", "--until", "soon", "--data-dir", folder_.string()}).status, 2);
}

}  // namespace
}  // namespace incident::crash
