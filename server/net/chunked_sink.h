// A response's body that is written piece by piece in the chunked transfer coding, with an eye on the peer: a
// client that goes away ends the stream at once and not at the next chunk. Internal to the room; loop thread.
#pragma once

#include <memory>
#include <string>

#include "net/connection.h"
#include "net/http.h"
#include "net/peer_watch.h"

namespace incident::net {

class ChunkedSink final : public BodySink, public std::enable_shared_from_this<ChunkedSink> {
 public:
  ChunkedSink(std::shared_ptr<Connection> connection, bool chunked);

  awaitable<bool> write(std::string chunk) override;
  awaitable<bool> wait(std::chrono::milliseconds time) override;

  void watch();    // begins to look for the peer's end
  void unwatch();  // stops looking, so that the next request can be read
  bool gone() const { return failed_ || (watch_ && watch_->gone()); }
  LoopTimer& timer() { return timer_; }

 private:
  std::shared_ptr<Connection> connection_;
  LoopTimer timer_;
  bool chunked_;
  bool failed_ = false;
  std::shared_ptr<PeerWatch> watch_;
};

}  // namespace incident::net
