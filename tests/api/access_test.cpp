// Who may see which arena: tokens for tools of one's own, against the whole server.
#include "api/access.h"

#include "house.h"
#include "store/token.h"

namespace incident::api::testing {
namespace {

constexpr const char* kQuery = "/prometheus/api/v1/query?query=up";

// A server, and a match of one player that runs.
class AccessTest : public ::testing::Test {
 protected:
  AccessTest() { open(); }
  void open() {
    house.reset();
    house = std::make_unique<House>(folder.path, shipped_incidents());
    ada.move_to(house->port());
    tool.move_to(house->port());
  }
  // Returns the arena's doors.
  std::string start_match(int time_scale) {
    EXPECT_EQ(ada.post("/api/v1/session", {{"handle", "ada"}}).status, 201);
    match = ada.post("/api/v1/matches", {{"incident", "shop_slows_down"},
                                         {"mode", "practice"},
                                         {"team", "blue"},
                                         {"time_scale", time_scale}})
                .parsed()["match"];
    ada.open_socket(match);
    ada.say("hello");
    ada.say("start_match");
    ada.read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
    return "/t/" + ada.snapshot["teams"][0]["arena"].get<std::string>();
  }
  json make_token(const std::string& name = "Grafana") {
    const Answer made = ada.post("/api/v1/matches/" + match + "/tokens", {{"name", name}});
    EXPECT_EQ(made.status, 201) << made.body;
    return made.parsed();
  }
  void show(const std::string& token) { tool.fields["Authorization"] = "Bearer " + token; }

