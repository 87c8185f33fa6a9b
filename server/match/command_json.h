// The durable form of settings and log entries: one compact JSON object each, with a version. Decoding is
// strict: unknown or missing members, wrong types, values out of range and over-long texts are errors that
// name the member. What encode() wrote, decode() gives back equal. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "match/command.h"
#include "match/rules.h"

namespace incident::match {

inline constexpr int kLogVersion = 1;

// {"v":1,"do":"act","kind":"restart","target":3,"value":0}
std::string encode(const Command& command);
Result<Command> decode_command(std::string_view text);

// {"v":1,"n":12,"at":90000000,"by":"p-ada","do":"chat","text":"..."}
std::string encode(const Entry& entry);
Result<Entry> decode_entry(std::string_view text);

std::string encode(const Settings& settings);
Result<Settings> decode_settings(std::string_view text);

}  // namespace incident::match
