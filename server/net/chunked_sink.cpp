#include "net/chunked_sink.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

namespace incident::net {

namespace asio = boost::asio;

ChunkedSink::ChunkedSink(std::shared_ptr<Connection> connection, bool chunked)
    : connection_(std::move(connection)), timer_(connection_->hub_->executor()), chunked_(chunked) {}

awaitable<bool> ChunkedSink::write(std::string chunk) {
  co_await asio::dispatch(asio::bind_executor(connection_->hub_->executor(), asio::use_awaitable));
  if (gone_ || connection_->stopping_) co_return false;
  if (chunk.empty()) co_return true;  // an empty chunk would end the body
  if (chunked_) {
    std::array<char, 24> size{};
    const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    chunk.insert(0, size.data(), static_cast<std::size_t>(n));
    chunk += "\r\n";
  }
  gone_ = !co_await connection_->write_all(chunk, {});
  co_return !gone_;
}

awaitable<bool> ChunkedSink::wait(std::chrono::milliseconds time) {
  co_await asio::dispatch(asio::bind_executor(connection_->hub_->executor(), asio::use_awaitable));
  if (gone_ || connection_->stopping_) co_return false;
  boost::system::error_code error;
  timer_.expires_after(time);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !gone_ && !connection_->stopping_;
}

void ChunkedSink::watch() {
  watching_ = true;
  connection_->socket_.async_wait(
      TcpSocket::wait_read, [weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!self || !self->watching_) return;
        char byte = 0;
        const auto fd = self->connection_->socket_.native_handle();
        const bool pipelined = !error && ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
        if (pipelined) return;  // the next request waits its turn
        self->gone_ = true;
        self->timer_.cancel();
      });
}

void ChunkedSink::unwatch() {
  watching_ = false;
  boost::system::error_code ignored;
  connection_->socket_.cancel(ignored);
}

}  // namespace incident::net