  Folder folder;
  std::unique_ptr<House> house;
  Player ada{0}, tool{0};
  std::string match;
};

TEST_F(AccessTest, ATokenOpensTheDoorsOfItsArenaUntilTheMatchEnds) {
  const std::string doors = start_match(10);

  // Nothing shown.
  const Answer nothing = tool.get(doors + kQuery);
  EXPECT_EQ(nothing.status, 401);
  EXPECT_NE(nothing.fields.at("www-authenticate").find("Basic realm=\"incident\""), std::string::npos);
  EXPECT_EQ(nothing.parsed()["status"], "error");
  EXPECT_EQ(tool.get("/t/nowhere.t1" + std::string(kQuery)).status, 401) << "tells nobody which exist";

  // Bearer, and basic with any user name.
  const json made = make_token();
  const std::string token = made["token"];
  EXPECT_EQ("/t/" + made["arena"].get<std::string>(), doors);
  show(token);
  const Answer answer = tool.get(doors + kQuery);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_GT(answer.parsed()["data"]["result"].size(), 5U);
  EXPECT_EQ(answer.fields.at("incident-time-scale"), "10");
  EXPECT_EQ(answer.fields.at("incident-clock"), "running");
  EXPECT_EQ(answer.fields.at("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.fields.count("access-control-allow-credentials"), 0U);
  EXPECT_EQ(tool.get(doors + "/loki/loki/api/v1/labels").status, 200);
  EXPECT_EQ(tool.post_form(doors + "/prometheus/api/v1/query", "query=up").status, 200);
  tool.fields["Authorization"] = "Basic " + [&] {
    const std::string plain = "anybody:" + token;
    std::string out(beast::detail::base64::encoded_size(plain.size()), ' ');
    out.resize(beast::detail::base64::encode(out.data(), plain.data(), plain.size()));
    return out;
  }();
  EXPECT_EQ(tool.get(doors + kQuery).status, 200);

  // Only what it is for: no other arena, no route of the page, no socket of the match.
  show(token);
  EXPECT_EQ(tool.get("/t/" + match + ".t9" + kQuery).status, 403);
  EXPECT_EQ(tool.get("/api/v1/matches/mine").status, 401);
  EXPECT_EQ(tool.get("/api/v1/matches/" + match + "/tokens").status, 401);

  // Only the hash is on the disk.
  EXPECT_EQ(house->store->find_access_token(made["id"].get<std::string>())->token_hash,
            store::hash_token(token));
  const json listed = ada.get("/api/v1/matches/" + match + "/tokens").parsed();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["name"], "Grafana");
  EXPECT_FALSE(listed[0].contains("token"));

  // After a restart it still works.
  ada.drop_socket();
  open();
  Answer again = tool.get(doors + kQuery);
  for (int tries = 0; again.status == 503 && tries < 600; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    again = tool.get(doors + kQuery);
  }
  EXPECT_EQ(again.status, 200) << again.body;

  // Revoked, it opens nothing; another one goes on.
  const std::string second = make_token("promtool")["token"];
  EXPECT_EQ(ada.remove("/api/v1/matches/" + match + "/tokens/" + made["id"].get<std::string>()).status, 204);
  EXPECT_EQ(tool.get(doors + kQuery).status, 401);
  show(second);
  EXPECT_EQ(tool.get(doors + kQuery).status, 200);

  // The end.
  ada.open_socket(match);
  ada.say("hello");
  EXPECT_EQ(ada.say("concede")["type"], "ack");
  ada.read_until([](const json& f) { return f["type"] == "update" && f.value("phase", "") == "ended"; });
  const Answer over = tool.get(doors + kQuery);
  EXPECT_EQ(over.status, 401);
  EXPECT_NE(over.parsed()["error"].get<std::string>().find("The match has ended"), std::string::npos);
  EXPECT_EQ(ada.post("/api/v1/matches/" + match + "/tokens", {{"name", "late"}}).status, 409);
  tool.fields.clear();
  EXPECT_EQ(tool.get(doors + kQuery).status, 200) << "now everybody may look";
}

TEST_F(AccessTest, TokensAreLimitedWrongOnesSlowedDownAndCookiesStayAtHome) {
  const std::string doors = start_match(1);
  EXPECT_EQ(ada.post("/api/v1/matches/" + match + "/tokens", {{"name", ""}}).status, 400);
  EXPECT_EQ(ada.post("/api/v1/matches/" + match + "/tokens", {{"name", std::string(41, 'x')}}).status, 400);
  std::string token;
  for (std::size_t i = 0; i < kTokensPerPlayerMax; ++i) token = make_token()["token"];
  EXPECT_EQ(ada.post("/api/v1/matches/" + match + "/tokens", {{"name", "one more"}}).status, 429);

  // Another player makes none for a match that is not theirs, and revokes none of others.
  Player bob(house->port());
  bob.post("/api/v1/session", {{"handle", "bob"}});
  EXPECT_EQ(bob.post("/api/v1/matches/" + match + "/tokens", {{"name", "x"}}).status, 403);
  EXPECT_EQ(bob.remove("/api/v1/matches/" + match + "/tokens/" + *access_token_id(token)).status, 404);
  EXPECT_EQ(bob.get(doors + kQuery).status, 404);

  // Each door refuses in its own shape.
  show("inc_0123456789abcdef_0123456789012345678901234567890123456789012");
  EXPECT_EQ(tool.get(doors + kQuery).parsed()["errorType"], "unauthenticated");
  EXPECT_EQ(tool.get(doors + "/loki/loki/api/v1/labels").fields.at("content-type"),
            "text/plain; charset=utf-8");
  EXPECT_EQ(tool.get(doors + "/jaeger/api/services").parsed()["errors"][0]["code"], 401);
  EXPECT_EQ(tool.get(doors + "/logs").parsed()["status"], 401);

  show(token);
  EXPECT_EQ(tool.get(doors + kQuery).status, 200);
  int wrong = 0, waited = 0;
  for (int i = 0; i < static_cast<int>(kWrongTokensBurst) + 10; ++i) {
    std::string guess = token;
    guess.back() = guess.back() == 'A' ? 'B' : 'A';
    guess[guess.size() - 2] = static_cast<char>('a' + i % 26);
    show(guess);
    const int status = tool.get(doors + kQuery).status;
    wrong += status == 401 ? 1 : 0;
    waited += status == 429 ? 1 : 0;
  }
  EXPECT_GE(wrong, static_cast<int>(kWrongTokensBurst) - 5);
  EXPECT_GE(waited, 5);
  show(token);
  EXPECT_EQ(tool.get(doors + kQuery).status, 200) << "who was right is not locked out by a neighbour";

  // Browsers of other origins come with a token, never with a cookie.
  tool.fields = {{"Origin", "http://grafana.example"},
                 {"Access-Control-Request-Method", "POST"},
                 {"Access-Control-Request-Headers", "authorization,x-dashboard-uid"}};
  const Answer asked = tool.options(doors + "/prometheus/api/v1/query");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.fields.at("access-control-allow-origin"), "*");
  EXPECT_EQ(asked.fields.at("access-control-allow-headers"), "authorization,x-dashboard-uid");
  EXPECT_EQ(asked.fields.count("access-control-allow-credentials"), 0U);
  tool.fields["Access-Control-Request-Headers"] = "a: b\tc";
  EXPECT_EQ(tool.options(doors + "/prometheus/api/v1/query").fields.at("access-control-allow-headers"),
            "Authorization, Content-Type, Accept");
  const Answer own = ada.get(doors + kQuery);
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.fields.count("access-control-allow-origin"), 0U);
}

std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// "Now" in the tool is now in the match: at scale 4, in a pause, and after a restart.
TEST_F(AccessTest, TheToolsNowIsTheMatchsNow) {
  const std::string doors = start_match(4);
  show(make_token()["token"]);
  const auto lag_seconds = [&] {  // of the newest scrape behind the tool's clock
    const double before = static_cast<double>(unix_ms()) / 1000;
    Answer answer = tool.get(doors + "/prometheus/api/v1/query?query=max(timestamp(up))");
    for (int tries = 0; answer.status == 503 && tries < 600; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      answer = tool.get(doors + "/prometheus/api/v1/query?query=max(timestamp(up))");
    }
    EXPECT_EQ(answer.status, 200) << answer.body;
    return before - std::stod(answer.parsed()["data"]["result"][0]["value"][1].get<std::string>());
  };
  // A scrape is 5 seconds, a tick 4, the clock's grain 2: with what a busy machine adds.
  const auto is_now = [](double lag) { return lag > -30 && lag < 40; };
  EXPECT_PRED1(is_now, lag_seconds());
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_PRED1(is_now, lag_seconds());

  EXPECT_EQ(ada.say("pause_match")["type"], "ack");
  const double standing = lag_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(4));
  EXPECT_NEAR(lag_seconds(), standing, 3) << "the history comes along while the match stands";
  EXPECT_EQ(tool.get(doors + kQuery).fields.at("incident-clock"), "standing");

