#include "net/socket.h"

#include "fixture.h"

namespace incident::net {
namespace {

class SocketTest : public ServerTest {
 protected:
  SocketTest() {
    upgrade = [this](Request request) -> awaitable<std::variant<Response, Upgrade>> {
      if (!offers_subprotocol(request, "incident.v1")) {
        co_return problem(invalid("Offer incident.v1.", "Sec-WebSocket-Protocol"));
      }
      Upgrade welcome;
      welcome.subprotocol = "incident.v1";
      welcome.limits = limits;
      welcome.open = [this](std::shared_ptr<Socket> s) {
        const std::lock_guard lock(mutex);
        socket = s;
        return events(s);
      };
      co_return welcome;
    };
  }
  // The server's end of the socket opened last.
  std::shared_ptr<Socket> server_end() {
    std::shared_ptr<Socket> end;
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(mutex);
      end = socket;
      return end != nullptr;
    }));
    return end;
  }

  SocketLimits limits;
  std::function<SocketEvents(const std::shared_ptr<Socket>&)> events =
      [this](const std::shared_ptr<Socket>& s) {
        SocketEvents out;
        out.on_message = [s](std::string_view text) { s->send("echo:" + std::string(text)); };
        out.on_close = [this] { ++closed; };
        return out;
      };
  std::mutex mutex;
  std::shared_ptr<Socket> socket;
  std::atomic<int> closed{0};
};

TEST_F(SocketTest, Echo) {
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  EXPECT_EQ(client.answer()["Sec-WebSocket-Protocol"], "incident.v1");
  for (const std::size_t size : {0, 1, 125, 126, 5000, 60000}) {
    const std::string text(size, 'x');
    client.send(text);
    EXPECT_EQ(client.read(), "echo:" + text);
  }
  client.stream().close({beast::websocket::close_code::normal, "bye"});
  EXPECT_TRUE(eventually([&] { return closed == 1 && server->stats().connections == 0; }));
  EXPECT_EQ(server_end()->send(std::string("late")), SendResult::kClosed);
}

TEST_F(SocketTest, ForeignOriginsAreRefused) {
  options.allowed_origins = {"https://friend.example"};
  start();
  EXPECT_EQ(WebSocketClient(port()).open("https://evil.example"), 403);
  EXPECT_EQ(WebSocketClient(port()).open("null"), 403);
  EXPECT_EQ(WebSocketClient(port()).open("http://127.0.0.1:" + std::to_string(port())), 101);
  EXPECT_EQ(WebSocketClient(port()).open("https://friend.example"), 101);
  EXPECT_EQ(WebSocketClient(port()).open({}, "other.v1"), 400);
}

TEST_F(SocketTest, BadHandshakesAreExplained) {
  start();
  const auto status = [&](const std::string& fields) {
    return get("/socket", "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" + fields).result_int();
  };
  EXPECT_EQ(status("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 426);
  EXPECT_EQ(status("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n"), 400);
  EXPECT_EQ(status("Sec-WebSocket-Version: 13\r\n"), 400);
}

TEST_F(SocketTest, ManySmallFramesArriveInOrder) {
  events = [](const std::shared_ptr<Socket>& s) {
    SocketEvents out;
    out.on_message = [s](std::string_view text) {
      const int count = std::stoi(std::string(text));
      for (int i = 0; i < count; ++i) s->send(std::to_string(i));
    };
    return out;
  };
  limits.queued_frames_max = 100'000;
  limits.queued_bytes_max = 100'000'000;
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  client.send("20000");
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(client.read(), std::to_string(i));
}

TEST_F(SocketTest, SendsFromManyThreadsKeepEachThreadsOrder) {
  limits.queued_frames_max = 100'000;
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  const auto end = server_end();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&end, t] {
      for (int i = 0; i < 500; ++i) end->send(std::to_string(t) + " " + std::to_string(i));
    });
  }
  std::vector<int> next(4, 0);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = client.read();
    EXPECT_EQ(std::stoi(text.substr(2)), next.at(static_cast<std::size_t>(text[0] - '0'))++);
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(SocketTest, ASlowClientIsResyncedAndCostsBoundedMemory) {
  limits.queued_bytes_max = 256UL * 1024;
  std::atomic<int> overflows{0};
  events = [&](const std::shared_ptr<Socket>& s) {
    SocketEvents out;
    out.on_overflow = [s, &overflows] {
      ++overflows;
      s->send(std::string("snapshot"));
    };
    return out;
  };
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  const auto end = server_end();
  // The client reads nothing, so kernel buffers fill, then ours; and then frames are dropped.
  const auto frame = std::make_shared<const std::string>(16UL * 1024, 'x');
  std::size_t most = 0;
  EXPECT_TRUE(eventually([&] {
    SendResult result = SendResult::kQueued;
    for (int i = 0; i < 8; ++i) {
      result = end->send(frame);
      most = std::max(most, end->queued_bytes());
    }
    return result == SendResult::kDropped && end->queued_bytes() <= frame->size() + 10;
  }));
  EXPECT_LE(most, limits.queued_bytes_max);
  // Now it reads: whole frames, then a snapshot; and then it is live again.
  std::thread feeder([&] {
    EXPECT_TRUE(eventually([&] { return end->send(std::string("live")) == SendResult::kQueued; }));
  });
  int snapshots = 0;
  for (bool live = false; !live || snapshots == 0;) {
    const std::string text = client.read();
    if (text == "snapshot") ++snapshots;
    if (text == "live") live = true;
    if (text.front() == 'x') {
      EXPECT_EQ(text.size(), frame->size());
    }
  }
  feeder.join();
  EXPECT_GE(overflows, snapshots);
  EXPECT_GE(server->stats().overflows, 1);
}

