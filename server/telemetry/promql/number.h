// Numbers and durations as PromQL reads and writes them. Locale-free; plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace incident::promql {

// Shortest digits that read back as the same number. Fixed notation as Go's strconv 'f' (1e21 as a 1 and 21
// zeros), exponent notation as 'e' (1e+21). NaN, +Inf, -Inf.
std::string format_fixed(double v);
std::string format_exponent(double v);
// As the HTTP API writes sample values: fixed, but by exponent below 1e-6 and from 1e21 on.
void append_sample_value(std::string& out, double v);
// As PromQL's own printer writes a literal ('g' with the shortest digits: 1e+06 from 1e21 on, 0.0001, 1e-05).
std::string format_literal(double v);

// Decimal, hexadecimal (0x1f), octal (017), exponent, inf and nan in any case, an optional sign. Numbers too
// large for a double are no number.
std::optional<double> parse_number(std::string_view text);
// 5m, 1h30m, 1d, 500ms: units y w d h m s ms from large to small, each once. Milliseconds.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);
// 5400000 as 1h30m, negative with a minus, 0 as 0s.
std::string format_duration(std::int64_t ms);

}  // namespace incident::promql
