// Upper bounds of histogram buckets, in microseconds, with their `le` labels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace incident::telemetry {

struct Bounds {
  std::span<const std::int64_t> us;          // rising
  std::span<const std::string_view> labels;  // one more than bounds: the last is +Inf

  std::size_t cells() const { return us.size() + 2; }  // what falls between bounds, above the last, the sum
  std::size_t bucket(std::int64_t value_us) const {
    std::size_t i = 0;
    while (i < us.size() && value_us > us[i]) ++i;
    return i;
  }
};

namespace detail {
inline constexpr std::array<std::int64_t, 11> kHttpUs = {
    5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
inline constexpr std::array<std::string_view, 12> kHttpLabels = {
    "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"};
inline constexpr std::array<std::int64_t, 9> kStoreUs = {1'000,   5'000,     10'000,    50'000,    100'000,
                                                         500'000, 1'000'000, 5'000'000, 10'000'000};
inline constexpr std::array<std::string_view, 10> kStoreLabels = {"0.001", "0.005", "0.01", "0.05", "0.1",
                                                                  "0.5",   "1",     "5",    "10",   "+Inf"};
}  // namespace detail

inline constexpr Bounds kHttpBounds{detail::kHttpUs, detail::kHttpLabels};
// As OpenTelemetry advises for db.client.operation.duration.
inline constexpr Bounds kStoreBounds{detail::kStoreUs, detail::kStoreLabels};

}  // namespace incident::telemetry