  ada.drop_socket();
  open();
  EXPECT_PRED1(is_now, lag_seconds());

  // Our own client asks in match time, which stays as it was.
  const double own = std::stod(ada.get(doors + "/prometheus/api/v1/query?query=max(timestamp(up))")
                                   .parsed()["data"]["result"][0]["value"][1]
                                   .get<std::string>());
  EXPECT_LE(ada.snapshot["wall_epoch_ms"].get<double>() / 1000 - 60, own);
  EXPECT_LE(own, ada.snapshot["wall_epoch_ms"].get<double>() / 1000 + 600);
}

TEST(ToolClock, IsTheMatchsNowAndStandsStillWhileBothClocksRunAlike) {
  std::int64_t held = tool_epoch_ms(1'700'000'000'750, seconds(100), 0);
  EXPECT_EQ(held, 1'699'999'900'000);
  for (int second = 0; second < 100'000; second += 7) {
    const std::int64_t jitter = second % 3 - 1;
    const std::int64_t next =
        tool_epoch_ms(1'700'000'000'750 + second * 1000 + jitter, seconds(100 + second), held);
    EXPECT_EQ(next, held);
    held = next;
  }
  // At scale 4 the page moves into the past, and now stays now.
  for (int second = 0; second < 1000; ++second) {
    const std::int64_t wall = 1'700'000'000'000 + second * 1000;
    held = tool_epoch_ms(wall, seconds(4 * second), held);
    const std::int64_t now_in_match = wall - held - 4000 * second;
    EXPECT_GE(now_in_match, 0);
    EXPECT_LT(now_in_match, 2 * kToolClockGrainMs);
  }
}

TEST(AccessToken, HasAnIdAndASecret) {
  const NewToken token = new_access_token();
  EXPECT_EQ(access_token_id(token.text), token.id);
  EXPECT_EQ(token.hash.find(token.text.substr(21)), std::string::npos);
  EXPECT_EQ(access_token_id(token.text.substr(1)), std::nullopt);
  EXPECT_EQ(access_token_id(""), std::nullopt);
  EXPECT_NE(new_access_token().text, token.text);
}

TEST(AccessToken, IsReadFromBearerAndBasic) {
  net::Request request;
  const auto shown = [&](const char* field) {
    request.headers = {{"authorization", field}};
    return shown_token(request);
  };
  EXPECT_EQ(shown_token(request), std::nullopt);
  EXPECT_EQ(shown("Bearer abc"), "abc");
  EXPECT_EQ(shown("bearer   abc "), "abc");
  EXPECT_EQ(shown("Basic dXNlcjphOmI="), "a:b");
  EXPECT_EQ(shown("basic dXNlcjphOmI"), "a:b");
  EXPECT_EQ(shown("Basic ***"), "");
  EXPECT_EQ(shown("Basic dXNlcg=="), "");
  EXPECT_EQ(shown("Digest x"), "");
  EXPECT_EQ(shown("Bearer"), "");
}

}  // namespace
}  // namespace incident::api::testing
