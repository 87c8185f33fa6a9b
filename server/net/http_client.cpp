#include "net/http_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>

#include "net/text.h"

namespace incident::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

Error unavailable(const HttpUrl& url, const std::string& what) {
  return {ErrorCode::kUnavailable, what, url.text()};
}

// One for all clients: reading the system's authorities takes a while.
asio::ssl::context& tls_context() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    error_code ignored;  // without authorities every certificate is refused, which is said then
    made.set_default_verify_paths(ignored);
    made.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(made.native_handle(), TLS1_2_VERSION);
    return made;
  }();
  return context;
}

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

struct HttpClient::Impl {
  Impl(asio::any_io_executor executor, HttpClientLimits limits)
      : executor(std::move(executor)), limits(limits) {}

  bool open() const { return plain || tls; }
  beast::tcp_stream& tcp() { return tls ? tls->next_layer() : *plain; }
  void close() {
    tls.reset();
    plain.reset();
    buffer.clear();
  }
  bool fits(const HttpUrl& url) const {
    return open() && url.secure == tls.has_value() && url.host == host && url.port == port;
  }

  awaitable<Result<void>> connect(const HttpUrl& url);
  awaitable<Result<HttpAnswer>> exchange(const HttpCall& call, bool& stale);
  template <class Stream>
  awaitable<void> talk(Stream& stream, http::request<http::string_body>& request,
                       http::response_parser<http::string_body>& parser, error_code& error);

  asio::any_io_executor executor;
  HttpClientLimits limits;
  std::optional<beast::tcp_stream> plain;
  std::optional<TlsStream> tls;
  std::optional<asio::ip::tcp::resolver> resolver;
  beast::flat_buffer buffer;
  std::string host;
  std::uint16_t port = 0;
  bool cancelled = false;
};

awaitable<Result<void>> HttpClient::Impl::connect(const HttpUrl& url) {
  error_code error;
  resolver.emplace(executor);
  const std::string service = std::to_string(url.port);
  const auto found = co_await resolver->async_resolve(url.host, service, into(error));
  resolver.reset();
  if (cancelled) co_return unavailable(url, "cancelled");
  if (error) co_return unavailable(url, "the host's name has no address: " + error.message());
  if (url.secure) {
    tls.emplace(executor, tls_context());
    tls->set_verify_callback(asio::ssl::host_name_verification(url.host));
    // Server name indication is for names only.
    if (!is_address(url.host)) SSL_set_tlsext_host_name(tls->native_handle(), url.host.c_str());
  } else {
    plain.emplace(executor);
  }
  host = url.host;
  port = url.port;
  tcp().expires_after(limits.connect_time_max);
  co_await tcp().async_connect(found, into(error));
  if (error) {
    close();
    co_return unavailable(url, "cannot connect: " + error.message());
  }
  tcp().socket().set_option(asio::ip::tcp::no_delay(true), error);
  if (!url.secure) co_return Result<void>{};
  co_await tls->async_handshake(asio::ssl::stream_base::client, into(error));
  if (error) {
    const long verdict = SSL_get_verify_result(tls->native_handle());
    std::string why = error.message();
    if (verdict != X509_V_OK)
      why = std::string("the certificate is not valid here: ") + X509_verify_cert_error_string(verdict);
    close();
    co_return unavailable(url, "TLS failed: " + why);
  }
  co_return Result<void>{};
}

template <class Stream>
awaitable<void> HttpClient::Impl::talk(Stream& stream, http::request<http::string_body>& request,
                                       http::response_parser<http::string_body>& parser, error_code& error) {
  co_await http::async_write(stream, request, into(error));
  // A server may answer before it has read it all (413, 429), and close: what it said is worth more.
  error_code read_error;
  co_await http::async_read(stream, buffer, parser, into(read_error));
  if (!read_error) {
    error = {};
  } else if (!error) {
    error = read_error;
  }
}

awaitable<Result<HttpAnswer>> HttpClient::Impl::exchange(const HttpCall& call, bool& stale) {
  stale = false;
  const bool reused = fits(call.url);
  if (!reused) {
    close();
    auto connected = co_await connect(call.url);
    if (!connected) co_return connected.error();
  }
  http::request<http::string_body> request;
  request.method_string(std::string(to_string(call.method)));
  request.target(call.url.target);
  request.version(11);
  request.set(http::field::host, call.url.host_field());
  request.set(http::field::user_agent, "incident");
  for (const auto& [name, value] : call.headers) request.insert(name, value);
  request.body() = call.body;
  request.prepare_payload();

  http::response_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.answer_header_bytes_max));
  parser.body_limit(limits.answer_body_bytes_max);
  error_code error;
  tcp().expires_after(limits.answer_time_max);
  if (tls) {
    co_await talk(*tls, request, parser, error);
  } else {
    co_await talk(*plain, request, parser, error);
  }
  if (cancelled) error = asio::error::operation_aborted;
  if (error) {
    close();
    stale = reused && !cancelled && error != beast::error::timeout && !parser.is_header_done();
    co_return unavailable(call.url, cancelled                        ? std::string("cancelled")
                                    : error == beast::error::timeout ? std::string("no answer in time")
                                                                     : "no answer: " + error.message());
  }
  tcp().expires_never();
  const auto& response = parser.get();
  HttpAnswer answer;
  answer.status = static_cast<int>(response.result_int());
  for (const auto& field : response)
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  answer.body = response.body();
  if (!response.keep_alive()) close();
  co_return answer;
}

HttpClient::HttpClient(asio::any_io_executor executor, HttpClientLimits limits)
    : impl_(std::make_shared<Impl>(std::move(executor), limits)) {}

HttpClient::~HttpClient() {
  cancel();
}

awaitable<Result<HttpAnswer>> HttpClient::send(const HttpCall& call) {
  const std::shared_ptr<Impl> impl = impl_;
  if (impl->cancelled) co_return unavailable(call.url, "cancelled");
  bool stale = false;
  auto answer = co_await impl->exchange(call, stale);
  // The server had closed the connection while it stood idle.
  if (stale) answer = co_await impl->exchange(call, stale);
  co_return answer;
}

void HttpClient::cancel() {
  asio::post(impl_->executor, [impl = impl_] {
    impl->cancelled = true;
    if (impl->resolver) impl->resolver->cancel();
    if (impl->open()) impl->tcp().close();
  });
}

}  // namespace incident::net
