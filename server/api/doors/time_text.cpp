#include "api/doors/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "promql/number.h"

namespace incident::api {
namespace {

constexpr double kSecondsMax = 1e11;

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return std::nullopt;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// 2023-11-14T22:13:20[.25](Z|+01:00)
std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::string_view rest = text.substr(19);
  double fraction = 0;
  if (!rest.empty() && rest.front() == '.') {
    const auto end = rest.find_first_not_of("0123456789", 1);
    const auto parsed = parse_number("0" + std::string(rest.substr(0, end)));
    if (!parsed || end == std::string_view::npos) return std::nullopt;
    fraction = *parsed;
    rest = rest.substr(end);
  }
  std::int64_t offset_minutes = 0;
  if (rest != "Z" && rest != "z") {
    const auto hours = digits(rest, 1, 2), minutes = digits(rest, 4, 2);
    if (rest.size() != 6 || rest[3] != ':' || !hours || !minutes || (rest[0] != '+' && rest[0] != '-'))
      return std::nullopt;
    offset_minutes = (*hours * 60 + *minutes) * (rest[0] == '-' ? -1 : 1);
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + *hour * 3600 + (*minute - offset_minutes) * 60 + *second;
  return seconds * 1000 + static_cast<std::int64_t>(std::floor(fraction * 1000));
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_unix_ms(std::string_view text) {
  if (const auto seconds = parse_number(text)) {
    if (std::abs(*seconds) > kSecondsMax) return std::nullopt;
    return static_cast<std::int64_t>(std::llround(*seconds * 1000));
  }
  return parse_rfc3339(text);
}

std::string rfc3339(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(unix_ms)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss<milliseconds> time(at - day);
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", int{date.year()},
                    unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
                    static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                    static_cast<int>(time.subseconds().count()));
  std::string out(text.data(), static_cast<std::size_t>(length));
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out + "Z";
}

std::optional<std::int64_t> parse_step(std::string_view text) {
  if (const auto seconds = parse_number(text)) {
    if (*seconds <= 0 || *seconds > kSecondsMax) return std::nullopt;
    return std::max<std::int64_t>(1, std::llround(*seconds * 1000));
  }
  const auto duration = promql::parse_duration_ms(text);
  if (!duration || *duration <= 0) return std::nullopt;
  return *duration;
}

std::optional<std::int64_t> parse_go_duration_ns(std::string_view text) {
  struct Unit {
    std::string_view name;
    double ns;
  };
  constexpr Unit kUnits[] = {{"ns", 1},   {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3},
                             {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},      {"h", 3600e9}};
  constexpr double kMax = 9e18;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const std::size_t number_end = std::min(text.find_first_not_of("0123456789."), text.size());
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + number_end, number);
    if (number_end == 0 || error != std::errc() || end != text.data() + number_end) return std::nullopt;
    text.remove_prefix(number_end);
    const std::string_view unit = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
    const Unit* known = std::find_if(std::begin(kUnits), std::end(kUnits),
                                     [&](const Unit& candidate) { return candidate.name == unit; });
    if (known == std::end(kUnits)) return std::nullopt;
    text.remove_prefix(unit.size());
    total += number * known->ns;
    if (total > kMax) return std::nullopt;
  }
  return static_cast<std::int64_t>(std::llround(negative ? -total : total));
}

}  // namespace incident::api
