#include "promql/number.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace incident::promql {

namespace {

// value = 0.d1d2d3... * 10^point
struct Digits {
  bool negative = false;
  std::string digits;
  int point = 0;
};

Digits shortest(double v) {
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  Digits out;
  if (text[0] == '-') {
    out.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e))
    if (c != '.') out.digits += c;
  int exponent = 0;
  std::string_view tail = text.substr(e + 1);
  if (tail[0] == '+') tail.remove_prefix(1);
  std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
  out.point = exponent + 1;
  return out;
}

std::string not_finite(double v) {
  if (std::isnan(v)) return "NaN";
  return v > 0 ? "+Inf" : "-Inf";
}

std::string exponent_notation(const Digits& d) {
  std::string out = d.negative ? "-" : "";
  out += d.digits[0];
  if (d.digits.size() > 1) {
    out += '.';
    out.append(d.digits, 1);
  }
  const int exponent = d.point - 1;
  out += exponent < 0 ? "e-" : "e+";
  const int magnitude = std::abs(exponent);
  if (magnitude < 10) out += '0';
  out += std::to_string(magnitude);
  return out;
}

std::string fixed_notation(const Digits& d) {
  std::string out = d.negative ? "-" : "";
  const int n = static_cast<int>(d.digits.size());
  if (d.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-d.point), '0');
    out += d.digits;
  } else if (d.point >= n) {
    out += d.digits;
    out.append(static_cast<std::size_t>(d.point - n), '0');
  } else {
    out.append(d.digits, 0, static_cast<std::size_t>(d.point));
    out += '.';
    out.append(d.digits, static_cast<std::size_t>(d.point));
  }
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != b[i]) return false;
  }
  return true;
}

std::optional<double> parse_integer(std::string_view digits, int base) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<double>(n);
}

bool only_digits(std::string_view text, char last) {
  for (const char c : text)
    if (c < '0' || c > last) return false;
  return !text.empty();
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::array<Unit, 7> kUnits{{{"y", 365 * kDay},
                                      {"w", 7 * kDay},
                                      {"d", kDay},
                                      {"h", kHour},
                                      {"m", kMinute},
                                      {"s", kSecond},
                                      {"ms", 1}}};

}  // namespace

std::string format_fixed(double v) {
  if (!std::isfinite(v)) return not_finite(v);
  if (v == 0) return std::signbit(v) ? "-0" : "0";
  return fixed_notation(shortest(v));
}

std::string format_exponent(double v) {
  if (!std::isfinite(v)) return not_finite(v);
  return exponent_notation(shortest(v));
}

void append_sample_value(std::string& out, double v) {
  // Whole numbers are by far the most; they need no digit games.
  if (std::abs(v) < 1e15 && v == std::trunc(v) && (v != 0 || !std::signbit(v))) {
    std::array<char, 24> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<std::int64_t>(v)).ptr;
    out.append(buffer.data(), end);
    return;
  }
  const double magnitude = std::abs(v);
  if (std::isfinite(v) && magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21))
    out += format_exponent(v);
  else
    out += format_fixed(v);
}

std::string format_literal(double v) {
  if (!std::isfinite(v)) return not_finite(v);
  if (v == 0) return std::signbit(v) ? "-0" : "0";
  const Digits d = shortest(v);
  const int exponent = d.point - 1;
  return exponent < -4 || exponent >= 21 ? exponent_notation(d) : fixed_notation(d);
}

std::optional<double> parse_number(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  std::optional<double> v;
  if (equal_ignoring_case(text, "inf") || equal_ignoring_case(text, "infinity")) {
    v = std::numeric_limits<double>::infinity();
  } else if (equal_ignoring_case(text, "nan")) {
    return std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});
  } else if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    v = parse_integer(text.substr(2), 16);
  } else if (text.size() > 1 && text[0] == '0' && only_digits(text.substr(1), '7')) {
    v = parse_integer(text.substr(1), 8);  // as Go's strconv.ParseInt with base 0 does
  } else if (text[0] == '.' || (text[0] >= '0' && text[0] <= '9')) {
    double parsed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      // Too small is zero, as in Go; too large is an error.
      const std::size_t e = text.find_first_of("eE");
      if (e == std::string_view::npos || e + 1 >= text.size() || text[e + 1] != '-') return std::nullopt;
      parsed = 0;
    } else if (error != std::errc()) {
      return std::nullopt;
    }
    v = parsed;
  }
  if (v && negative) *v = -*v;
  return v;
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  if (text == "0") return 0;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || text[0] == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
    std::size_t unit = next_unit;
    while (unit < kUnits.size() && kUnits[unit].name != text.substr(0, length)) ++unit;
    if (unit == kUnits.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(n, kUnits[unit].ms, &part) || __builtin_add_overflow(total, part, &total))
      return std::nullopt;
    text.remove_prefix(length);
    next_unit = unit + 1;
  }
  if (total > std::numeric_limits<std::int64_t>::max() / 1'000'000) return std::nullopt;  // Go's nanoseconds
  return total;
}

std::string format_duration(std::int64_t ms) {
  if (ms == 0) return "0s";
  std::string out;
  std::uint64_t rest = static_cast<std::uint64_t>(ms);
  if (ms < 0) {
    out = "-";
    rest = 0 - rest;
  }
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<std::uint64_t>(unit.ms);
    // Years and weeks only where they say all there is to say: 1y, but 366d.
    if ((unit.name == "y" || unit.name == "w") && rest % size != 0) continue;
    if (rest >= size) {
      out += std::to_string(rest / size);
      out += unit.name;
      rest %= size;
    }
  }
  return out;
}

}  // namespace incident::promql
