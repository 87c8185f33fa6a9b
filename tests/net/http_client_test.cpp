#include "net/http_client.h"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <set>

#include "fixture.h"

namespace incident::net {
namespace {

TEST(HttpUrl, IsTakenApart) {
  const HttpUrl url = parse_http_url("https://collector.example:4318/otlp/v1/logs?tenant=1#x").value();
  EXPECT_TRUE(url.secure);
  EXPECT_EQ(url.host, "collector.example");
  EXPECT_EQ(url.port, 4318);
  EXPECT_EQ(url.target, "/otlp/v1/logs?tenant=1");
  EXPECT_EQ(url.host_field(), "collector.example:4318");
  EXPECT_EQ(url.text(), "https://collector.example:4318/otlp/v1/logs") << "a query may hold a key";
  EXPECT_EQ(parse_http_url("HTTP://h").value().host_field(), "h");
  EXPECT_EQ(parse_http_url("https://h:443/").value().host_field(), "h");
  EXPECT_EQ(parse_http_url("http://[::1]:80").value().host_field(), "[::1]");
  EXPECT_EQ(parse_http_url("http://h?a=b").value().target, "/?a=b");
  for (const char* text :
       {"", "h", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:65536",
        "http://h:", "http://[::1", "http://[::1]x", "http://u@h", "http://h/a b", "http://h/\r\nX: y"}) {
    EXPECT_FALSE(parse_http_url(text)) << text;
  }
}

struct Client : ::testing::Test {
  Client() {
    log::set_level(log::Level::kError);
    server = std::make_unique<Server>(io, ServerOptions{}, [this](Request r) -> awaitable<Response> {
      ++requests;
      if (r.path == "/large") co_return text_response(200, std::string(3000, 'x'));
      if (r.path == "/echo") co_return text_response(200, r.body);
      if (r.path == "/busy") co_return text_response(429, "later").set("Retry-After", "7");
      if (r.path == "/hang") {
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor);
        timer.expires_after(kPatience);
        co_await timer.async_wait(boost::asio::use_awaitable);
      }
      co_return no_content();
    });
    server->start().value();
  }
  ~Client() override {
    client.reset();
    server->stop(milliseconds(0));
  }
  Result<HttpAnswer> post(const std::string& path, std::string body = {}, std::uint16_t port = 0) {
    HttpCall call;
    call.url = parse_http_url("http://127.0.0.1:" + std::to_string(port == 0 ? server->port() : port) + path)
                   .value();
    call.headers = {{"X-Count", "1"}};
    call.body = std::move(body);
    return boost::asio::co_spawn(
               io.at(0), [this, &call]() { return client->send(call); }, boost::asio::use_future)
        .get();
  }
  void limit(HttpClientLimits limits) { client = std::make_unique<HttpClient>(io.at(0), limits); }

  IoPool io{2};
  std::atomic<int> requests{0};
  std::unique_ptr<Server> server;
  std::unique_ptr<HttpClient> client = std::make_unique<HttpClient>(io.at(0));
};

TEST_F(Client, ManyRequestsShareOneConnection) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post("/echo", "hello").value().body, "hello");
  EXPECT_EQ(server->stats().connections, 1U);
  EXPECT_EQ(post("/none").value().status, 204);
}

TEST_F(Client, AnyStatusIsAnAnswer) {
  const auto answer = post("/busy").value();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("retry-after"), "7");
}

TEST_F(Client, AConnectionThatWasClosedWhileIdleIsMadeAnew) {
  EXPECT_TRUE(post("/echo", "a"));
  const std::uint16_t port = server->port();
  server->stop(milliseconds(0));
  EXPECT_EQ(post("/echo", "b", port).error().code, ErrorCode::kUnavailable);
  ServerOptions same;
  same.port = port;
  server = std::make_unique<Server>(
      io, same, [](Request r) -> awaitable<Response> { co_return text_response(200, r.body); });
  server->start().value();
  EXPECT_EQ(post("/echo", "c").value().body, "c");
}

TEST_F(Client, WaitsAndAnswersHaveLimits) {
  HttpClientLimits limits;
  limits.answer_time_max = milliseconds(50);
  limits.answer_body_bytes_max = 1000;
  limit(limits);
  EXPECT_THAT(post("/hang").error().message, ::testing::HasSubstr("in time"));
  EXPECT_FALSE(post("/large"));
  EXPECT_TRUE(post("/echo", "still there"));
}

TEST_F(Client, CancelEndsAWait) {
  auto waiting = std::async(std::launch::async, [this] { return post("/hang"); });
  ASSERT_TRUE(eventually([this] { return requests.load() > 0; }));
  client->cancel();
  EXPECT_FALSE(waiting.get());
  EXPECT_FALSE(post("/echo", "after")) << "and what comes after is refused";
}

}  // namespace
}  // namespace incident::net
