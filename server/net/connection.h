// One HTTP connection: requests are read, answered and written one after the other, so pipelined requests get
// their responses in order. Ends by closing, or by handing its TCP socket to a SocketSession. Internal to the
// room; loop thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <string>

#include "net/http.h"
#include "net/hub.h"
#include "net/request_reader.h"
#include "net/server_state.h"

namespace incident::net {

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerState> state, std::shared_ptr<Hub> hub, TcpSocket socket,
             std::unique_ptr<Slot> slot, boost::asio::ip::address address);

  void start();
  // Politely: a response under way is finished. Cut: the socket is closed at once.
  void stop(bool cut);
  HubPlace& place() { return place_; }

 private:
  friend class ChunkedSink;
  friend class PeerWatch;
  enum class Next { kKeepAlive, kClose, kHandedOver };

  // Cancels what the socket waits for when `time` has passed; `timed_out_` tells it from other ends.
  void arm(std::chrono::milliseconds time);
  void disarm();

  awaitable<void> run();
  awaitable<Next> serve_one();
  awaitable<bool> read_request(RequestParser& parser);
  awaitable<bool> wait_for_first_byte();
  awaitable<Response> handle(Request request);
  awaitable<Next> upgrade(Request request);
  awaitable<bool> write_response(const Request& request, Response response, bool keep_alive);
  awaitable<bool> write_stream(std::string head, const BodyStream& stream, bool chunked);
  awaitable<bool> write_all(std::string_view head, std::string_view body);
  awaitable<void> refuse(int status, Error error);
  awaitable<void> linger();
  void log_request(const Request& request, int status, std::size_t bytes) const;

  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Hub> hub_;
  TcpSocket socket_;
  LoopTimer deadline_;
  std::unique_ptr<Slot> slot_;
  boost::asio::ip::address address_;
  boost::beast::flat_buffer buffer_;
  HubPlace place_;
  std::uint64_t armed_ = 0;  // counts deadlines, so that an old one cannot end a new wait
  bool timed_out_ = false;
  bool idle_ = true;  // between two requests
  bool stopping_ = false;
  LoopTimer* stream_timer_ = nullptr;  // of a stream under way, to be woken by stop()
};

}  // namespace incident::net
