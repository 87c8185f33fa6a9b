#include "net/request_reader.h"

#include <boost/beast/http/error.hpp>

#include "net/target.h"
#include "net/text.h"

namespace incident::net {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Error too_large(std::string message, std::string at) {
  return {ErrorCode::kResourceExhausted, std::move(message), std::move(at)};
}

}  // namespace

Refusal refusal_of(const boost::system::error_code& error, const HttpLimits& limits, bool request_line_done) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    if (!request_line_done) {
      return {414, too_large("The address is too long; at most " + std::to_string(limits.target_bytes_max) +
                                 " bytes are taken.",
                             "target")};
    }
    return {431, too_large("The header fields are too large together; at most " +
                               std::to_string(limits.header_bytes_max) + " bytes are taken.",
                           "headers")};
  }
  if (error == http::error::body_limit) {
    return {413, too_large("The body is too large; at most " + std::to_string(limits.body_bytes_max) +
                               " bytes are taken.",
                           "body")};
  }
  if (error == http::error::bad_version)
    return {505, invalid("Only HTTP/1.1 and HTTP/1.0 are spoken here.", "version")};
  return {400, invalid("This is not a well-formed HTTP request (" + error.message() + ").", "request")};
}

std::optional<Refusal> check_fields(const RequestParser::value_type& message, const HttpLimits& limits) {
  std::size_t fields = 0;
  for ([[maybe_unused]] const auto& field : message) ++fields;
  if (fields > limits.fields_max) {
    return Refusal{
        431,
        too_large("At most " + std::to_string(limits.fields_max) + " header fields are taken.", "headers")};
  }
  if (message.target().size() > limits.target_bytes_max) {
    return Refusal{414, too_large("The address is too long; at most " +
                                      std::to_string(limits.target_bytes_max) + " bytes are taken.",
                                  "target")};
  }
  const std::size_t hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    return Refusal{400, invalid("There must be one Host field.", "Host")};
  }
  const std::size_t lengths = message.count(http::field::content_length);
  const std::size_t codings = message.count(http::field::transfer_encoding);
  if (lengths + codings > 1) {
    return Refusal{400, invalid("The body's length must be said once, by Content-Length or by chunks.",
                                "Content-Length")};
  }
  if (codings == 1) {
    if (message.version() < 11) return Refusal{400, invalid("HTTP/1.0 has no chunks.", "Transfer-Encoding")};
    if (!same_name(view(message[http::field::transfer_encoding]), "chunked")) {
      return Refusal{501, invalid("The only transfer coding taken is 'chunked'.", "Transfer-Encoding")};
    }
  }
  return std::nullopt;
}

std::variant<Request, Refusal> make_request(RequestParser::value_type message, const HttpLimits& limits) {
  Request request;
  const auto method = method_from(view(message.method_string()));
  if (!method) {
    return Refusal{
        501, invalid("This method is not known here; use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.",
                     "method")};
  }
  request.method = *method;
  request.target = std::string(message.target());
  auto target = parse_target(request.target, limits.query_parameters_max);
  if (!target) return Refusal{400, target.error()};
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : message) {
    request.headers.emplace_back(lower_text(view(field.name_string())), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace incident::net
