#include "logql/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "promql/number.h"
#include "promql/queryable.h"

namespace incident::logql {
namespace {

struct Unit {
  std::string_view name;
  double size;
};
constexpr std::array<Unit, 8> kDurations{
    {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
constexpr double kKi = 1024, kMi = kKi * 1024, kGi = kMi * 1024, kTi = kGi * 1024, kPi = kTi * 1024;
constexpr std::array<Unit, 24> kSizes{{{"", 1},      {"b", 1},     {"k", 1e3},   {"kb", 1e3},  {"ki", kKi},
                                       {"kib", kKi}, {"m", 1e6},   {"mb", 1e6},  {"mi", kMi},  {"mib", kMi},
                                       {"g", 1e9},   {"gb", 1e9},  {"gi", kGi},  {"gib", kGi}, {"t", 1e12},
                                       {"tb", 1e12}, {"ti", kTi},  {"tib", kTi}, {"p", 1e15},  {"pb", 1e15},
                                       {"pi", kPi},  {"pib", kPi}, {"e", 1e18},  {"eb", 1e18}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits with at most one point at the start of `text`, taken off it.
std::optional<double> take_decimal(std::string_view& text) {
  std::size_t n = 0;
  bool digit = false, point = false;
  while (n < text.size() && (is_digit(text[n]) || (text[n] == '.' && !point))) {
    digit |= is_digit(text[n]);
    point |= text[n] == '.';
    ++n;
  }
  if (!digit) return std::nullopt;
  std::string number(text.substr(0, n));
  if (number.front() == '.') number.insert(0, "0");
  if (number.back() == '.') number += '0';
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

}  // namespace

std::optional<double> parse_float(std::string_view text) {
  if (text.empty()) return std::nullopt;
  bool negative = false;
  if (text[0] == '+' || text[0] == '-') {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::isnan(value)) return promql::quiet_nan();
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_go_duration_ns(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number = take_decimal(text);
    if (!number) return std::nullopt;
    std::size_t length = 0;
    while (length < text.size() && !is_digit(text[length]) && text[length] != '.') ++length;
    const Unit* unit = nullptr;
    for (const Unit& candidate : kDurations) {
      if (candidate.name == text.substr(0, length)) unit = &candidate;
    }
    if (unit == nullptr) return std::nullopt;
    total += *number * unit->size;
    text.remove_prefix(length);
  }
  if (!(total < 9.2e18)) return std::nullopt;
  const auto ns = static_cast<std::int64_t>(std::llround(total));
  return negative ? -ns : ns;
}

std::optional<std::int64_t> parse_duration_ns(std::string_view text) {
  if (const auto ns = parse_go_duration_ns(text)) return ns;
  const bool negative = text.starts_with('-');
  const auto ms = promql::parse_duration_ms(negative ? text.substr(1) : text);
  std::int64_t ns = 0;
  if (!ms || __builtin_mul_overflow(*ms, std::int64_t{1'000'000}, &ns)) return std::nullopt;
  return negative ? -ns : ns;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::string number;  // thousands may have commas
  std::size_t n = 0;
  for (; n < text.size() && (is_digit(text[n]) || text[n] == '.' || text[n] == ','); ++n) {
    if (text[n] != ',') number += text[n];
  }
  std::string_view digits = number;
  const auto value = take_decimal(digits);
  if (!value || !digits.empty()) return std::nullopt;
  std::string unit;
  for (const char c : text.substr(n)) {
    if (c != ' ') unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const Unit& candidate : kSizes) {
    if (candidate.name != unit) continue;
    const double bytes = *value * candidate.size;
    if (!(bytes < 1.8e19)) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kNames{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kNames.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 48> buffer{};
  std::snprintf(buffer.data(), buffer.size(), unit == 0 || value >= 10 ? "%.0f %s" : "%.1f %s", value,
                kNames[unit]);
  return buffer.data();
}

}  // namespace incident::logql
