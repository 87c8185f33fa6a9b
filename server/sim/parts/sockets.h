// What a new connection takes besides the peer's consent: a file descriptor and an ephemeral port of the
// caller. The side that closes keeps the port in TIME_WAIT for a minute (RFC 9293, 3.6.1), so a client
// without pooled connections can open no more than ports / 60 s of them. A connection's port is counted from
// its opening for that time; its own life is short against it. Connections that a pool keeps open cost only
// when they are opened.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

enum class Socket : std::uint8_t { kOpen, kRefused, kLost };

// The call is about to be sent to its target. kRefused: it has been told so. kLost: nothing will come back.
Socket open_socket(World& w, std::uint32_t call);
// Local ports that an instance has in use or in TIME_WAIT.
std::int64_t ports_used(const World& w, std::uint16_t instance);

void count_socket(RecentSockets& sockets, std::int64_t now_us, std::int64_t kept_us);
std::int64_t recent_sockets(const RecentSockets& sockets, std::int64_t now_us, std::int64_t kept_us);

}  // namespace incident::sim
