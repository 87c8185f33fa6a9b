#include "net/server.h"

#include <zlib.h>

#include "fixture.h"
#include "net/await.h"

namespace incident::net {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string gunzip(std::string packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1024UL * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(ServerTest, AnswersWithSecurityFieldsAndRequestId) {
  start();
  const auto response = get("/hello");
  EXPECT_EQ(response.result_int(), 200);
  EXPECT_EQ(response.body(), "/hello");
  EXPECT_EQ(response["X-Content-Type-Options"], "nosniff");
  EXPECT_THAT(std::string(response["Content-Security-Policy"]), HasSubstr("default-src 'self'"));
  EXPECT_THAT(std::string(response["Content-Security-Policy"]), Not(HasSubstr("unsafe")));
  EXPECT_FALSE(response["X-Request-Id"].empty());
  EXPECT_NE(response["X-Request-Id"], get("/hello")["X-Request-Id"]);
}

TEST_F(ServerTest, AHandlersOwnFieldWinsAndCannotSmuggleLines) {
  handler = [](const Request&) {
    return text_response(200, "x").set("Referrer-Policy", "origin").set("X-Note", "a\r\nSet-Cookie: evil=1");
  };
  start();
  const auto response = get("/");
  EXPECT_EQ(response.count("Referrer-Policy"), 1);
  EXPECT_EQ(response["Referrer-Policy"], "origin");
  EXPECT_EQ(response.count("Set-Cookie"), 0);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port());
  std::string burst;
  for (int i = 0; i < 50; ++i) burst += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  burst += "POST /last HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
  client.send(burst);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.read().body(), "/" + std::to_string(i));
  EXPECT_EQ(client.read().body(), "/last");
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, PassesMethodHeadersQueryAndBody) {
  handler = [](const Request& request) {
    std::string text(to_string(request.method));
    for (const auto part : {request.header("X-Thing"), *request.parameter("q"),
                            std::string_view(request.body), std::string_view(request.peer)}) {
      text += " " + std::string(part);
    }
    return text_response(200, text);
  };
  start();
  const auto response = RawClient(port()).ask(
      "PUT /a?q=1 HTTP/1.1\r\nHost: x\r\nx-thing: yes\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(response.body(), "PUT yes 1 abcde 127.0.0.1");
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  start();
  RawClient client(port());
  EXPECT_EQ(client.ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", true)["Content-Length"], "6");
  // Nothing of a body is left over in front of the next answer.
  EXPECT_EQ(client.ask("GET /next HTTP/1.1\r\nHost: x\r\n\r\n").body(), "/next");
}

TEST_F(ServerTest, OptionsReachesTheHandler) {
  handler = [](const Request& request) {
    return request.method == Method::kOptions ? no_content().set("Allow", "GET, OPTIONS")
                                              : text_response(200, "");
  };
  start();
  const auto response = RawClient(port()).ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(response.result_int(), 204);
  EXPECT_EQ(response["Allow"], "GET, OPTIONS");
  EXPECT_EQ(response.count("Content-Length"), 0);
}

TEST_F(ServerTest, CompressesLargeTextWhenAccepted) {
  const std::string text(5000, 'a');
  handler = [&](const Request&) { return json_response(200, text); };
  start();
  const auto packed = get("/", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(packed["Content-Encoding"], "gzip");
  EXPECT_EQ(packed["Vary"], "Accept-Encoding");
  EXPECT_LT(packed.body().size(), 200);
  EXPECT_EQ(gunzip(packed.body()), text);
  EXPECT_EQ(get("/").body(), text);
}

TEST_F(ServerTest, AHandlerThatThrowsIsOneBadAnswerAndNoMore) {
  handler = [](const Request& request) -> Response {
    if (request.path == "/bad") throw std::runtime_error("secret detail");
    return text_response(200, "fine");
  };
  log::set_sink([](std::string_view) {});
  start();
  RawClient client(port());
  const auto response = client.ask("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n");
  log::set_sink(nullptr);
  EXPECT_EQ(response.result_int(), 500);
  EXPECT_THAT(response.body(), Not(HasSubstr("secret")));
  EXPECT_EQ(client.ask("GET /good HTTP/1.1\r\nHost: x\r\n\r\n").body(), "fine");
}

TEST_F(ServerTest, AHandlerMayWorkElsewhere) {
  asio::io_context elsewhere;
  auto work = asio::make_work_guard(elsewhere);
  std::thread thread([&] { elsewhere.run(); });
  slow_handler = [&](Request request) -> awaitable<Response> {
    const auto id = co_await run_on(elsewhere.get_executor(), [] { return std::this_thread::get_id(); });
    const bool back = id != std::this_thread::get_id();
    const int seven =
        co_await from_callback<int>([](auto done) { std::thread([done] { done(7); }).detach(); });
    co_return text_response(back ? 200 : 500, request.path + std::to_string(seven));
  };
  start();
  const auto response = get("/x");
  EXPECT_EQ(response.body(), "/x7");
  EXPECT_EQ(response.result_int(), 200);
  work.reset();
  thread.join();
}

TEST_F(ServerTest, StreamsChunksAndNoticesThatTheClientLeft) {
  std::atomic<bool> ended{false};
  slow_handler = [&](Request request) -> awaitable<Response> {
    const bool endless = request.path == "/watch";
    Response response;
    response.content_type = "text/plain";
    response.body = BodyStream([&ended, endless](BodySink& sink) -> awaitable<void> {
      co_await sink.write("one,");
      co_await sink.write("two");
      if (!endless) co_return;
      while (co_await sink.wait(std::chrono::hours(1))) {
      }
      ended = true;
    });
    co_return response;
  };
  start();
  {
    RawClient client(port());
    EXPECT_EQ(client.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").body(), "one,two");
    EXPECT_EQ(client.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").body(), "one,two");  // kept alive
    client.send("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string text;
    asio::read_until(client.socket(), asio::dynamic_buffer(text), "two");
    EXPECT_FALSE(ended);
  }
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
  EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(ServerTest, TellsAHandlerThatTheClientLeft) {
  std::atomic<bool> entered{false}, noticed{false};
  slow_handler = [&](Request request) -> awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const bool waits = request.path == "/wait";
    entered = true;
    while (waits && !request.client_is_gone()) {
      timer.expires_after(milliseconds{1});
      co_await timer.async_wait(asio::use_awaitable);
    }
    noticed = waits;
    co_return text_response(200, request.client_is_gone() ? "gone" : "there");
  };
  start();
  {
    // One after the other on one connection, and all at once.
    RawClient client(port());
    const std::string request = "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.ask(request).body(), "there");
    client.send(request + request);
    EXPECT_EQ(client.read().body(), "there");
    EXPECT_EQ(client.read().body(), "there");
    entered = false;
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return entered.load(); }));
    EXPECT_FALSE(noticed);
  }
  EXPECT_TRUE(eventually([&] { return noticed.load(); }));
  EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(ServerTest, StartSaysWhatToDoAboutATakenPort) {
  start();
  ServerOptions second = options;
  second.port = port();
  const auto taken = Server(pool, second, {}).start();
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("another PORT"));
  ServerOptions wrong;
  wrong.bind = "example.org";
  EXPECT_FALSE(Server(pool, wrong, {}).start());
}

}  // namespace
}  // namespace incident::net
