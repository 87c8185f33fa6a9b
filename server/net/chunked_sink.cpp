#include "net/chunked_sink.h"

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
  if (gone() || connection_->stopping_) co_return false;
  if (chunk.empty()) co_return true;  // an empty chunk would end the body
  if (chunked_) {
    std::array<char, 24> size{};
    const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    chunk.insert(0, size.data(), static_cast<std::size_t>(n));
    chunk += "\r\n";
  }
  failed_ = !co_await connection_->write_all(chunk, {});
  co_return !failed_;
}

awaitable<bool> ChunkedSink::wait(std::chrono::milliseconds time) {
  co_await asio::dispatch(asio::bind_executor(connection_->hub_->executor(), asio::use_awaitable));
  if (gone() || connection_->stopping_) co_return false;
  boost::system::error_code error;
  timer_.expires_after(time);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !gone() && !connection_->stopping_;
}

void ChunkedSink::watch() {
  watch_ = std::make_shared<PeerWatch>(connection_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->timer_.cancel();
  });
  watch_->begin();
}

void ChunkedSink::unwatch() {
  watch_->end();
}

}  // namespace incident::net
