// What several subcommands say in the same words.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "push/tally.h"

namespace incident::app {

// The error on standard error; returns 1, the exit status of what ran and found fault.
int fail(const Error& error);
std::string hex(std::uint64_t value);  // 16 digits, as state hashes are told
// What became of one arena's telemetry, as a line or as a JSON object.
void report(const std::string& name, const push::Tally& tally, const std::string& trouble, bool json);
std::int64_t unix_now_ms();

}  // namespace incident::app
