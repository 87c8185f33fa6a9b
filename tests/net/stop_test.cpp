#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fixture.h"

namespace incident::net {
namespace {

class StopTest : public ServerTest {
 protected:
  StopTest() {
    upgrade = [](Request) -> awaitable<std::variant<Response, Upgrade>> { co_return Upgrade{}; };
  }
};

TEST_F(StopTest, FinishesResponsesAndTellsSockets) {
  std::atomic<bool> entered{false};
  std::atomic<bool> release{false};
  slow_handler = [&](Request) -> awaitable<Response> {
    entered = true;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!release) {
      timer.expires_after(milliseconds{1});
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return text_response(200, "finished");
  };
  start();
  const std::uint16_t old_port = port();
  RawClient idle(port());
  RawClient busy(port());
  WebSocketClient socket(port());
  ASSERT_EQ(socket.open({}, {}), 101);
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return entered.load(); }));

  std::thread stopper([&] { server->stop(kPatience); });
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(socket.close_code(), kCloseGoingAway);
  release = true;
  const auto response = busy.read();
  EXPECT_EQ(response.body(), "finished");
  EXPECT_EQ(response["Connection"], "close");
  stopper.join();
  EXPECT_EQ(server->stats().connections, 0);
  asio::io_context context;
  tcp::socket late(context);
  boost::system::error_code error;
  late.connect({asio::ip::make_address("127.0.0.1"), old_port}, error);
  EXPECT_TRUE(error);
}

TEST_F(StopTest, CutsWhatDoesNotLeave) {
  start();
  WebSocketClient deaf(port());  // never reads, so it never answers the close
  ASSERT_EQ(deaf.open({}, {}), 101);
  RawClient half(port());
  half.send("GET / HTTP/1.1\r\n");
  ASSERT_TRUE(eventually([&] { return server->stats().connections == 2; }));
  server->stop(milliseconds{50});
  EXPECT_EQ(server->stats().connections, 0);
}

TEST_F(StopTest, EndsStreams) {
  slow_handler = [](Request) -> awaitable<Response> {
    Response response;
    response.content_type = "text/plain";
    response.body = BodyStream([](BodySink& sink) -> awaitable<void> {
      co_await sink.write("begin");
      while (co_await sink.wait(std::chrono::hours(1))) {
      }
    });
    co_return response;
  };
  start();
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string text;
  asio::read_until(client.socket(), asio::dynamic_buffer(text), "begin");
  server->stop(kPatience);
  EXPECT_EQ(server->stats().connections, 0);
}

}  // namespace
}  // namespace incident::net
