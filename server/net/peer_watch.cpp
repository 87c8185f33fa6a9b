#include "net/peer_watch.h"

#include <sys/socket.h>

#include <utility>

namespace incident::net {

PeerWatch::PeerWatch(std::shared_ptr<Connection> connection, std::function<void()> on_gone)
    : connection_(std::move(connection)), on_gone_(std::move(on_gone)) {}

void PeerWatch::begin() {
  watching_ = true;
  connection_->socket_.async_wait(
      TcpSocket::wait_read, [weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!self || !self->watching_) return;
        char byte = 0;
        const auto fd = self->connection_->socket_.native_handle();
        const bool pipelined = !error && ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
        if (pipelined) return;  // the next request waits its turn
        self->gone_->store(true, std::memory_order_relaxed);
        if (self->on_gone_) self->on_gone_();
      });
}

void PeerWatch::end() {
  if (!watching_) return;
  watching_ = false;
  boost::system::error_code ignored;
  connection_->socket_.cancel(ignored);
}

}  // namespace incident::net
