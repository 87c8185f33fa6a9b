// A server on a free loopback port with a handler that tests can replace, and blocking clients for it: one
// that sends raw bytes, so that a test can be as rude as it likes, and one that speaks WebSocket (Beast's,
// so that our frames are judged by somebody else's code).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <mutex>
#include <string>

#include "base/log.h"
#include "net/server.h"

namespace incident::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using ClientResponse = http::response<http::string_body>;

// How long a test waits for what must come; nothing waits it out unless something hangs.
inline constexpr std::chrono::seconds kPatience{20};

// Waits until `condition` holds; false when it does not come to hold.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline void set_patience(tcp::socket& socket) {
  const timeval time{kPatience.count(), 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(context_) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
    set_patience(socket_);
  }

  void send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes.data(), bytes.size())); }
  bool try_send(std::string_view bytes) {
    boost::system::error_code error;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }
  ClientResponse read(bool head = false) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(64UL * 1024 * 1024);
    parser.skip(head);
    http::read(socket_, buffer_, parser);
    return parser.release();
  }
  ClientResponse ask(std::string_view bytes, bool head = false) {
    send(bytes);
    return read(head);
  }
  // True when the server has closed and nothing else came before.
  bool closed() {
    char byte = 0;
    boost::system::error_code error;
    socket_.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof || error == asio::error::connection_reset;
  }
  tcp::socket& socket() { return socket_; }

 private:
  asio::io_context context_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
};

class WebSocketClient {
 public:
  using Stream = beast::websocket::stream<tcp::socket>;

  explicit WebSocketClient(std::uint16_t port)
      : stream_(context_), host_("127.0.0.1:" + std::to_string(port)) {
    stream_.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    set_patience(stream_.next_layer());
  }
  // The status of the handshake: 101, or what the server answered instead.
  unsigned open(const std::string& origin = {}, const std::string& protocol = "incident.v1") {
    stream_.set_option(beast::websocket::stream_base::decorator([=](beast::websocket::request_type& request) {
      if (!origin.empty()) request.set(http::field::origin, origin);
      if (!protocol.empty()) request.set(http::field::sec_websocket_protocol, protocol);
    }));
    boost::system::error_code error;
    stream_.handshake(answer_, host_, "/socket", error);
    return answer_.result_int();
  }
  void send(std::string_view text) { stream_.write(asio::buffer(text.data(), text.size())); }
  std::string read() {
    beast::flat_buffer buffer;
    stream_.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  // Reads on until the server closes; its code (0 when it just went away).
  unsigned close_code() {
    boost::system::error_code error;
    while (!error) {
      beast::flat_buffer buffer;
      stream_.read(buffer, error);
    }
    return stream_.reason().code;
  }
  Stream& stream() { return stream_; }
  const beast::websocket::response_type& answer() const { return answer_; }

 private:
  asio::io_context context_;
  Stream stream_;
  std::string host_;
  beast::websocket::response_type answer_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() { log::set_level(log::Level::kError); }

  void start() {
    server = std::make_unique<Server>(
        pool, options, [this](Request request) { return answer(std::move(request)); }, upgrade);
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  awaitable<Response> answer(Request request) {
    if (slow_handler) co_return co_await slow_handler(std::move(request));
    co_return handler(request);
  }
  std::uint16_t port() const { return server->port(); }
  ClientResponse get(const std::string& target, const std::string& fields = {}) {
    return RawClient(port()).ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  }

  ServerOptions options{.security_headers = default_security_headers()};
  std::function<Response(const Request&)> handler = [](const Request& request) {
    return text_response(200, request.path);
  };
  Handler slow_handler;  // in its place, where a test needs a coroutine
  UpgradeHandler upgrade;
  IoPool pool{2};
  std::unique_ptr<Server> server;
};

}  // namespace incident::net
