// Following log lines over a WebSocket, against a whole running server.
#include <set>

#include "api/limits.h"
#include "house.h"
#include "pool_incident.h"

namespace incident::api::testing {
namespace {

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    std::array<char, 4> hex;
    std::snprintf(hex.data(), hex.size(), "%%%02X", static_cast<unsigned char>(c));
    out += hex.data();
  }
  return out;
}

// A WebSocket client of one arena's lines.
class Follower {
 public:
  // Throws what the handshake fails with; `status` and `body` say what the server answered.
  void open(std::uint16_t port, const std::string& target, const std::string& cookie,
            const std::string& token = "") {
    socket_.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
      if (!cookie.empty()) request.set(http::field::cookie, cookie);
      if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    }));
    beast::websocket::response_type response;
    beast::error_code failed;
    socket_.handshake(response, "127.0.0.1:" + std::to_string(port), target, failed);
    status = static_cast<int>(response.result_int());
    body = response.body();
    type = std::string(response[http::field::content_type]);
  }
  // Nothing when the server closed it.
  std::optional<json> read() {
    beast::flat_buffer buffer;
    beast::error_code failed;
    socket_.read(buffer, failed);
    if (failed) return std::nullopt;
    return json::parse(beast::buffers_to_string(buffer.data()));
  }
  beast::websocket::close_reason reason() { return socket_.reason(); }

  int status = 0;
  std::string body, type;

 private:
  asio::io_context context_;
  beast::websocket::stream<asio::ip::tcp::socket> socket_{context_};
};

using Line = std::tuple<std::int64_t, std::string, std::string>;  // time, pod, text

std::vector<Line> lines_of(const json& streams) {
  std::vector<Line> lines;
  for (const json& stream : streams) {
    for (const json& value : stream["values"])
      lines.emplace_back(std::stoll(value[0].get<std::string>()), stream["stream"]["pod"], value[1]);
  }
  return lines;
}

scenario::Library one_incident() {
  auto incident = std::make_shared<scenario::Incident>(*match::testing::pool_incident());
  auto info = std::make_shared<scenario::SystemInfo>();
  info->id = "small_shop";
  incident->info = info;
  return scenario::Library({incident});
}

class Tail : public ::testing::Test {
 protected:
  Tail() : house_(folder_.path, one_incident()), player_(house_.port()) {
    log::set_level(log::Level::kError);
    player_.post("/api/v1/session", {{"handle", "ada"}});
    const json made = player_
                          .post("/api/v1/matches", {{"incident", house_.library.incidents().front()->id},
                                                    {"mode", "practice"},
                                                    {"team", "blue"},
                                                    {"time_scale", 4}})
                          .parsed();
    match_ = made["match"];
    player_.open_socket(match_);
    player_.say("hello");
    player_.say("start_match");
    player_.read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
    loki_ = "/t/" + player_.snapshot["teams"][0]["arena"].get<std::string>() + "/loki/loki/api/v1/";
  }
  std::string tail(const std::string& query, const std::string& more = "") {
    return loki_ + "tail?query=" + encoded(query) + more;
  }

  Folder folder_;
  House house_;
  Player player_;
  std::string loki_, match_;
};

TEST_F(Tail, EveryLineComesOnceAndInOrderUntilTheMatchEnds) {
  const std::string query = R"({service=~".+"})";
  Follower follower;
  follower.open(house_.port(), tail(query, "&limit=5"), player_.cookie());
  ASSERT_EQ(follower.status, 101);
  std::vector<Line> got;
  std::set<std::int64_t> dropped;
  std::int64_t from = 0, to = 0;
  for (int frames = 0; frames < 5; ++frames) {
    const auto frame = follower.read();
    ASSERT_TRUE(frame);
    auto lines = lines_of((*frame)["streams"]);
    ASSERT_FALSE(lines.empty());
    std::sort(lines.begin(), lines.end());
    if (frames == 0) {
      EXPECT_EQ(lines.size(), 5U) << "of what was there already";
      EXPECT_FALSE(frame->contains("dropped_entries"));
      from = std::get<0>(lines.back()) + 1;
      to = from;
      continue;
    }
    EXPECT_GE(std::get<0>(lines.front()), to) << "after all that came before";
    to = std::get<0>(lines.back()) + 1;
    for (const json& entry : frame->value("dropped_entries", json::array()))
      dropped.insert(std::stoll(entry["timestamp"].get<std::string>()));
    got.insert(got.end(), lines.begin(), lines.end());
  }
  const json there = player_
                         .get(loki_ + "query_range?limit=5000&direction=forward&query=" + encoded(query) +
                              "&start=" + std::to_string(from) + "&end=" + std::to_string(to))
                         .parsed();
  auto wanted = lines_of(there["data"]["result"]);
  std::erase_if(wanted, [&](const Line& line) { return dropped.contains(std::get<0>(line)); });
  std::sort(wanted.begin(), wanted.end());
  std::sort(got.begin(), got.end());
  EXPECT_GT(got.size(), 10U);
  EXPECT_EQ(got, wanted);

  player_.say("concede");
  while (follower.read()) {
  }
  EXPECT_EQ(follower.reason().code, beast::websocket::close_code::normal);
  EXPECT_EQ(std::string(follower.reason().reason.c_str()), "the match has ended");

  // Then anybody may look, and hears that it is over.
  Follower late;
  late.open(house_.port(), tail(query), "");
  EXPECT_EQ(late.status, 101);
  const auto last = late.read();
  ASSERT_TRUE(last);
  EXPECT_EQ(lines_of((*last)["streams"]).size(), 100U);
  EXPECT_FALSE(late.read());
}

