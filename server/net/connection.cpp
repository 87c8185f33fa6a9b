#include "net/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include "base/log.h"
#include "net/chunked_sink.h"
#include "net/gzip.h"
#include "net/peer_watch.h"
#include "net/request_reader.h"
#include "net/response_head.h"
#include "net/socket_session.h"
#include "net/text.h"
#include "net/upgrade.h"

namespace incident::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kFirstReadBytes = 4096;
constexpr milliseconds kLingerTime{1'000};
constexpr std::size_t kLingerBytesMax = 4UL * 1024 * 1024;

auto into(boost::system::error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerState> state, std::shared_ptr<Hub> hub, TcpSocket socket,
                       std::unique_ptr<Slot> slot, asio::ip::address address)
    : state_(std::move(state)),
      hub_(std::move(hub)),
      socket_(std::move(socket)),
      deadline_(hub_->executor()),
      slot_(std::move(slot)),
      address_(std::move(address)),
      buffer_(state_->options.limits.header_bytes_max + kFirstReadBytes) {}

void Connection::start() {
  hub_->add(shared_from_this());
  asio::co_spawn(
      hub_->executor(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Connection::stop(bool cut) {
  stopping_ = true;
  if (stream_timer_ != nullptr) stream_timer_->cancel();
  boost::system::error_code ignored;
  if (cut) {
    socket_.close(ignored);
  } else if (idle_) {
    socket_.cancel(ignored);
  }
}

void Connection::arm(milliseconds time) {
  const std::uint64_t mine = ++armed_;
  timed_out_ = false;
  deadline_.expires_after(time);
  deadline_.async_wait([weak = weak_from_this(), mine](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->armed_ != mine) return;
    self->timed_out_ = true;
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Connection::disarm() {
  ++armed_;
  deadline_.cancel();
}

awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  Next next = Next::kKeepAlive;
  try {
    const std::size_t requests_max = state_->options.limits.requests_per_connection_max;
    for (std::size_t served = 0; next == Next::kKeepAlive && served < requests_max; ++served) {
      next = co_await serve_one();
    }
  } catch (const std::exception& e) {
    log::error("net", "a connection failed", {{"peer", address_.to_string()}, {"what", e.what()}});
  }
  disarm();
  if (next != Next::kHandedOver) {
    boost::system::error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_both, ignored);
    socket_.close(ignored);
    slot_.reset();
  }
  hub_->remove(*this);
}

awaitable<bool> Connection::wait_for_first_byte() {
  if (buffer_.size() > 0) co_return true;
  if (stopping_) co_return false;
  idle_ = true;
  arm(state_->options.limits.idle_time_max);
  boost::system::error_code error;
  const std::size_t n = co_await socket_.async_read_some(buffer_.prepare(kFirstReadBytes), into(error));
  disarm();
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(n);
  co_return true;
}

// Reads one request into `parser`; what is wrong with it is answered here. False: the connection must end.
awaitable<bool> Connection::read_request(RequestParser& parser) {
  const HttpLimits& limits = state_->options.limits;
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  parser.body_limit(limits.body_bytes_max);
  std::optional<Refusal> refusal;
  boost::system::error_code error;

  arm(limits.header_time_max);
  co_await http::async_read_header(socket_, buffer_, parser, into(error));
  disarm();
  if (timed_out_) {
    refusal = Refusal{408, invalid("The request's header took too long to arrive.", "headers")};
  } else if (!error) {
    refusal = check_fields(parser.get(), limits);
  }
  if (!refusal && !error) {
    const auto expect = parser.get()[http::field::expect];
    if (same_name({expect.data(), expect.size()}, "100-continue") && !parser.is_done() &&
        buffer_.size() == 0) {
      if (!co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {})) co_return false;
    }
    arm(limits.body_time_max);
    co_await http::async_read(socket_, buffer_, parser, into(error));
    disarm();
    if (timed_out_) refusal = Refusal{408, invalid("The request's body took too long to arrive.", "body")};
  }
  if (!refusal && !error) co_return true;
  if (!refusal) {
    const bool gone = error == http::error::end_of_stream || error == http::error::partial_message ||
                      error.category() == asio::error::get_system_category() ||
                      error.category() == asio::error::get_misc_category();
    if (gone) co_return false;
    refusal = refusal_of(error, limits, !parser.get().target().empty());
  }
  co_await refuse(refusal->status, std::move(refusal->error));
  co_return false;
}

awaitable<Connection::Next> Connection::serve_one() {
  if (!co_await wait_for_first_byte()) co_return Next::kClose;
  RequestParser parser;
  if (!co_await read_request(parser)) co_return Next::kClose;
  const bool wants_keep_alive = parser.get().keep_alive();
  const unsigned version = parser.get().version();
  auto made = make_request(parser.release(), state_->options.limits);
  if (auto* refusal = std::get_if<Refusal>(&made)) {
    co_await refuse(refusal->status, std::move(refusal->error));
    co_return Next::kClose;
  }
  Request request = std::get<Request>(std::move(made));
  request.peer = state_->proxies.client(address_, request.header("x-forwarded-for")).to_string();
  request.secure = state_->proxies.trusts(address_) && request.header("x-forwarded-proto") == "https";
  request.id = state_->make_request_id();
  state_->requests.fetch_add(1, std::memory_order_relaxed);

  if (version >= 11 && is_websocket_upgrade(request)) co_return co_await upgrade(std::move(request));
  Response response = co_await handle(request);
  const bool keep_alive = wants_keep_alive && version >= 11 && !stopping_ && !state_->stopping;
  const bool written = co_await write_response(request, std::move(response), keep_alive);
  co_return written&& keep_alive ? Next::kKeepAlive : Next::kClose;
}

awaitable<Response> Connection::handle(Request request) {
  const std::string id = request.id;
  std::string what;
  const auto watch = std::make_shared<PeerWatch>(shared_from_this());
  request.gone = watch->flag();
  watch->begin();
  try {
    Response response = co_await state_->handler(std::move(request));
    co_await asio::dispatch(asio::bind_executor(hub_->executor(), asio::use_awaitable));
    watch->end();
    co_return response;
  } catch (const std::exception& e) {
    what = e.what();
  }
  co_await asio::dispatch(asio::bind_executor(hub_->executor(), asio::use_awaitable));
  watch->end();
  log::error("net", "a handler threw", {{"request", id}, {"what", what}});
  co_return problem(
      Error{ErrorCode::kInternal, "Something broke on our side. Request " + id + " is in the log.", {}});
}

awaitable<Connection::Next> Connection::upgrade(Request request) {
  const std::string id = request.id;
  auto checked = check_upgrade(request, state_->options.allowed_origins);
  std::optional<Response> refusal;
  if (auto* response = std::get_if<Response>(&checked)) refusal = std::move(*response);
  std::optional<Upgrade> welcome;
  if (!refusal && !state_->upgrade) refusal = problem(not_found("There is no WebSocket here.", request.path));
  if (!refusal && state_->stopping) {
    refusal = problem(
        Error{ErrorCode::kUnavailable, "The server is restarting; please come back in a moment.", {}});
  }
  if (!refusal) {
    try {
      auto answer = co_await state_->upgrade(request);
      if (auto* response = std::get_if<Response>(&answer)) {
        refusal = std::move(*response);
      } else {
        welcome = std::get<Upgrade>(std::move(answer));
      }
    } catch (const std::exception& e) {
      log::error("net", "an upgrade handler threw", {{"request", id}, {"what", e.what()}});
      refusal = problem(
          Error{ErrorCode::kInternal, "Something broke on our side. Request " + id + " is in the log.", {}});
    }
    co_await asio::dispatch(asio::bind_executor(hub_->executor(), asio::use_awaitable));
  }
  if (refusal) {
    // A client that asked for frames does not speak HTTP on this connection any more.
    co_await write_response(request, std::move(*refusal), false);
    co_await linger();
    co_return Next::kClose;
  }
  const std::string head =
      switching_protocols(std::get<std::string>(checked), welcome->subprotocol, id, state_->security_fields);
  if (!co_await write_all(head, {})) co_return Next::kClose;
  log_request(request, 101, 0);

  const auto session = std::make_shared<SocketSession>(state_, hub_, std::move(socket_), std::move(slot_),
                                                       welcome->limits, request.peer);
  hub_->add(session);
  std::string early(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  SocketEvents events;
  if (welcome->open) events = welcome->open(session);
  session->start(std::move(events), std::move(early));
  if (stopping_) session->close(kCloseGoingAway, std::string(kRestartReason));  // it came after all were told
  co_return Next::kHandedOver;
}

awaitable<bool> Connection::write_all(std::string_view head, std::string_view body) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head.data(), head.size()),
                                                  asio::buffer(body.data(), body.size())};
  boost::system::error_code error;
  arm(state_->options.limits.write_time_max);
  co_await asio::async_write(socket_, buffers, into(error));
  disarm();
  co_return !error;
}

awaitable<bool> Connection::write_response(const Request& request, Response response, bool keep_alive) {
  std::string security = state_->security_fields;
  if (!response.headers.empty()) security = field_lines(state_->options.security_headers, response.headers);
  HeadOptions head{.security_fields = security,
                   .request_id = request.id,
                   .content_length = {},
                   .chunked = false,
                   .keep_alive = keep_alive};
  if (const auto* stream = std::get_if<BodyStream>(&response.body)) {
    head.chunked = true;
    log_request(request, response.status, 0);
    if (request.method == Method::kHead || !*stream) {
      co_return co_await write_all(response_head(response, head), {});
    }
    co_return co_await write_stream(response_head(response, head), *stream, true);
  }
  std::string packed;
  std::string_view body = response.body_view();
  const bool may_pack = response.compressible && response.status != 206 &&
                        body.size() >= state_->options.limits.gzip_bytes_min &&
                        is_compressible(response.content_type);
  if (may_pack) {
    response.set("Vary", "Accept-Encoding");
    if (accepts_gzip(request.header("accept-encoding"))) {
      packed = gzip(body, kGzipFast);
      body = packed;
      response.set("Content-Encoding", "gzip");
    }
  }
  const bool no_body = response.status == 204 || response.status == 304;
  if (!no_body) head.content_length = body.size();
  if (no_body || request.method == Method::kHead) body = {};
  log_request(request, response.status, body.size());
  co_return co_await write_all(response_head(response, head), body);
}

awaitable<bool> Connection::write_stream(std::string head, const BodyStream& stream, bool chunked) {
  if (!co_await write_all(head, {})) co_return false;
  const auto sink = std::make_shared<ChunkedSink>(shared_from_this(), chunked);
  stream_timer_ = &sink->timer();
  sink->watch();
  bool whole = true;
  try {
    co_await stream(*sink);
  } catch (const std::exception& e) {
    whole = false;  // no last chunk: the peer can tell that this is not the end
    log::error("net", "a stream threw", {{"what", e.what()}});
  }
  co_await asio::dispatch(asio::bind_executor(hub_->executor(), asio::use_awaitable));
  stream_timer_ = nullptr;
  sink->unwatch();
  if (!whole || sink->gone()) co_return false;
  co_return co_await write_all("0\r\n\r\n", {});
}

awaitable<void> Connection::refuse(int status, Error error) {
  Request unknown;
  unknown.id = state_->make_request_id();
  co_await write_response(unknown, problem(status, error), false);
  co_await linger();
}

// Closing with unread bytes would reset the connection and may lose the answer on its way (RFC 9112, 9.6).
awaitable<void> Connection::linger() {
  boost::system::error_code error;
  socket_.shutdown(TcpSocket::shutdown_send, error);
  arm(kLingerTime);
  buffer_.clear();
  std::size_t total = 0;
  while (!error && total < kLingerBytesMax) {
    total += co_await socket_.async_read_some(buffer_.prepare(kFirstReadBytes), into(error));
  }
  disarm();
}

void Connection::log_request(const Request& request, int status, std::size_t bytes) const {
  const log::Level level = state_->options.log_requests ? log::Level::kInfo : log::Level::kDebug;
  if (!log::enabled(level)) return;
  log::write(level, "net", "request",
             {{"id", request.id},
              {"peer", request.peer},
              {"method", to_string(request.method)},
              {"path", request.path},
              {"status", status},
              {"bytes", bytes}});
}

}  // namespace incident::net
