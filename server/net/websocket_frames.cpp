#include "net/websocket_frames.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

#include "net/utf8.h"

namespace incident::net {
namespace {

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kUnsupportedData = 1003;
constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kInvalidText = 1007;
constexpr std::uint16_t kMessageTooBig = 1009;
constexpr std::size_t kControlBytesMax = 125;
constexpr std::size_t kKeepCapacity = 4096;  // a buffer larger than this is given back after its message

bool is_control(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

void unmask(std::span<char> bytes, const std::array<char, 4>& mask, std::uint64_t offset) {
  // Rotate the mask to the offset, then eight bytes at a time.
  std::array<char, 8> wide{};
  for (std::size_t i = 0; i < 8; ++i) wide[i] = mask[(offset + i) % 4];
  std::uint64_t key = 0;
  std::memcpy(&key, wide.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= key;
    std::memcpy(bytes.data() + i, &word, 8);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ wide[i % 8]);
}

}  // namespace

FrameHead frame_head(Opcode opcode, std::size_t payload_size) {
  FrameHead head;
  head.bytes[0] = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  const auto put_size = [&](std::size_t size_bytes) {
    for (std::size_t i = 0; i < size_bytes; ++i) {
      head.bytes[2 + i] = static_cast<char>((payload_size >> (8 * (size_bytes - 1 - i))) & 0xff);
    }
    head.size = 2 + size_bytes;
  };
  if (payload_size < 126) {
    head.bytes[1] = static_cast<char>(payload_size);
    head.size = 2;
  } else if (payload_size <= 0xffff) {
    head.bytes[1] = 126;
    put_size(2);
  } else {
    head.bytes[1] = 127;
    put_size(8);
  }
  return head;
}

FrameReader::Status FrameReader::fail(Frame& frame, std::uint16_t code, std::string_view reason) {
  frame.close_code = code;
  frame.reason = reason;
  return Status::kError;
}

std::size_t FrameReader::head_size() const {
  if (head_have_ < 2) return 2;
  const unsigned size = head_[1] & 0x7fU;
  const std::size_t extended = size == 127 ? 8 : size == 126 ? 2 : 0;
  return 2 + extended + ((head_[1] & 0x80U) != 0 ? 4 : 0);
}

FrameReader::Status FrameReader::begin_frame(Frame& frame) {
  final_ = (head_[0] & 0x80U) != 0;
  if ((head_[0] & 0x70U) != 0) return fail(frame, kProtocolError, "reserved bits are set");
  if ((head_[1] & 0x80U) == 0) return fail(frame, kProtocolError, "client frames must be masked");
  const unsigned number = head_[0] & 0x0fU;
  if (number > 10 || (number > 2 && number < 8)) return fail(frame, kProtocolError, "unknown opcode");
  opcode_ = static_cast<Opcode>(number);

  const unsigned short_size = head_[1] & 0x7fU;
  const std::size_t extended = short_size == 127 ? 8 : short_size == 126 ? 2 : 0;
  std::uint64_t size = extended == 0 ? short_size : 0;
  for (std::size_t i = 0; i < extended; ++i) size = (size << 8) | head_[2 + i];
  std::memcpy(mask_.data(), head_.data() + 2 + extended, 4);

  if (is_control(opcode_)) {
    if (!final_) return fail(frame, kProtocolError, "control frames must not be fragmented");
    if (size > kControlBytesMax) return fail(frame, kProtocolError, "control frames hold at most 125 bytes");
  } else {
    if (opcode_ == Opcode::kBinary) return fail(frame, kUnsupportedData, "only text messages are understood");
    if ((opcode_ == Opcode::kContinuation) != in_message_) {
      return fail(frame, kProtocolError, in_message_ ? "expected a continuation" : "nothing to continue");
    }
    if (size > message_bytes_max_ || message_.size() + size > message_bytes_max_) {
      return fail(frame, kMessageTooBig, "the message is larger than this server takes");
    }
    in_message_ = !final_;
  }
  payload_left_ = size;
  payload_done_ = 0;
  in_payload_ = true;
  return Status::kNeedMore;
}

FrameReader::Status FrameReader::end_frame(std::string_view payload, Frame& frame) {
  in_payload_ = false;
  head_have_ = 0;
  frame.opcode = is_control(opcode_) ? opcode_ : Opcode::kText;
  frame.payload = payload;
  if (frame.opcode == Opcode::kText && !is_utf8(payload))
    return fail(frame, kInvalidText, "text must be UTF-8");
  return Status::kFrame;
}

FrameReader::Status FrameReader::next(std::span<char>& bytes, Frame& frame) {
  if (!in_message_ && !in_payload_ && !message_.empty()) {  // the message given out last time
    message_.clear();
    if (message_.capacity() > kKeepCapacity) message_.shrink_to_fit();
  }
  if (!in_payload_) control_.clear();
  while (true) {
    while (!in_payload_) {
      if (head_have_ >= 2 && head_have_ == head_size()) break;
      if (bytes.empty()) return Status::kNeedMore;
      head_[head_have_++] = static_cast<unsigned char>(bytes.front());
      bytes = bytes.subspan(1);
    }
    if (!in_payload_) {
      if (const Status status = begin_frame(frame); status == Status::kError) return status;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    const std::span<char> piece = bytes.subspan(0, take);
    bytes = bytes.subspan(take);
    unmask(piece, mask_, payload_done_);
    payload_done_ += take;
    payload_left_ -= take;
    const std::string_view text(piece.data(), piece.size());

    std::string& store = is_control(opcode_) ? control_ : message_;
    const bool whole = payload_left_ == 0;
    // A frame that lies whole in the caller's bytes is handed out from there.
    if (whole && store.empty() && (is_control(opcode_) || final_)) return end_frame(text, frame);
    store.append(text);
    if (!whole) return Status::kNeedMore;
    if (is_control(opcode_) || final_) return end_frame(store, frame);
    in_payload_ = false;
    head_have_ = 0;
  }
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string out;
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code & 0xff);
  std::size_t end = std::min(reason.size(), kControlBytesMax - 2);
  while (end > 0 && end < reason.size() && (static_cast<unsigned char>(reason[end]) & 0xc0U) == 0x80) --end;
  out += reason.substr(0, end);
  return out;
}

std::uint16_t close_code_of(std::string_view payload) {
  if (payload.empty()) return kNoCode;
  if (payload.size() == 1 || !is_utf8(payload.substr(2))) return kProtocolError;
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) * 256 +
                                               static_cast<unsigned char>(payload[1]));
  const bool defined = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006);
  return defined || (code >= 3000 && code <= 4999) ? code : kProtocolError;
}

Result<std::string> accept_key(std::string_view key) {
  std::array<unsigned char, 24> decoded{};
  // 16 bytes are 24 characters of base64 that end in "==".
  const bool shape = key.size() == 24 && key.substr(22) == "==";
  if (!shape || EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(key.data()),
                                static_cast<int>(key.size())) != 18) {
    return invalid("Sec-WebSocket-Key must be 16 bytes in base64.", "Sec-WebSocket-Key");
  }
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    return Error{ErrorCode::kInternal, "SHA-1 is not available from OpenSSL.", {}};
  }
  std::array<unsigned char, 64> encoded{};
  const int n = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return std::string(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(n));
}

}  // namespace incident::net
