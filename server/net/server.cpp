#include "net/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "net/connection.h"
#include "net/response_head.h"
#include "net/server_state.h"

namespace incident::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, IoPool::Executor>;

constexpr milliseconds kAcceptPause{100};  // when the process is out of files, before the next try
constexpr milliseconds kCutTime{2'000};    // for connections to notice that they were cut

Result<tcp::endpoint> endpoint_of(const ServerOptions& options) {
  boost::system::error_code error;
  const asio::ip::address address =
      asio::ip::make_address(options.bind == "localhost" ? "127.0.0.1" : options.bind, error);
  if (error) return invalid("BIND must be an address such as 127.0.0.1, 0.0.0.0 or ::", options.bind);
  return tcp::endpoint(address, options.port);
}

}  // namespace

NameValues default_security_headers() {
  return {
      {"Content-Security-Policy",
       "default-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; "
       "form-action 'self'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
}

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(IoPool& p, ServerOptions options, Handler handler, UpgradeHandler upgrade)
      : pool(p),
        state(std::make_shared<ServerState>(std::move(options), std::move(handler), std::move(upgrade))),
        acceptor(p.at(0)),
        pause(p.at(0)) {}

  awaitable<void> accept_loop();
  void welcome(TcpSocket socket, const std::shared_ptr<Hub>& hub);
  void refuse(TcpSocket socket, std::string_view why) const;

  IoPool& pool;
  std::shared_ptr<ServerState> state;
  Acceptor acceptor;
  LoopTimer pause;
  std::uint16_t port = 0;
  bool started = false;
};

awaitable<void> Server::Impl::accept_loop() {
  const auto self = shared_from_this();
  for (std::size_t turn = 0; !state->stopping; ++turn) {
    const std::shared_ptr<Hub> hub = state->hubs[turn % state->hubs.size()];
    boost::system::error_code error;
    TcpSocket socket =
        co_await acceptor.async_accept(hub->executor(), asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (error) {
      log::warn("net", "cannot accept a connection", {{"error", error.message()}});
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    asio::post(hub->executor(), [self, hub, s = std::make_shared<TcpSocket>(std::move(socket))] {
      self->welcome(std::move(*s), hub);
    });
  }
}

void Server::Impl::welcome(TcpSocket socket, const std::shared_ptr<Hub>& hub) {
  boost::system::error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  const asio::ip::address address = plain_address(peer.address());
  std::string_view why;
  std::unique_ptr<Slot> slot = state->take_slot(address, why);
  if (!slot) return refuse(std::move(socket), why);
  if (state->stopping) return;
  std::make_shared<Connection>(state, hub, std::move(socket), std::move(slot), address)->start();
}

void Server::Impl::refuse(TcpSocket socket, std::string_view why) const {
  state->refused.fetch_add(1, std::memory_order_relaxed);
  Response response = problem(503, Error{ErrorCode::kResourceExhausted, std::string(why), {}});
  response.set("Retry-After", "5");
  const std::string_view body = response.body_view();
  const std::string head = response_head(response, {.security_fields = {},
                                                    .request_id = {},
                                                    .content_length = body.size(),
                                                    .chunked = false,
                                                    .keep_alive = false});
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(
      std::array<asio::const_buffer, 2>{asio::buffer(head), asio::buffer(body.data(), body.size())}, ignored);
  socket.shutdown(TcpSocket::shutdown_both, ignored);
}

Server::Server(IoPool& pool, ServerOptions options, Handler handler, UpgradeHandler upgrade)
    : impl_(std::make_shared<Impl>(pool, std::move(options), std::move(handler), std::move(upgrade))) {}

Server::~Server() {
  stop(milliseconds{0});
}

Result<void> Server::start() {
  ServerState& state = *impl_->state;
  const ServerOptions& options = state.options;
  auto proxies = TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return proxies.error();
  state.proxies = std::move(*proxies);
  state.security_fields = field_lines(options.security_headers);
  const auto endpoint = endpoint_of(options);
  if (!endpoint) return endpoint.error();

  Acceptor& acceptor = impl_->acceptor;
  boost::system::error_code error;
  const auto failed = [&] {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return Error{ErrorCode::kUnavailable,
                 "Cannot listen on " + options.bind + " port " + std::to_string(options.port) + ": " +
                     error.message() + ". Choose another PORT or BIND, or stop what holds it.",
                 "PORT"};
  };
  if (acceptor.open(endpoint->protocol(), error); error) return failed();
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint->address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (acceptor.bind(*endpoint, error); error) return failed();
  if (acceptor.listen(kListenBacklog, error); error) return failed();
  impl_->port = acceptor.local_endpoint(error).port();

  for (std::size_t i = 0; i < impl_->pool.size(); ++i) {
    state.hubs.push_back(std::make_shared<Hub>(impl_->pool.at(i)));
    state.hubs.back()->start();
  }
  impl_->started = true;
  asio::co_spawn(
      acceptor.get_executor(), [impl = impl_] { return impl->accept_loop(); }, asio::detached);
  log::info("net", "listening", {{"bind", options.bind}, {"port", impl_->port}});
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::stop(milliseconds grace) {
  if (!std::exchange(impl_->started, false)) return;
  ServerState& state = *impl_->state;
  state.stopping = true;
  asio::post(impl_->acceptor.get_executor(), [impl = impl_] {
    boost::system::error_code ignored;
    impl->acceptor.close(ignored);
    impl->pause.cancel();
  });
  for (const auto& hub : state.hubs) hub->close_all(grace.count() == 0);
  if (!state.wait_until_empty(grace)) {
    for (const auto& hub : state.hubs) hub->close_all(true);
    if (!state.wait_until_empty(kCutTime))
      log::warn("net", "connections are left at the end", {{"open", state.connections()}});
  }
  for (const auto& hub : state.hubs) hub->stop();
}

ServerStats Server::stats() const {
  ServerState& state = *impl_->state;
  return {.connections = state.connections(),
          .sockets = state.sockets.load(),
          .requests = state.requests.load(),
          .refused = state.refused.load(),
          .overflows = state.overflows.load()};
}

}  // namespace incident::net
