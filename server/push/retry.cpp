#include "push/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace incident::push {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that HTTP still sends.
std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) {
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4)),
             hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
             second = number(text.substr(23, 2));
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (!day || !year || !hour || !minute || !second || month == std::string_view::npos || month % 3 != 0)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace

bool may_retry(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::optional<milliseconds> parse_retry_after(std::string_view value,
                                              std::chrono::system_clock::time_point now) {
  if (value.empty()) return std::nullopt;
  if (const auto seconds = number(value)) return std::chrono::seconds(*seconds);
  const auto date = parse_date(value);
  if (!date) return std::nullopt;
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(*date - now));
}

milliseconds Backoff::next(std::uint32_t draw, std::optional<milliseconds> asked) {
  const milliseconds whole = next_;
  next_ = std::min(next_ * 2, longest_);
  const milliseconds half = whole / 2;
  const milliseconds wait =
      half + milliseconds(draw % static_cast<std::uint32_t>(whole.count() - half.count() + 1));
  return std::max(wait, std::min(asked.value_or(milliseconds(0)), kRetryAfterMax));
}

}  // namespace incident::push