TEST_F(Tail, AToolFollowsByItsTokenInItsOwnTime) {
  const json made = player_.post("/api/v1/matches/" + match_ + "/tokens", {{"name", "logcli"}}).parsed();
  Follower follower;
  follower.open(house_.port(), tail(R"({service=~".+"})"), "", made["token"]);
  ASSERT_EQ(follower.status, 101);
  for (int frames = 0; frames < 3; ++frames) {
    const auto frame = follower.read();
    ASSERT_TRUE(frame);
    const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
    const auto lines = lines_of((*frame)["streams"]);
    ASSERT_FALSE(lines.empty());
    std::int64_t newest = 0;
    for (const Line& line : lines) newest = std::max(newest, std::get<0>(line));
    EXPECT_LT(std::abs(now.count() - newest), 60'000'000'000) << "now is now";
  }
  player_.say("concede");
  while (follower.read()) {
  }
  EXPECT_EQ(follower.reason().code, beast::websocket::close_code::normal);
  Follower late;
  late.open(house_.port(), tail(R"({service=~".+"})"), "", made["token"]);
  EXPECT_EQ(late.status, 401) << "the token has ended with the match";
}

TEST_F(Tail, OnlyWhatIsAskedFor) {
  Follower follower;
  follower.open(house_.port(),
                tail(R"({service=~".+", level="warn"} |= "a")", "&limit=3&delay_for=1&start=0"),
                player_.cookie());
  ASSERT_EQ(follower.status, 101);
  const auto frame = follower.read();
  ASSERT_TRUE(frame);
  for (const json& stream : (*frame)["streams"]) {
    EXPECT_EQ(stream["stream"]["level"], "warn");
    for (const json& value : stream["values"])
      EXPECT_NE(value[1].get<std::string>().find('a'), std::string::npos);
  }
}

TEST_F(Tail, RefusalsArePlainText) {
  struct Answered {
    int status = 0;
    std::string type;
  };
  const auto refused = [&](const std::string& target, const std::string& cookie) {
    Follower follower;
    follower.open(house_.port(), target, cookie);
    return Answered{follower.status, follower.type};
  };
  const auto expect_wrong = [&](const std::string& target, int status) {
    const Answered answer = refused(target, player_.cookie());
    EXPECT_EQ(answer.status, status) << target;
    EXPECT_TRUE(answer.type.starts_with("text/plain")) << answer.type;
  };
  expect_wrong(tail(R"(rate({service="cart"}[1m]))"), 400);
  expect_wrong(tail("{"), 400);
  expect_wrong(tail(R"({service="cart"})", "&delay_for=6"), 400);
  expect_wrong(tail(R"({service="cart"})", "&delay_for=soon"), 400);
  expect_wrong(tail(R"({service="cart"})", "&limit=0"), 400);
  EXPECT_GE(refused(tail(R"({service="cart"})"), "").status, 400) << "another one's arena";
  EXPECT_EQ(player_.get(tail(R"({service="cart"})")).status, 400) << "without an upgrade";

  std::vector<std::unique_ptr<Follower>> open;
  for (std::size_t i = 0; i < kTailsPerPlayerMax; ++i) {
    open.push_back(std::make_unique<Follower>());
    open.back()->open(house_.port(), tail(R"({service="nobody"})"), player_.cookie());
    ASSERT_EQ(open.back()->status, 101);
  }
  expect_wrong(tail(R"({service="cart"})"), 429);
  open.pop_back();  // its place is free once the server has noticed
  int status = 429;
  for (int tries = 0; tries < 100 && status == 429; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    status = refused(tail(R"({service="cart"})"), player_.cookie()).status;
  }
  EXPECT_EQ(status, 101);
}

}  // namespace
}  // namespace incident::api::testing
