// The life of rooms over restarts and limits, with the whole server in this process and a small incident.
#include <thread>

#include "house.h"
#include "pool_incident.h"

namespace incident::api::testing {
namespace {

scenario::Library one_incident(const std::string& content_hash) {
  auto incident = std::make_shared<scenario::Incident>(*match::testing::pool_incident());
  incident->content_hash = content_hash;
  auto info = std::make_shared<scenario::SystemInfo>();
  info->id = "small_shop";
  incident->info = info;
  return scenario::Library({incident});
}

struct RoomLife : ::testing::Test {
  RoomLife() { log::set_level(log::Level::kError); }
  void open(const std::string& content_hash = "first") {
    house.reset();
    house = std::make_unique<House>(folder.path, one_incident(content_hash));
  }
  Player newcomer(const std::string& handle) {
    Player player(house->port());
    EXPECT_EQ(player.post("/api/v1/session", {{"handle", handle}}).status, 201);
    return player;
  }
  std::string make_match(Player& player, const std::string& mode, int time_scale = 1) {
    const auto made = player.post(
        "/api/v1/matches",
        {{"incident", incident_id()}, {"mode", mode}, {"team", "blue"}, {"time_scale", time_scale}});
    EXPECT_EQ(made.status, 201) << made.body;
    return made.parsed()["match"];
  }
  static std::string incident_id() { return match::testing::pool_incident()->id; }
  static void play(Player& player, const std::string& match) {
    player.open_socket(match);
    player.say("hello");
    ASSERT_EQ(player.say("start_match")["type"], "ack");
    player.read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
  }
  static json wait_for_result(Player& player, const std::string& match) {
    for (;;) {
      const auto answer = player.get("/api/v1/matches/" + match + "/result");
      if (answer.status == 200 && answer.parsed()["ready"] == true) return answer.parsed();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  Folder folder;
  std::unique_ptr<House> house;
};

TEST_F(RoomLife, AnEndedMatchShowsItsScoreAmongMine) {
  open();
  Player ada = newcomer("ada");
  const std::string match = make_match(ada, "practice");
  play(ada, match);
  EXPECT_EQ(ada.say("concede")["type"], "ack");
  const json result = wait_for_result(ada, match);
  const json mine = ada.get("/api/v1/matches/mine").parsed();
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine[0]["state"], "ended");
  EXPECT_EQ(mine[0]["score"], result["teams"][0]["score"]);
}

TEST_F(RoomLife, ARestartLosesNoTimeAndLetsNoStrangerIn) {
  open();
  Player ada = newcomer("ada"), eve = newcomer("eve");
  const std::string match = make_match(ada, "practice", 10);
  play(ada, match);
  const json tick = ada.read_until([](const json& f) { return f["type"] == "tick" && f["time"] > 12.0; });
  ada.say("chat", {{"text", "before"}});
  ada.drop_socket();
  open();
  ada.move_to(house->port());
  eve.move_to(house->port());
  // At once, while the match may still be being recovered.
  eve.open_socket(match);
  EXPECT_THROW(
      {
        for (;;) eve.read();
      },
      boost::system::system_error);
  EXPECT_TRUE(eve.snapshot.is_null()) << eve.snapshot;
  ada.open_socket(match);
  const json again = ada.say("hello");
  EXPECT_EQ(again["phase"], "running");
  // The clock is kept once a second: ten simulated seconds.
  EXPECT_GE(again["time"].get<double>(), tick["time"].get<double>() - 10);
  EXPECT_EQ(again["channel"].back()["text"], "before");
}

TEST_F(RoomLife, AMatchWhoseIncidentChangedEndsAndSaysWhy) {
  open("first");
  Player ada = newcomer("ada");
  const std::string match = make_match(ada, "practice");
  play(ada, match);
  ada.drop_socket();
  open("second");
  ada.move_to(house->port());
  const json result = wait_for_result(ada, match);
  EXPECT_NE(result["note"].get<std::string>().find("changed"), std::string::npos);
  EXPECT_TRUE(result["teams"].empty());
  EXPECT_EQ(ada.get("/api/v1/matches/mine").parsed()[0]["state"], "ended");
  make_match(ada, "practice");  // it no longer counts among the open ones
}

TEST_F(RoomLife, OnePlayerHasALimitOfSockets) {
  open();
  Player ada = newcomer("ada");
  const std::string match = make_match(ada, "practice");
  std::vector<Player> windows(kSocketsPerPlayerMax, ada);
  for (Player& window : windows) {
    window.open_socket(match);
    EXPECT_EQ(window.say("hello")["phase"], "lobby");
  }
  Player one_more = ada;
  one_more.open_socket(match);
  EXPECT_THROW(one_more.read(), boost::system::system_error);
  windows.pop_back();  // closing one makes room
  for (int tries = 0;; ++tries) {
    ASSERT_LT(tries, 500);
    try {
      Player again = ada;
      again.open_socket(match);
      EXPECT_EQ(again.say("hello")["phase"], "lobby");
      break;
    } catch (const boost::system::system_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

TEST_F(RoomLife, TheServerCountsWhatItDoes) {
  open();
  Player ada = newcomer("ada");
  EXPECT_EQ(ada.get("/readyz").status, 200);
  const std::string match = make_match(ada, "practice");
  play(ada, match);
  ada.read_until([](const json& f) { return f["type"] == "tick"; });
  const std::string arena = ada.snapshot["teams"][0]["arena"];
  ada.get("/t/" + arena + "/prometheus/api/v1/labels");
  const auto metrics = ada.get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  for (const char* line : {"# TYPE incident_rooms gauge", "incident_rooms{phase=\"running\"} 1",
                           "incident_room_tick_duration_seconds_count 1",
                           "incident_command_duration_seconds_count{result=\"accepted\"}",
                           "incident_query_duration_seconds_count{door=\"prometheus\",status=\"2xx\"} 1",
                           "incident_http_requests_total{status=\"2xx\"}"})
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << "\n" << metrics.body;
}

TEST_F(RoomLife, AMatchThatEndsInItsLobbyHasNoScoreAndSaysSo) {
  open();
  Player ada = newcomer("ada");
  const std::string match = make_match(ada, "race");
  bool ended = false;
  const auto room = house->rooms.find_live(match);
  room->submit({}, match::EndMatch{}, [&](const Result<match::Applied>& result) {
    EXPECT_TRUE(result) << result.error().message;
    ended = true;
  });
  const json result = wait_for_result(ada, match);
  EXPECT_TRUE(ended);
  EXPECT_NE(result["note"].get<std::string>().find("before it began"), std::string::npos);
}

}  // namespace
}  // namespace incident::api::testing
