// The bytes of RFC 6455, server side: frames from clients are taken apart, heads of frames to clients are
// made. Written here and not with Beast's stream for three reasons, each measured: several queued frames go
// out in one writev, one serialised frame is shared by all clients without a copy, and an idle client costs
// no read buffer. One thread; no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace incident::net {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

// The head of an unmasked, unfragmented frame.
struct FrameHead {
  std::array<char, 10> bytes{};
  std::size_t size = 0;
};
FrameHead frame_head(Opcode opcode, std::size_t payload_size);

// Puts frames together from bytes as they arrive, in whatever pieces.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  enum class Status { kNeedMore, kFrame, kError };
  struct Frame {
    Opcode opcode = Opcode::kText;  // kText: a whole message; kClose, kPing, kPong: a control frame
    std::string_view payload;       // valid until the next call
    // For kError: the close code to answer with, and why.
    std::uint16_t close_code = 0;
    std::string_view reason;
  };

  // Takes bytes from the front of `bytes` (which it unmasks in place) until a frame is whole. After kError
  // the reader must not be used again.
  Status next(std::span<char>& bytes, Frame& frame);

 private:
  Status fail(Frame& frame, std::uint16_t code, std::string_view reason);
  std::size_t head_size() const;
  Status begin_frame(Frame& frame);
  Status end_frame(std::string_view payload, Frame& frame);

  std::size_t message_bytes_max_;
  std::array<unsigned char, 14> head_{};
  std::size_t head_have_ = 0;
  bool in_payload_ = false;
  bool final_ = false;
  bool in_message_ = false;  // a fragmented message is under way
  Opcode opcode_ = Opcode::kText;
  std::uint64_t payload_left_ = 0;
  std::uint64_t payload_done_ = 0;
  std::array<char, 4> mask_{};
  std::string message_;  // fragments of a data message so far
  std::string control_;  // a control frame that came in pieces
};

// The payload of a close frame: code and at most 123 bytes of reason, cut at a character's border.
std::string close_payload(std::uint16_t code, std::string_view reason);
// The code in a close frame's payload; 1005 for none; 1002 for one that RFC 6455 does not allow.
std::uint16_t close_code_of(std::string_view payload);

// Sec-WebSocket-Accept for a client's key; fails when the key is not 16 bytes in base64.
Result<std::string> accept_key(std::string_view key);

}  // namespace incident::net
