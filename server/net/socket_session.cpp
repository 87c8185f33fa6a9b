#include "net/socket_session.h"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "base/log.h"

namespace incident::net {
namespace {

constexpr std::size_t kReadBufferBytes = 64 * 1024;
constexpr std::size_t kReadsAtOnce = 4;      // then other connections have their turn
constexpr std::size_t kKeepQueueSlots = 32;  // a longer queue's memory is given back when it is empty

// One buffer a thread: what a read brings is consumed before the next read.
std::span<char> read_buffer() {
  thread_local std::vector<char> buffer(kReadBufferBytes);
  return buffer;
}

std::size_t wire_size(std::size_t payload) {
  return payload + (payload < 126 ? 2 : payload <= 0xffff ? 4 : 10);
}

}  // namespace

SocketSession::SocketSession(std::shared_ptr<ServerState> state, std::shared_ptr<Hub> hub, TcpSocket socket,
                             std::unique_ptr<Slot> slot, const SocketLimits& limits, std::string peer)
    : id_(state->next_id.fetch_add(1) + 1),
      peer_(std::move(peer)),
      limits_(limits),
      state_(std::move(state)),
      hub_(std::move(hub)),
      slot_(std::move(slot)),
      socket_(std::move(socket)),
      reader_(limits.message_bytes_max),
      messages_(limits.messages_per_second, limits.messages_burst),
      last_heard_(Clock::now()) {
  state_->sockets.fetch_add(1);
}

SocketSession::~SocketSession() = default;

void SocketSession::start(SocketEvents events, std::string early) {
  if (ended_) return;
  events_ = std::move(events);
  boost::system::error_code error;
  socket_.non_blocking(true, error);
  if (error) return end();
  if (!early.empty()) take_bytes(early);
  wait_readable();
}

// --- any thread ------------------------------------------------------------------------------------------

SendResult SocketSession::send(Frame frame) {
  const std::size_t bytes = wire_size(frame->size());
  SendResult result = SendResult::kQueued;
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !is_open()) return SendResult::kClosed;
    if (overflowed_) return SendResult::kDropped;
    // A frame is always taken into an empty queue, or a snapshot above the limit could never be sent.
    const bool full = queued_frames_ > 0 && (queued_bytes_ + bytes > limits_.queued_bytes_max ||
                                             queued_frames_ + 1 > limits_.queued_frames_max);
    if (full) {
      pending_.clear();
      overflowed_ = true;
      state_->overflows.fetch_add(1, std::memory_order_relaxed);
      result = SendResult::kDropped;
    } else {
      queued_bytes_ += bytes;
      ++queued_frames_;
      pending_.push_back({std::move(frame), Opcode::kText});
    }
    if (std::exchange(scheduled_, true)) return result;
  }
  hub_->schedule(shared_from_this());
  return result;
}

void SocketSession::close(std::uint16_t code, std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !is_open()) return;
    closing_ = true;
    close_code_ = code;
    close_reason_ = std::move(reason);
    if (std::exchange(scheduled_, true)) return;
  }
  hub_->schedule(shared_from_this());
}

std::size_t SocketSession::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return queued_bytes_;
}

// --- writing ---------------------------------------------------------------------------------------------

void SocketSession::trim_after_overflow() {
  // What the kernel has half of must be finished, or the peer loses the thread of frames; control frames
  // stay.
  std::vector<Outgoing> kept;
  for (std::size_t i = written_frames_; i < writing_.size(); ++i) {
    const bool begun = i == written_frames_ && written_bytes_ > 0;
    if (begun || writing_[i].opcode != Opcode::kText) kept.push_back(std::move(writing_[i]));
  }
  writing_ = std::move(kept);
  written_frames_ = 0;
  const std::lock_guard lock(mutex_);
  pending_.clear();
  pending_.shrink_to_fit();
  queued_bytes_ = 0;
  queued_frames_ = 0;
  for (const Outgoing& out : writing_) {
    if (out.opcode != Opcode::kText) continue;
    queued_bytes_ += wire_size(out.payload->size());
    ++queued_frames_;
  }
}

