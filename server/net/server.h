// The HTTP and WebSocket server. It owns the listening socket and every connection; it knows nothing of the
// game. Handlers are coroutines on the connection's I/O thread: they must not block, and may switch to other
// executors inside (the response is written on the connection's thread whatever they end on). A handler that
// throws is answered with 500 and logged with the request's id.
//
// The server itself answers what is wrong below the application: 400 malformed, 408 slow, 413, 414, 431 too
// large, 405/501 unknown method, 503 too many connections; and refuses a WebSocket upgrade from an origin
// that is not ours with 403. HEAD is passed on as is; the body is left out when it is written. Methods may be
// called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "net/http.h"
#include "net/io_pool.h"
#include "net/limits.h"
#include "net/socket.h"

namespace incident::net {

struct ServerOptions {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see Server::port()
  HttpLimits limits;
  // Addresses or networks ("10.0.0.0/8", "::1") whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trusted_proxies;
  // Origins allowed to open a WebSocket ("https://play.example.org") beside the server's own (Origin's host
  // equals Host). A client that sends no Origin is no browser, and is let in.
  std::vector<std::string> allowed_origins;
  // Sent with every response that does not set the field itself; see default_security_headers().
  NameValues security_headers;
  bool log_requests = false;  // one line for each request at debug level otherwise
};

// Content-Security-Policy without inline script or style, nosniff, no referrer, same-origin isolation.
NameValues default_security_headers();

// The answer to an upgrade that is welcome. `open` runs on the socket's thread once the handshake is done and
// before anything is read; the events it returns are called from then on.
struct Upgrade {
  std::string subprotocol;  // one of those the client offered, or empty
  SocketLimits limits;
  std::function<SocketEvents(std::shared_ptr<Socket>)> open;
};

using Handler = std::function<awaitable<Response>(Request)>;
using UpgradeHandler = std::function<awaitable<std::variant<Response, Upgrade>>(Request)>;

// True when the comma separated Sec-WebSocket-Protocol field offers that name.
bool offers_subprotocol(const Request& request, std::string_view name);

struct ServerStats {
  std::uint64_t connections = 0;  // open now, sockets included
  std::uint64_t sockets = 0;      // open now
  std::uint64_t requests = 0;     // since the start
  std::uint64_t refused = 0;      // connections turned away by a limit, since the start
  std::uint64_t overflows = 0;    // socket queues dropped, since the start
};

class Server {
 public:
  // `pool` must outlive the server. An empty `upgrade` refuses every WebSocket with 404.
  Server(IoPool& pool, ServerOptions options, Handler handler, UpgradeHandler upgrade = {});
  ~Server();  // stop(0)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and begins to accept. The error says which address and why.
  Result<void> start();
  std::uint16_t port() const;
  // Stops accepting, closes sockets with 1001, lets responses under way finish, closes idle connections;
  // cuts what is left after `grace`. Blocks until all is closed; not to be called on the pool's threads.
  void stop(milliseconds grace = kStopGrace);
  ServerStats stats() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace incident::net
