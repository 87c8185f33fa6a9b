// Looks whether the peer is still there while a connection reads nothing from it: during a handler, and
// during a stream. A peer that closes its side counts as gone, as in other servers; one that has sent the
// next request already is waiting for its turn, and is not looked at any more. Internal to the room; loop
// thread only, but for the flag.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "net/connection.h"

namespace incident::net {

class PeerWatch : public std::enable_shared_from_this<PeerWatch> {
 public:
  explicit PeerWatch(std::shared_ptr<Connection> connection, std::function<void()> on_gone = {});

  void begin();
  void end();  // so that the next request can be read
  bool gone() const { return gone_->load(std::memory_order_relaxed); }
  // The same for other threads; outlives this.
  std::shared_ptr<const std::atomic<bool>> flag() const { return gone_; }

 private:
  std::shared_ptr<Connection> connection_;
  std::function<void()> on_gone_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  bool watching_ = false;
};

}  // namespace incident::net
