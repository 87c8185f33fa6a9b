#include "net/websocket_frames.h"

#include <gtest/gtest.h>

namespace incident::net {
namespace {

std::string client_frame(unsigned first, std::string_view payload, bool masked = true) {
  std::string out(1, static_cast<char>(first));
  const std::size_t mask_bit = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    out += static_cast<char>(mask_bit | payload.size());
  } else {
    out += static_cast<char>(mask_bit | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  const std::string mask = "\x12\x34\x56\x78";
  if (masked) out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += masked ? static_cast<char>(payload[i] ^ mask[i % 4]) : payload[i];
  }
  return out;
}

std::string describe(const FrameReader::Frame& frame) {
  const std::string text(frame.payload);
  switch (frame.opcode) {
    case Opcode::kPing:
      return "ping:" + text;
    case Opcode::kPong:
      return "pong:" + text;
    case Opcode::kClose:
      return "close:" + text;
    default:
      return "text:" + text;
  }
}

// All frames in `bytes`, fed in pieces of `step`; "error:code" at the end where the reader refused.
std::vector<std::string> frames_of(std::string bytes, std::size_t step) {
  FrameReader reader(1000);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::span<char> piece(bytes.data() + at, std::min(step, bytes.size() - at));
    FrameReader::Frame frame;
    while (true) {
      const auto status = reader.next(piece, frame);
      if (status == FrameReader::Status::kNeedMore) break;
      if (status == FrameReader::Status::kError) {
        out.push_back("error:" + std::to_string(frame.close_code));
        return out;
      }
      out.push_back(describe(frame));
    }
  }
  return out;
}

TEST(FrameReader, AnyPiecesGiveTheSameFrames) {
  const std::string long_text(700, 'x');
  const std::string bytes = client_frame(0x81, "hello") + client_frame(0x01, "frag") +
                            client_frame(0x89, "p") + client_frame(0x80, "ment") + client_frame(0x81, "") +
                            client_frame(0x81, long_text) + client_frame(0x01, "a") +
                            client_frame(0x00, "b") + client_frame(0x80, "c") + client_frame(0x8a, "") +
                            client_frame(0x88, "\x03\xe8");
  const std::vector<std::string> expected{"text:hello",        "ping:p",   "text:fragment", "text:",
                                          "text:" + long_text, "text:abc", "pong:",         "close:\x03\xe8"};
  for (std::size_t step = 1; step < 40; ++step) EXPECT_EQ(frames_of(bytes, step), expected) << step;
  EXPECT_EQ(frames_of(bytes, bytes.size()), expected);
}

TEST(FrameReader, RefusesWhatTheProtocolForbids) {
  const auto error = [](const std::string& bytes) { return frames_of(bytes, bytes.size()).back(); };
  const std::string long_text(600, 'x');
  EXPECT_EQ(error(client_frame(0x81, "hi", false)), "error:1002");  // not masked
  EXPECT_EQ(error(client_frame(0xc1, "hi")), "error:1002");         // reserved bit
  EXPECT_EQ(error(client_frame(0x83, "hi")), "error:1002");         // unknown opcode
  EXPECT_EQ(error(client_frame(0x8b, "hi")), "error:1002");         // unknown control opcode
  EXPECT_EQ(error(client_frame(0x80, "hi")), "error:1002");         // continues nothing
  EXPECT_EQ(error(client_frame(0x01, "a") + client_frame(0x81, "b")), "error:1002");  // interrupts a message
  EXPECT_EQ(error(client_frame(0x09, "hi")), "error:1002");  // fragmented control frame
  EXPECT_EQ(error(client_frame(0x89, std::string(126, 'x'))), "error:1002");
  EXPECT_EQ(error(client_frame(0x82, "hi")), "error:1003");  // binary
  EXPECT_EQ(error(client_frame(0x81, "\xff\xfe")), "error:1007");
  EXPECT_EQ(error(client_frame(0x81, std::string(1001, 'x'))), "error:1009");
  EXPECT_EQ(error(client_frame(0x01, long_text) + client_frame(0x80, long_text)), "error:1009");
  // A size of 2^63 - 1 is refused by its head alone.
  EXPECT_EQ(error(std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04", 14)), "error:1009");
}

TEST(FrameHead, PicksTheShortestForm) {
  EXPECT_EQ(frame_head(Opcode::kText, 125).size, 2);
  EXPECT_EQ(frame_head(Opcode::kText, 126).size, 4);
  EXPECT_EQ(frame_head(Opcode::kText, 65535).size, 4);
  EXPECT_EQ(frame_head(Opcode::kText, 65536).size, 10);
}

TEST(ClosePayload, CutsAtACharacter) {
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "\xC3\xA9";
  const std::string payload = close_payload(1000, reason);
  EXPECT_EQ(payload.size(), 2 + 122);
  EXPECT_EQ(close_code_of(payload), 1000);
  EXPECT_EQ(close_code_of(""), 1005);
  EXPECT_EQ(close_code_of("\x03"), 1002);
  EXPECT_EQ(close_code_of("\x03\xee"), 1002);  // 1006 must never be sent
}

TEST(AcceptKey, ExampleOfTheStandard) {
  EXPECT_EQ(*accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(accept_key("short"));
  EXPECT_FALSE(accept_key(""));
}

}  // namespace
}  // namespace incident::net
