// An HTTP/1.1 client for what this server sends to others: one request at a time over a connection that stays
// open between them, TLS with the certificate and the host's name verified (against the system's authorities,
// or those of SSL_CERT_FILE and SSL_CERT_DIR). It follows no redirects and keeps no cookies.
//
// A client belongs to one executor, which must run on one thread or be a strand: send() is awaited there.
// cancel() may be called from any thread. Every wait has a limit; errors say what failed, never what was
// sent.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/http_url.h"

namespace incident::net {

struct HttpClientLimits {
  std::chrono::milliseconds connect_time_max{10'000};  // name, connection and TLS together
  std::chrono::milliseconds answer_time_max{30'000};   // from the first byte sent to the last one read
  std::size_t answer_header_bytes_max = 16UL * 1024;
  std::size_t answer_body_bytes_max = 256UL * 1024;
};

struct HttpCall {
  Method method = Method::kPost;
  HttpUrl url;
  NameValues headers;  // beside Host, Content-Length and User-Agent
  std::string body;
};

struct HttpAnswer {
  int status = 0;
  NameValues headers;
  std::string body;

  std::string_view header(std::string_view name) const;  // first of that name; empty when absent
};

class HttpClient {
 public:
  explicit HttpClient(boost::asio::any_io_executor executor, HttpClientLimits limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is an answer. Errors: kUnavailable for all that trying again may help with (no such host, no
  // connection, a certificate that does not fit, no answer in time, cancelled). `call` must outlive it.
  awaitable<Result<HttpAnswer>> send(const HttpCall& call);
  // Ends what is under way and refuses what comes after.
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace incident::net