// Moves what producers left here; false when there is nothing to write.
bool SocketSession::take_pending() {
  if (written_frames_ < writing_.size()) return true;
  writing_.clear();
  written_frames_ = 0;
  const std::lock_guard lock(mutex_);
  if (writing_.capacity() > kKeepQueueSlots) writing_.shrink_to_fit();
  writing_.swap(pending_);
  if (writing_.empty() && closing_ && !close_queued_) {
    close_queued_ = true;
    close_deadline_ = Clock::now() + limits_.close_time_max;
    writing_.push_back(
        {std::make_shared<const std::string>(close_payload(close_code_, close_reason_)), Opcode::kClose});
  }
  return !writing_.empty();
}

void SocketSession::flush() {
  bool overflowed = false;
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    overflowed = overflowed_;
  }
  if (ended_) return;
  if (overflowed) trim_after_overflow();
  if (blocked_) return;
  while (take_pending()) {
    switch (write_batch()) {
      case Progress::kFailed:
        return end();
      case Progress::kBlocked:
        blocked_ = true;
        blocked_since_ = Clock::now();
        return wait_writable();
      case Progress::kDone:
        break;
    }
  }
  resume_after_overflow();
  if (!close_queued_) return;
  if (close_received_) return end();
  if (discarding_) {  // the peer is not listened to any more, so its closing frame cannot be waited for
    boost::system::error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }
}

void SocketSession::resume_after_overflow() {
  {
    const std::lock_guard lock(mutex_);
    if (!overflowed_) return;
    overflowed_ = false;
  }
  if (events_.on_overflow) events_.on_overflow();
}

SocketSession::Progress SocketSession::write_batch() {
  std::array<FrameHead, kWriteBatchFrames> heads;
  std::array<boost::asio::const_buffer, 2 * kWriteBatchFrames> buffers;
  std::size_t count = 0;
  std::size_t frames = 0;
  std::size_t bytes = 0;
  std::size_t skip = written_bytes_;
  for (std::size_t i = written_frames_;
       i < writing_.size() && frames < kWriteBatchFrames && (frames == 0 || bytes < kWriteBatchBytes); ++i) {
    const std::string& payload = *writing_[i].payload;
    heads[frames] = frame_head(writing_[i].opcode, payload.size());
    const boost::asio::const_buffer head(heads[frames].bytes.data(), heads[frames].size);
    const boost::asio::const_buffer body(payload.data(), payload.size());
    if (skip < head.size()) buffers[count++] = head + skip;
    if (!payload.empty()) buffers[count++] = body + (skip > head.size() ? skip - head.size() : 0);
    bytes += head.size() + body.size() - skip;
    skip = 0;
    ++frames;
  }
  boost::system::error_code error;
  const std::size_t sent =
      socket_.write_some(std::span<const boost::asio::const_buffer>(buffers.data(), count), error);
  if (error == boost::asio::error::would_block) return Progress::kBlocked;
  if (error) return Progress::kFailed;
  count_written(frames, sent);
  return sent < bytes ? Progress::kBlocked : Progress::kDone;
}

void SocketSession::count_written(std::size_t frames, std::size_t bytes) {
  std::size_t done_frames = 0;
  std::size_t done_bytes = 0;
  written_bytes_ += bytes;
  for (std::size_t i = 0; i < frames; ++i) {
    Outgoing& out = writing_[written_frames_];
    const std::size_t size = wire_size(out.payload->size());
    if (written_bytes_ < size) break;
    written_bytes_ -= size;
    ++written_frames_;
    if (out.opcode == Opcode::kPong) pong_queued_ = false;
    if (out.opcode == Opcode::kText) {
      done_bytes += size;
      ++done_frames;
    }
    out.payload.reset();
  }
  const std::lock_guard lock(mutex_);
  queued_bytes_ -= done_bytes;
  queued_frames_ -= done_frames;
}

void SocketSession::put_control(Opcode opcode, std::string payload) {
  if (close_queued_) return;
  // After the frame that has begun, before all that wait.
  const std::size_t at = std::min(written_frames_ + (written_bytes_ > 0 ? 1 : 0), writing_.size());
  writing_.insert(writing_.begin() + static_cast<std::ptrdiff_t>(at),
                  {std::make_shared<const std::string>(std::move(payload)), opcode});
  if (opcode == Opcode::kClose) {
    close_queued_ = true;
    close_deadline_ = Clock::now() + limits_.close_time_max;
    writing_.resize(at + 1);  // nothing may follow a close frame
  }
  {
    const std::lock_guard lock(mutex_);
    if (opcode == Opcode::kClose) {
      closing_ = true;
      pending_.clear();
    }
    if (std::exchange(scheduled_, true)) return;
  }
  hub_->schedule(shared_from_this());
}

