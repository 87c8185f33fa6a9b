#include "net/upgrade.h"

#include "net/address.h"
#include "net/server.h"
#include "net/text.h"
#include "net/websocket_frames.h"

namespace incident::net {

bool is_websocket_upgrade(const Request& request) {
  return request.method == Method::kGet && has_token(request.header("upgrade"), "websocket") &&
         has_token(request.header("connection"), "upgrade");
}

std::variant<std::string, Response> check_upgrade(const Request& request,
                                                  const std::vector<std::string>& origins) {
  if (request.header("sec-websocket-version") != "13") {
    Response response =
        problem(426, invalid("Only WebSocket version 13 is spoken here.", "Sec-WebSocket-Version"));
    response.set("Sec-WebSocket-Version", "13").set("Upgrade", "websocket");
    return response;
  }
  // Browsers send cookies with a socket that any page opens, and no CORS rule stops them: this check does.
  const std::string_view origin = request.header("origin");
  if (!origin.empty() && !origin_allowed(origin, request.header("host"), origins)) {
    return problem(
        403, Error{ErrorCode::kPermissionDenied,
                   "Pages from this origin may not open a socket here; the server's owner can allow it.",
                   "Origin"});
  }
  auto accept = accept_key(request.header("sec-websocket-key"));
  if (!accept) return problem(400, accept.error());
  return std::move(*accept);
}

std::string switching_protocols(std::string_view accept, std::string_view subprotocol,
                                std::string_view request_id, std::string_view security_fields) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  out += "Sec-WebSocket-Accept: " + std::string(accept) + "\r\n";
  if (!subprotocol.empty()) out += "Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n";
  out += "X-Request-Id: " + std::string(request_id) + "\r\n";
  out += security_fields;
  out += "\r\n";
  return out;
}

bool offers_subprotocol(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == "sec-websocket-protocol" && has_token(value, name)) return true;
  }
  return false;
}

}  // namespace incident::net
