// What one I/O thread shares among its connections: the list of those that are open, the sockets that have
// something to write, and one ticker for all their time limits, because a timer and a wake-up for each of
// thousands of sockets would cost more than their frames. Internal to the room. Loop thread only, but for
// schedule().
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "net/io_pool.h"

namespace incident::net {

using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, IoPool::Executor>;
using LoopTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, IoPool::Executor>;

class Connection;
class SocketSession;

// What sockets hear from a server that stops; clients then come back by themselves.
inline constexpr std::string_view kRestartReason = "the server is restarting; please come back in a moment";

// A place in a list that is left in constant time.
struct HubPlace {
  std::size_t index = static_cast<std::size_t>(-1);
};

class Hub : public std::enable_shared_from_this<Hub> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Hub(IoPool::Executor executor) : executor_(executor), ticker_(executor) {}

  IoPool::Executor executor() const { return executor_; }
  void start();
  void stop();  // ends the ticker

  void add(std::shared_ptr<SocketSession> session);
  void remove(SocketSession& session);
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);

  // Asks for session->flush() on this thread soon. Any thread; many calls become one wake-up.
  void schedule(std::shared_ptr<SocketSession> session);

  // Asks all connections to end: politely, or at once.
  void close_all(bool cut);

 private:
  void arm();
  void tick();
  void drain();

  IoPool::Executor executor_;
  LoopTimer ticker_;
  bool stopped_ = false;
  std::vector<std::shared_ptr<SocketSession>> sessions_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<SocketSession>> draining_;
  std::size_t drained_ = 0;

  std::mutex mutex_;  // guards what follows
  std::vector<std::shared_ptr<SocketSession>> scheduled_;
  bool posted_ = false;
};

}  // namespace incident::net
