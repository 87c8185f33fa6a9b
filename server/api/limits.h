// Every limit on what a client can send or make the server keep through the api room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace incident::api {

// One message.
inline constexpr std::size_t kJsonBytesMax = 64 * 1024;
inline constexpr int kJsonDepthMax = 8;
inline constexpr std::size_t kListItemsMax = 64;
inline constexpr std::size_t kTextBytesMax = 4096;

// A match's stream: frames kept for clients that come back; older ones are answered with a snapshot.
inline constexpr std::size_t kStreamFramesMax = 256;
inline constexpr std::size_t kStreamBytesMax = 512 * 1024;
inline constexpr std::size_t kSubscribersMax = 256;     // sockets in one match
inline constexpr std::size_t kSocketsPerPlayerMax = 8;  // of them, one player's
inline constexpr std::size_t kReplaysWaitingMax = 16;   // replays asked of one match
inline constexpr std::size_t kArchivedRoomsMax = 32;    // ended matches rebuilt to be looked at

// Commands waiting for the log in one match.
inline constexpr std::size_t kCommandsWaitingMax = 64;

// Matches.
inline constexpr std::size_t kOpenMatchesMax = 2000;
inline constexpr std::size_t kOpenMatchesPerPlayerMax = 8;

// Access tokens of the doors. Wrong ones are counted for each address: a burst, then a steady rate.
inline constexpr std::size_t kTokensPerPlayerMax = 8;  // of one player in one match
inline constexpr std::size_t kTokenNameBytesMax = 40;
inline constexpr double kWrongTokensPerSecond = 0.2, kWrongTokensBurst = 20;
inline constexpr std::size_t kWrongTokenAddressesMax = 10'000;  // counted at one time
inline constexpr std::size_t kRightTokensMax = 10'000;          // remembered to be looked at in any case

// Queries of the war room.
inline constexpr std::size_t kQueryBytesMax = 8 * 1024;
inline constexpr std::size_t kLogLinesMax = 500;
inline constexpr std::size_t kTracesMax = 200;
inline constexpr std::size_t kExemplarTracesMax = 500;     // looked into by one query
inline constexpr std::size_t kExemplarsPerSeriesMax = 10;  // the newest ones
inline constexpr std::chrono::seconds kQueryTimeMax{5};
inline constexpr std::size_t kQueriesAtOncePerPlayerMax = 32;

// Following log lines over a WebSocket (api/tail.h).
inline constexpr std::chrono::milliseconds kTailInterval{1000};    // between two looks
inline constexpr std::size_t kTailLinesMax = 1000;                 // in one frame, the newest
inline constexpr std::size_t kTailDroppedMax = 1000;               // told of in one frame
inline constexpr std::size_t kTailFrameBytesMax = 512 * 1024;      // of lines in one frame
inline constexpr std::size_t kTailFrameOverheadMax = 1024 * 1024;  // of labels and times in one frame
inline constexpr std::size_t kTailQueuedBytesMax = 512 * 1024;     // waiting for a client: then no look
inline constexpr std::int64_t kTailDelaySecondsMax = 5;            // delay_for, as in Loki
inline constexpr std::size_t kTailsMax = 500;                      // on this server
inline constexpr std::size_t kTailsPerPlayerMax = 10;              // as in Loki

}  // namespace incident::api
