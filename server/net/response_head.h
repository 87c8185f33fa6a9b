// The bytes in front of a response's body. Internal to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace incident::net {

struct HeadOptions {
  std::string_view security_fields;  // lines ready to be written, without those the response sets
  std::string_view request_id;
  std::optional<std::size_t> content_length;  // nothing: no length is said (204, 304, streams)
  bool chunked = false;
  bool keep_alive = true;
};

// Status line and all fields, up to and with the empty line. Control characters in a handler's names and
// values become spaces, so that no value can begin a field of its own.
std::string response_head(const Response& response, const HeadOptions& options);
// "Name: value" lines for the fields of `wanted` that are not set in `present`.
std::string field_lines(const NameValues& wanted, const NameValues& present = {});

}  // namespace incident::net
