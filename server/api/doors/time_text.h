// Times and steps as they come in the addresses of queries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace incident::api {

// Unix milliseconds from "1700000000.25" (seconds) or "2023-11-14T22:13:20.25Z" (RFC 3339).
std::optional<std::int64_t> parse_unix_ms(std::string_view text);
// "2023-11-14T22:13:20.25Z", without trailing zeros.
std::string rfc3339(std::int64_t unix_ms);
// Milliseconds from "15" or "0.5" (seconds) or "1m30s"; above zero.
std::optional<std::int64_t> parse_step(std::string_view text);
// Nanoseconds from a duration as Go writes it: "1.2s", "300ms", "1h15m", "-5us", "0".
std::optional<std::int64_t> parse_go_duration_ns(std::string_view text);
// A finite decimal number that is the whole text.
std::optional<double> parse_number(std::string_view text);

}  // namespace incident::api
