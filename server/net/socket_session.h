// The implementation of Socket: one TCP connection after the WebSocket handshake. Producers put frames into
// `pending_` under a lock; the loop thread moves them to `writing_` and hands as many as fit to the kernel in
// one call. Reads go through one buffer a thread. So an idle client costs this object and the kernel's own.
// Internal to the room. Loop thread only, but for what Socket promises.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/hub.h"
#include "net/server_state.h"
#include "net/socket.h"
#include "net/token_bucket.h"
#include "net/websocket_frames.h"

namespace incident::net {

class SocketSession final : public Socket, public std::enable_shared_from_this<SocketSession> {
 public:
  using Clock = std::chrono::steady_clock;

  SocketSession(std::shared_ptr<ServerState> state, std::shared_ptr<Hub> hub, TcpSocket socket,
                std::unique_ptr<Slot> slot, const SocketLimits& limits, std::string peer);
  ~SocketSession() override;

  // Begins to read; `early` are bytes that came with the handshake.
  void start(SocketEvents events, std::string early);

  using Socket::send;
  SendResult send(Frame frame) override;
  void close(std::uint16_t code, std::string reason) override;
  bool is_open() const override { return open_.load(std::memory_order_relaxed); }
  std::size_t queued_bytes() const override;
  std::uint64_t id() const override { return id_; }
  const std::string& peer() const override { return peer_; }

  void flush();
  void tick(Clock::time_point now);
  void cut();  // ends at once, without a handshake
  HubPlace& place() { return place_; }

 private:
  struct Outgoing {
    Frame payload;
    Opcode opcode = Opcode::kText;
  };
  enum class Progress { kDone, kBlocked, kFailed };

  void wait_readable();
  void wait_writable();
  void read();
  void take_bytes(std::span<char> bytes);
  void take_frame(const FrameReader::Frame& frame);
  void fail(std::uint16_t code, std::string_view reason);
  bool take_pending();
  void trim_after_overflow();
  void resume_after_overflow();
  void put_control(Opcode opcode, std::string payload);
  Progress write_batch();
  void count_written(std::size_t frames, std::size_t bytes);
  void end();

  const std::uint64_t id_;
  const std::string peer_;
  const SocketLimits limits_;
  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Hub> hub_;
  std::unique_ptr<Slot> slot_;
  HubPlace place_;

  TcpSocket socket_;
  SocketEvents events_;
  FrameReader reader_;
  TokenBucket messages_;
  Clock::time_point last_heard_;
  Clock::time_point blocked_since_;
  Clock::time_point close_deadline_;
  std::vector<Outgoing> writing_;
  std::size_t written_frames_ = 0;  // of writing_, wholly sent
  std::size_t written_bytes_ = 0;   // of the frame after those, head included
  bool blocked_ = false;            // the kernel takes no more; waiting for room
  bool pinged_ = false;
  bool pong_queued_ = false;
  bool close_queued_ = false;
  bool close_received_ = false;
  bool discarding_ = false;  // after a peer's mistake: bytes are read and thrown away until it is gone
  bool ended_ = false;
  std::atomic<bool> open_{true};

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Outgoing> pending_;
  std::size_t queued_bytes_ = 0;  // pending_ and writing_ together, data frames only
  std::size_t queued_frames_ = 0;
  bool scheduled_ = false;
  bool overflowed_ = false;
  bool closing_ = false;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
};

}  // namespace incident::net
