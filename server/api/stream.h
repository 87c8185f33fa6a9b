// The numbered frames of one audience (a team, or those in a lobby without one). Frames are serialised once
// and shared by all who get them; the last ones are kept, within named limits, for clients that come back and
// say the last number they have. A stream's epoch is new whenever its numbers start again (a restart, another
// team). Not thread-safe: belongs to its room.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/codec.h"
#include "net/socket.h"

namespace incident::api {

class Stream {
 public:
  explicit Stream(std::string epoch) : epoch_(std::move(epoch)) {}

  // Numbers and serialises the message, keeps it, and returns the frame to send.
  template <class Message>
  net::Frame push(Message message) {
    message.seq = ++seq_;
    auto frame = std::make_shared<const std::string>(encode_frame(message));
    keep(frame);
    return frame;
  }

  // The frames after `since`, oldest first; nothing when some are no longer kept or the epoch is another one.
  std::optional<std::vector<net::Frame>> after(const std::string& epoch, std::int64_t since) const;

  std::int64_t seq() const { return seq_; }
  const std::string& epoch() const { return epoch_; }

 private:
  void keep(net::Frame frame);

  std::string epoch_;
  std::int64_t seq_ = 0;
  std::deque<net::Frame> kept_;  // the newest has number seq_
  std::size_t bytes_ = 0;
};

}  // namespace incident::api
