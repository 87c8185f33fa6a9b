// What a rude client gets: a clear answer, a closed connection, and nobody else is hurt.
#include "fixture.h"

namespace incident::net {
namespace {

class LimitsTest : public ServerTest {
 protected:
  LimitsTest() {
    options.limits.header_bytes_max = 2048;
    options.limits.target_bytes_max = 1024;
    options.limits.fields_max = 20;
    options.limits.body_bytes_max = 1000;
    options.limits.header_time_max = milliseconds{150};
    options.limits.body_time_max = milliseconds{150};
  }
  // The status for these bytes; checks that the connection ends.
  unsigned refused(std::string_view bytes) {
    RawClient client(port());
    client.send(bytes);
    const auto response = client.read();
    EXPECT_EQ(response["Content-Type"], "application/problem+json");
    EXPECT_EQ(response["Connection"], "close");
    EXPECT_TRUE(client.closed());
    return response.result_int();
  }
  unsigned post(std::string_view rest) {
    return refused("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(rest));
  }
};

TEST_F(LimitsTest, SizesHaveTheirOwnStatus) {
  start();
  EXPECT_EQ(post("Content-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'a')), 413);
  EXPECT_EQ(post("X-A: " + std::string(3000, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(refused("GET /" + std::string(1100, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(refused("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  std::string many;
  for (int i = 0; i < 30; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(post(many + "\r\n"), 431);
}

TEST_F(LimitsTest, ALargeBodyStillGetsItsAnswer) {
  options.limits.body_time_max = milliseconds{5000};
  start();
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'a'));
  EXPECT_EQ(client.read().result_int(), 413);
}

TEST_F(LimitsTest, SlownessIs408) {
  start();
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost:"), 408);
  EXPECT_EQ(post("Content-Length: 10\r\n\r\nabc"), 408);
}

TEST_F(LimitsTest, DripsDoNotExtendTheTime) {
  start();
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; client.socket().available() == 0 && i < 400; ++i) {
    if (!client.try_send("X: y\r\n")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(client.read().result_int(), 408);
}

TEST_F(LimitsTest, IdleConnectionsCloseQuietly) {
  options.limits.idle_time_max = milliseconds{50};
  start();
  RawClient client(port());
  EXPECT_EQ(client.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").result_int(), 200);
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(RawClient(port()).closed());
}

TEST_F(LimitsTest, RequestsWithTwoEndsAreRefused) {
  start();
  EXPECT_EQ(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(post("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"), 400);
  EXPECT_EQ(post("Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"), 400);
  EXPECT_EQ(post("Content-Length: +4\r\n\r\nabcd"), 400);
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST_F(LimitsTest, MalformedRequestsAreRefused) {
  start();
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400);                        // no Host
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);  // two
  EXPECT_EQ(refused("GET / HTTP/2.7\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(refused("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"), 501);
  EXPECT_EQ(refused("\x16\x03\x01\x02 TLS on the wrong port\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /../secret HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /%2e%2e/secret HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
}

TEST_F(LimitsTest, Expect100ContinueIsAnswered) {
  options.limits.body_time_max = milliseconds{5000};
  handler = [](const Request& request) { return text_response(200, request.body); };
  start();
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read(true).result_int(), 100);
  EXPECT_EQ(client.ask("abc").body(), "abc");
}

TEST_F(LimitsTest, ConnectionsFromOneAddressAreCounted) {
  options.limits.connections_per_address_max = 3;
  start();
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<RawClient>(port()));
      EXPECT_EQ(clients.back()->ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").result_int(), 200);
    }
    RawClient fourth(port());
    EXPECT_EQ(fourth.read().result_int(), 503);
    EXPECT_TRUE(fourth.closed());
    EXPECT_EQ(server->stats().refused, 1);
  }
  EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
  EXPECT_EQ(get("/").result_int(), 200);  // the places are free again
}

TEST_F(LimitsTest, TrustedProxiesAreNotCountedAndNameTheClient) {
  options.limits.connections_per_address_max = 1;
  options.trusted_proxies = {"127.0.0.0/8"};
  handler = [](const Request& r) { return text_response(200, r.peer + (r.secure ? " secure" : "")); };
  start();
  RawClient first(port());
  EXPECT_EQ(first
                .ask("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\n"
                     "X-Forwarded-Proto: https\r\n\r\n")
                .body(),
            "198.51.100.7 secure");
  EXPECT_EQ(get("/").body(), "127.0.0.1");
}

}  // namespace
}  // namespace incident::net
