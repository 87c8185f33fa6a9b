// The match room's limits: whatever a player can make longer or more of has its bound here. Texts are counted
// in bytes of UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace incident::match::limits {

inline constexpr std::int64_t kEntriesMax = 20'000;  // in a match's log; the shell's own are always taken
inline constexpr std::size_t kPlayersMax = 64;       // in a match, those who left included
inline constexpr std::size_t kTeamsMax = 16;
inline constexpr std::size_t kPinsMax = 200;           // on one team's board
inline constexpr std::size_t kPinsMadeMax = 2000;      // by one team in a match, taken down ones included
inline constexpr std::size_t kActionsMax = 300;        // by one team in a match
inline constexpr std::size_t kChatLinesMax = 2000;     // by one team in a match
inline constexpr std::size_t kStatusUpdatesMax = 200;  // by one team in a match
inline constexpr std::size_t kDeclarationsMax = 3;
inline constexpr std::size_t kDeclarationPinsMax = 12;  // named in support of one declaration

inline constexpr std::size_t kPlayerIdBytes = 64;
inline constexpr std::size_t kHandleBytes = 32;
inline constexpr std::size_t kTeamNameBytes = 40;
inline constexpr std::size_t kChatBytes = 1000;
inline constexpr std::size_t kStatusBytes = 500;
inline constexpr std::size_t kPinLabelBytes = 300;
inline constexpr std::size_t kPinRefBytes = 128;
inline constexpr std::size_t kPinQueryBytes = 2000;
inline constexpr std::size_t kNameBytes = 128;  // a component, mechanism or trigger in a declaration

inline constexpr std::size_t kEntryBytes = 16 * 1024;  // one log entry as JSON text
inline constexpr int kTimeScaleMax = 10;               // simulated seconds a second
inline constexpr int kBriefingSecondsMax = 600;
inline constexpr Duration kTimeLimitMax = minutes(120);  // from the page

}  // namespace incident::match::limits