TEST_F(SocketTest, AFrameAboveTheLimitPassesAnEmptyQueue) {
  limits.queued_bytes_max = 1000;
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  EXPECT_EQ(server_end()->send(std::string(300'000, 's')), SendResult::kQueued);
  EXPECT_EQ(client.read().size(), 300'000);
}

TEST_F(SocketTest, LimitsCloseWithTheirCodes) {
  limits.message_bytes_max = 100;
  limits.messages_per_second = 0.001;
  limits.messages_burst = 5;
  start();
  const auto code_after = [&](const std::function<void(WebSocketClient&)>& act) {
    WebSocketClient client(port());
    EXPECT_EQ(client.open(), 101);
    act(client);
    return client.close_code();
  };
  EXPECT_EQ(code_after([](auto& client) { client.send(std::string(101, 'x')); }), kCloseTooBig);
  EXPECT_EQ(code_after([](auto& client) {
              for (int i = 0; i < 6; ++i) client.send("hi");
            }),
            kClosePolicy);
  EXPECT_EQ(code_after([](auto& client) {
              client.stream().binary(true);
              client.send("hi");
            }),
            kCloseUnsupported);
  EXPECT_TRUE(eventually([&] { return closed == 3 && server->stats().connections == 0; }));
}

TEST_F(SocketTest, QueuedFramesGoOutBeforeAClose) {
  start();
  WebSocketClient client(port());
  ASSERT_EQ(client.open(), 101);
  const auto end = server_end();
  for (int i = 0; i < 100; ++i) end->send(std::to_string(i));
  end->close(4001, "match over");
  EXPECT_EQ(end->send(std::string("too late")), SendResult::kClosed);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read(), std::to_string(i));
  EXPECT_EQ(client.close_code(), 4001);
  EXPECT_STREQ(client.stream().reason().reason.c_str(), "match over");
}

TEST_F(SocketTest, PongsKeepAClientAndSilenceEndsIt) {
  limits.idle_time_max = milliseconds{600};
  start();
  WebSocketClient alive(port());
  ASSERT_EQ(alive.open(), 101);
  const auto end = server_end();
  int pings = 0;
  alive.stream().control_callback([&](beast::websocket::frame_type type, beast::string_view) {
    if (type == beast::websocket::frame_type::ping && ++pings == 3) end->send(std::string("enough"));
  });
  EXPECT_EQ(alive.read(), "enough");  // held for longer than the idle time by its pongs alone
  EXPECT_TRUE(eventually([&] { return closed == 1; }));  // reads no more, so it answers no ping
}

TEST_F(SocketTest, AnAbruptEndIsNoticed) {
  start();
  {
    WebSocketClient client(port());
    ASSERT_EQ(client.open(), 101);
  }
  EXPECT_TRUE(eventually([&] { return closed == 1 && server->stats().sockets == 0; }));
}

TEST_F(SocketTest, BytesThatCameWithTheHandshakeAreRead) {
  start();
  RawClient client(port());
  // One masked text frame "hi" right behind the request, before the answer is there.
  client.send(
      "GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Protocol: incident.v1\r\n\r\n" +
      std::string("\x81\x82\0\0\0\0hi", 8));
  std::string text;
  asio::read_until(client.socket(), asio::dynamic_buffer(text), "echo:hi");
  EXPECT_THAT(text, testing::StartsWith("HTTP/1.1 101"));
}

}  // namespace
}  // namespace incident::net
