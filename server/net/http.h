// One HTTP request and one response as plain values; no socket, no Beast in sight. A request is complete
// (body included) when a handler sees it. Field names compare without case. Any thread; values are copied.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace incident::net {

template <class T>
using awaitable = boost::asio::awaitable<T>;

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
std::string_view to_string(Method method);
std::optional<Method> method_from(std::string_view name);

// Names and values in the order they came; a name may come more than once.
using NameValues = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string target;  // as sent: path and query, still encoded
  std::string
      path;  // decoded; starts with '/', holds no "..", ".", empty segment (but a last one), NUL or '\'
  NameValues query;     // decoded ('+' is a space)
  NameValues headers;   // names in lower case
  std::string body;     // at most HttpLimits::body_bytes_max
  std::string peer;     // the client's address (from a trusted proxy's field where one is configured)
  std::string id;       // unique in this process; also in the response's X-Request-Id and in the log
  bool secure = false;  // came over TLS, at our door or at a trusted proxy's
  // Becomes true when the client goes away before it was answered. Any thread may look; null in a request
  // that came over no connection.
  std::shared_ptr<const std::atomic<bool>> gone;

  // Whether the work for an answer has become pointless.
  bool client_is_gone() const { return gone && gone->load(std::memory_order_relaxed); }

  // First value of that name; empty when absent.
  std::string_view header(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;
  // First value of that parameter; nothing when absent ("?a" and "?a=" are an empty text).
  std::optional<std::string_view> parameter(std::string_view name) const;
  // All values of that parameter, such as `match[]`.
  std::vector<std::string_view> parameters(std::string_view name) const;
  // The fields of an application/x-www-form-urlencoded body (Prometheus and Grafana post queries so).
  Result<NameValues> form() const;
};

using SharedText = std::shared_ptr<const std::string>;

// Where a response without a known end (a watch, a followed log, server-sent events) writes its chunks.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Sends one chunk; resumes when the peer's window took it. False: the peer is gone or the server stops.
  virtual awaitable<bool> write(std::string chunk) = 0;
  // Waits; false at once when the peer goes away or the server stops meanwhile.
  virtual awaitable<bool> wait(std::chrono::milliseconds time) = 0;
};
using BodyStream = std::function<awaitable<void>(BodySink&)>;

struct Response {
  int status = 200;
  std::string content_type;  // empty: no body is meant
  std::variant<std::string, SharedText, BodyStream> body;
  NameValues headers;  // beside those the server sets: Date, Content-Length, Connection, security fields
  bool compressible = true;  // false: secrets beside user input, or already compressed

  std::string_view body_view() const;                  // empty for a stream
  Response& set(std::string name, std::string value);  // adds a field; returns *this for chaining
};

Response text_response(int status, std::string text);
Response json_response(int status, std::string json);
Response json_response(int status, SharedText json);
Response no_content();
Response redirect(std::string location);  // 303

// The HTTP status that fits an error's code.
int status_of(ErrorCode code);
// RFC 9457 problem details: {"type","title","status","detail","code","at"}.
Response problem(int status, const Error& error);
Response problem(const Error& error);
// 405 with Allow.
Response method_not_allowed(std::string_view allow);

// A Set-Cookie value. HttpOnly and SameSite=Lax and Path=/ always; `secure` from Request::secure.
// `max_age_seconds` 0 deletes the cookie.
std::string cookie(std::string_view name, std::string_view value, std::int64_t max_age_seconds, bool secure);

// Text as the inside of a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_quote(std::string_view text);

}  // namespace incident::net
