// One WebSocket to one client. `send`, `close` and the getters may be called from any thread; the events run
// on the socket's own I/O thread, one at a time, and must not block. A frame is serialised once by the caller
// and shared by all clients that get it. The queue is bounded: when a client falls behind, its queue is
// dropped, and once the client takes bytes again `on_overflow` asks the owner for a snapshot. So a slow
// client costs a resync, never memory.
//
// Ownership: the server keeps an open socket alive; others may hold a shared_ptr as long as they like (send
// to a closed one does nothing). Events are released after on_close, so they may capture what they need, the
// socket included.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/limits.h"

namespace incident::net {

using Frame = SharedText;  // one text message

struct SocketEvents {
  std::function<void(std::string_view)> on_message;  // a whole text message, valid UTF-8
  std::function<void()> on_overflow;  // queue was dropped and there is room again: send a snapshot
  std::function<void()> on_close;     // exactly once, however it ended
};

enum class SendResult {
  kQueued,
  kDropped,  // the client is behind: this frame and those before it are gone, on_overflow comes or has come
  kClosed,
};

// Close codes of RFC 6455 that we use; 4000 and above are the application's.
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseUnsupported = 1003;
inline constexpr std::uint16_t kClosePolicy = 1008;
inline constexpr std::uint16_t kCloseTooBig = 1009;
inline constexpr std::uint16_t kCloseTryAgain = 1013;

class Socket {
 public:
  virtual ~Socket() = default;

  virtual SendResult send(Frame frame) = 0;
  SendResult send(std::string frame) { return send(std::make_shared<const std::string>(std::move(frame))); }
  // Sends what is queued, then closes; `reason` is for a person, at most 123 bytes are sent.
  virtual void close(std::uint16_t code, std::string reason) = 0;
  virtual bool is_open() const = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual std::uint64_t id() const = 0;  // unique in this process
  virtual const std::string& peer() const = 0;
};

}  // namespace incident::net
