#include "net/http.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <cstdio>

#include "net/limits.h"
#include "net/target.h"
#include "net/text.h"
#include "net/utf8.h"

namespace incident::net {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{{Method::kGet, "GET"},
                                                                       {Method::kHead, "HEAD"},
                                                                       {Method::kPost, "POST"},
                                                                       {Method::kPut, "PUT"},
                                                                       {Method::kPatch, "PATCH"},
                                                                       {Method::kDelete, "DELETE"},
                                                                       {Method::kOptions, "OPTIONS"}}};

}  // namespace

std::string_view to_string(Method method) {
  for (const auto& [value, name] : kMethods) {
    if (value == method) return name;
  }
  return "GET";
}

std::optional<Method> method_from(std::string_view name) {
  for (const auto& [value, text] : kMethods) {
    if (text == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (!same_name(key, "cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      std::string_view found = trim(pair.substr(equals + 1));
      if (found.size() >= 2 && found.front() == '"' && found.back() == '"') {
        found = found.substr(1, found.size() - 2);
      }
      return found;
    }
  }
  return {};
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::parameters(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : query) {
    if (key == name) out.emplace_back(value);
  }
  return out;
}

Result<NameValues> Request::form() const {
  const std::string_view type = header("content-type");
  if (!same_name(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded")) {
    return invalid("The body must be sent as application/x-www-form-urlencoded.", "Content-Type");
  }
  return parse_parameters(body, HttpLimits{}.query_parameters_max, "body");
}

std::string_view Response::body_view() const {
  if (const auto* text = std::get_if<std::string>(&body)) return *text;
  if (const auto* shared = std::get_if<SharedText>(&body); shared != nullptr && *shared) return **shared;
  return {};
}

Response& Response::set(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response text_response(int status, std::string text) {
  return {
      .status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text), .headers = {}};
}

Response json_response(int status, std::string json) {
  return {.status = status, .content_type = "application/json", .body = std::move(json), .headers = {}};
}

Response json_response(int status, SharedText json) {
  return {.status = status, .content_type = "application/json", .body = std::move(json), .headers = {}};
}

Response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

Response redirect(std::string location) {
  Response response{.status = 303, .content_type = {}, .body = {}, .headers = {}};
  response.set("Location", std::move(location));
  return response;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition:
      return 409;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kResourceExhausted:
      return 429;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

Response problem(int status, const Error& error) {
  const std::string_view title =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  std::string json = R"({"type":"about:blank","title":)" + json_quote(title) +
                     ",\"status\":" + std::to_string(status) + ",\"detail\":" + json_quote(error.message) +
                     ",\"code\":" + json_quote(to_string(error.code));
  if (!error.at.empty()) json += ",\"at\":" + json_quote(error.at);
  json += '}';
  Response response{
      .status = status, .content_type = "application/problem+json", .body = std::move(json), .headers = {}};
  response.set("Cache-Control", "no-store");
  return response;
}

Response problem(const Error& error) {
  return problem(status_of(error.code), error);
}

Response method_not_allowed(std::string_view allow) {
  Response response =
      problem(405, invalid("This resource answers to " + std::string(allow) + " only.", "method"));
  response.set("Allow", std::string(allow));
  return response;
}

std::string cookie(std::string_view name, std::string_view value, std::int64_t max_age_seconds, bool secure) {
  std::string out(name);
  out += '=';
  out += value;
  out += "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(max_age_seconds);
  if (secure) out += "; Secure";
  return out;
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_sequence(text.substr(i));
    const char c = text[i];
    if (n == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escaped{};
      const int size = std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
      out.append(escaped.data(), static_cast<std::size_t>(size));
    } else {
      out += text.substr(i, n);
    }
    i += std::max<std::size_t>(n, 1);
  }
  out += '"';
  return out;
}

}  // namespace incident::net
