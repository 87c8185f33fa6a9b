// The few pieces of OTLP's JSON (the OpenTelemetry protocol's mapping of its protobuf messages to JSON: 64
// bit integers as text, ids in hexadecimal, numbers that are none as text). Each appends to `out`; pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace incident::otlp {

void append_integer(std::string& out, std::int64_t n);
// "1700000000000000000", in quotes: what JSON's numbers cannot hold exactly is text.
void append_int64_text(std::string& out, std::int64_t n);
// A double; "NaN", "Infinity" and "-Infinity" in quotes.
void append_double(std::string& out, double v);
// {"key":"k","value":{"stringValue":"v"}}, and the same with an integer. With a comma first where one is due.
void append_attribute(std::string& out, std::string_view key, std::string_view value);
void append_attribute(std::string& out, std::string_view key, std::int64_t value);

}  // namespace incident::otlp
