// Every limit of the network room in one place. Sizes in bytes, times in milliseconds, rates a second.
#pragma once

#include <chrono>
#include <cstddef>

namespace incident::net {

using std::chrono::milliseconds;

// What a server takes from one connection and from all of them.
struct HttpLimits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and fields; more is 431
  std::size_t fields_max = 100;              // number of header fields; more is 431
  std::size_t target_bytes_max = 8 * 1024;   // path and query; more is 414
  std::size_t body_bytes_max = 1024 * 1024;  // more is 413
  std::size_t query_parameters_max = 256;    // more is 400
  milliseconds header_time_max{10'000};      // from the first byte to the end of the fields; 408
  milliseconds body_time_max{30'000};        // from the end of the fields to the end of the body; 408
  milliseconds idle_time_max{75'000};        // between two requests of one connection; closed quietly
  milliseconds write_time_max{60'000};       // for one response to be taken by the peer
  std::size_t requests_per_connection_max = 100'000;  // then the connection is closed after the response
  std::size_t connections_max = 18'000;           // whole server; the reference machine allows 20,000 files
  std::size_t connections_per_address_max = 512;  // peers from one address (a class room, an office)
  std::size_t gzip_bytes_min = 1024;              // dynamic bodies below this are sent as they are
};

// What one WebSocket may hold and send.
struct SocketLimits {
  std::size_t message_bytes_max = 64 * 1024;   // one incoming message; more closes with 1009
  std::size_t queued_bytes_max = 1024 * 1024;  // back-pressure: more drops the queue and calls on_overflow
  std::size_t queued_frames_max = 1024;        // the same, counted in frames
  double messages_per_second = 30;             // incoming; token bucket, refilled at this rate
  double messages_burst = 120;                 // ... and this deep; an empty bucket closes with 1008
  milliseconds idle_time_max{60'000};          // a ping goes out after half of it; no answer closes
  milliseconds stall_time_max{30'000};  // a peer that took nothing for so long after an overflow is closed
  milliseconds close_time_max{5'000};   // for the closing handshake
};

// How long a graceful stop waits for responses under way and for sockets to close, before it cuts.
inline constexpr milliseconds kStopGrace{3'000};
// A frame and its neighbours in the queue are written together up to this many bytes.
inline constexpr std::size_t kWriteBatchBytes = 64 * 1024;
inline constexpr std::size_t kWriteBatchFrames = 32;
// Static files are held in memory; a folder with more is refused at start.
inline constexpr std::size_t kStaticBytesMax = 256UL * 1024 * 1024;
inline constexpr int kListenBacklog = 4096;

}  // namespace incident::net
