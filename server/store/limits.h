// Every limit of the store in one place.
#pragma once

#include <chrono>
#include <cstddef>

namespace incident::store {

// Writes that wait for the disk. More are refused at once: a disk that cannot follow must not fill memory.
inline constexpr std::size_t kQueuedWritesMax = 50'000;
// Writes that one transaction takes; the rest go with the next one.
inline constexpr std::size_t kWritesPerCommitMax = 2'000;
// Rows that one list answers with at most.
inline constexpr std::size_t kBoardRowsMax = 1'000;
inline constexpr std::size_t kPlayerMatchesMax = 500;
// How long a statement waits for another process that holds the file (a backup, the sqlite3 shell).
inline constexpr std::chrono::milliseconds kBusyTime{5'000};
// Databases up to this size are checked for damage at each start; a larger one would delay it too much.
inline constexpr std::size_t kCheckedBytesMax = 64UL * 1024 * 1024;
inline constexpr std::size_t kTokenBytes = 32;

}  // namespace incident::store
