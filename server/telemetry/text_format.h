// Numbers as text, appended: what printf would write, without its cost. Log lines are rendered when they are
// searched, a hundred thousand at a time.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

namespace incident::telemetry {

inline void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

// %.*f of value / (10^digits * unit), where 10^digits * unit is what the value counts in its printed unit:
// append_fixed(out, us, 1, 100) is milliseconds with one digit. A value between two texts at equal distance
// goes where the nearest double lies, as in printf.
inline void append_fixed(std::string& out, std::uint32_t value, int digits, std::uint32_t unit) {
  std::uint64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  std::uint64_t whole = value / unit;
  const std::uint32_t rest = value % unit;
  if (rest != 0 && rest * std::uint64_t{2} == unit) {
    std::array<char, 32> text;
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits,
                                   value / (static_cast<double>(scale) * static_cast<double>(unit)));
    out.append(text.data(), static_cast<std::size_t>(size));
    return;
  }
  whole += rest * std::uint64_t{2} > unit ? 1 : 0;
  append_number(out, whole / scale);
  if (digits == 0) return;
  out += '.';
  for (std::uint64_t digit = scale / 10; digit != 0; digit /= 10)
    out += static_cast<char>('0' + whole / digit % 10);
}

// %016llx
inline void write_hex(std::uint64_t value, std::span<char, 16> out) {
  // A digit's bits are spread to a byte each, four at a time, and become letters from ten on.
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t x = half == 0 ? value >> 32 : value & 0xffffffffU;
    x = (x | x << 16) & 0x0000ffff0000ffffU;
    x = (x | x << 8) & 0x00ff00ff00ff00ffU;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fU;
    const std::uint64_t letters = ((x + 0x0606060606060606U) >> 4) & 0x0101010101010101U;
    x += 0x3030303030303030U + letters * ('a' - '0' - 10);
    for (std::size_t i = 0; i < 8; ++i) out[half * 8 + i] = static_cast<char>(x >> (56 - 8 * i));
  }
}
inline void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> text;
  write_hex(value, text);
  out.append(text.data(), text.size());
}

}  // namespace incident::telemetry
