// What a process runs out of besides memory: file descriptors, threads, shared memory. Counted from what it
// has in hand, not kept: requests, connections, leaks, and a thread for each peer of its own fleet (as the
// front ends of Amazon Kinesis had in November 2020, where adding servers passed the limit everywhere).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

std::int64_t open_files(const World& w, std::uint16_t instance);
std::int64_t threads_of(const World& w, std::uint16_t instance);
// A request has arrived: false when the process lacks what it needs; the task has then ended.
bool admit(World& w, std::uint32_t task);
// Draws whether the request leaves a file open.
void leak_files(World& w, std::uint32_t task);
// Another file descriptor for a connection; tells when there is none.
bool has_file(World& w, std::uint16_t instance);

}  // namespace incident::sim
