// Numbers, durations and sizes as LogQL and the lines themselves write them. Locale-free; plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace incident::logql {

// As Go's strconv.ParseFloat: decimal, exponent, inf, nan, a sign.
std::optional<double> parse_float(std::string_view text);
// As Go's time.ParseDuration: 1h2m3.5s, 300ms, -1.5h, 12us, 12µs. Nanoseconds.
std::optional<std::int64_t> parse_go_duration_ns(std::string_view text);
// As written in a query: the same, and Prometheus' 1d, 2w, 1y. Nanoseconds.
std::optional<std::int64_t> parse_duration_ns(std::string_view text);
// 5KB, 1.5 MiB, 42B, 10: powers of 1000, or with an i of 1024; any case.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
// 1536 as "1.5 kB" and the like, as error messages show sizes.
std::string format_bytes(std::uint64_t bytes);

}  // namespace incident::logql
