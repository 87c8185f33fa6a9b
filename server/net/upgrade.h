// The HTTP side of a WebSocket handshake (RFC 6455, 4.2). Internal to the room.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "net/http.h"

namespace incident::net {

bool is_websocket_upgrade(const Request& request);
// The value for Sec-WebSocket-Accept, or the answer that refuses: wrong version, bad key, foreign origin.
std::variant<std::string, Response> check_upgrade(const Request& request,
                                                  const std::vector<std::string>& origins);
std::string switching_protocols(std::string_view accept, std::string_view subprotocol,
                                std::string_view request_id, std::string_view security_fields);

}  // namespace incident::net