// --- reading ---------------------------------------------------------------------------------------------

void SocketSession::wait_readable() {
  socket_.async_wait(TcpSocket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (self->ended_) return;
                       if (error) return self->end();
                       self->read();
                     });
}

void SocketSession::wait_writable() {
  socket_.async_wait(TcpSocket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (self->ended_) return;
                       if (error) return self->end();
                       self->blocked_ = false;
                       self->flush();
                     });
}

void SocketSession::read() {
  const std::span<char> buffer = read_buffer();
  for (std::size_t i = 0; i < kReadsAtOnce; ++i) {
    boost::system::error_code error;
    const std::size_t n = socket_.read_some(boost::asio::buffer(buffer.data(), buffer.size()), error);
    if (error == boost::asio::error::would_block) break;
    if (error) return end();
    last_heard_ = Clock::now();
    pinged_ = false;
    take_bytes(buffer.subspan(0, n));
    if (ended_) return;
    if (n < buffer.size()) break;
  }
  wait_readable();
}

void SocketSession::take_bytes(std::span<char> bytes) {
  FrameReader::Frame frame;
  while (!ended_ && !discarding_) {
    switch (reader_.next(bytes, frame)) {
      case FrameReader::Status::kNeedMore:
        return;
      case FrameReader::Status::kError:
        return fail(frame.close_code, frame.reason);
      case FrameReader::Status::kFrame:
        take_frame(frame);
        break;
    }
  }
}

void SocketSession::take_frame(const FrameReader::Frame& frame) {
  if (frame.opcode != Opcode::kClose && !messages_.take(last_heard_)) {
    return fail(kClosePolicy, "too many messages; please slow down");
  }
  switch (frame.opcode) {
    case Opcode::kPing:
      // One answer to the latest ping is enough (RFC 6455, 5.5.3), and keeps a flood from filling the queue.
      if (!std::exchange(pong_queued_, true)) put_control(Opcode::kPong, std::string(frame.payload));
      return;
    case Opcode::kPong:
      return;
    case Opcode::kClose: {
      close_received_ = true;
      discarding_ = true;
      const std::uint16_t code = close_code_of(frame.payload);
      if (close_queued_) return flush();
      return put_control(Opcode::kClose, code == 1005 ? std::string() : close_payload(code, {}));
    }
    default:
      break;
  }
  if (close_queued_ || !events_.on_message) return;
  try {
    events_.on_message(frame.payload);
  } catch (const std::exception& e) {
    log::error("net", "a message handler threw", {{"socket", id_}, {"what", e.what()}});
    fail(1011, "the server failed on this message");
  }
}

void SocketSession::fail(std::uint16_t code, std::string_view reason) {
  discarding_ = true;
  put_control(Opcode::kClose, close_payload(code, reason));
}

// --- time and end ----------------------------------------------------------------------------------------

void SocketSession::tick(Clock::time_point now) {
  if (ended_) return;
  const bool silent = now - last_heard_ > limits_.idle_time_max;
  const bool stalled = blocked_ && now - blocked_since_ > limits_.stall_time_max;
  const bool close_overdue = close_queued_ && now > close_deadline_;
  if (silent || stalled || close_overdue) return cut();
  if (!pinged_ && !close_queued_ && now - last_heard_ > limits_.idle_time_max / 2) {
    pinged_ = true;
    put_control(Opcode::kPing, {});
  }
}

void SocketSession::cut() {
  end();
}

void SocketSession::end() {
  if (std::exchange(ended_, true)) return;
  const std::shared_ptr<SocketSession> keep = shared_from_this();
  open_ = false;
  boost::system::error_code ignored;
  socket_.shutdown(TcpSocket::shutdown_both, ignored);
  socket_.close(ignored);
  writing_.clear();
  {
    const std::lock_guard lock(mutex_);
    pending_.clear();
    queued_bytes_ = 0;
    queued_frames_ = 0;
  }
  state_->sockets.fetch_sub(1);
  const SocketEvents events = std::exchange(events_, {});
  if (events.on_close) events.on_close();
  slot_.reset();
  hub_->remove(*this);
}

}  // namespace incident::net
