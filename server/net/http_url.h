// An http or https address taken apart. Plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace incident::net {

struct HttpUrl {
  bool secure = false;  // https
  std::string host;     // without brackets
  std::uint16_t port = 80;
  std::string target = "/";  // path and query, as given

  std::string host_field() const;  // with brackets where IPv6 needs them, and the port where it is not usual
  std::string text() const;        // without the query: for people and for the log
};

// Errors say what is wrong with it. A user or a password in the address is refused: it would end up in logs,
// and belongs into a header.
Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace incident::net
