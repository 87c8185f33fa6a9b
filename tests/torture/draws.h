// Random values for cases: mostly small, sometimes at the edge of what is allowed.
#pragma once

#include <algorithm>

#include "base/random.h"
#include "sim/parameters.h"

namespace incident::torture {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(Random::stream(seed, "torture", 0)) {}

  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  // Each order of magnitude alike.
  std::int64_t spread(std::int64_t min, std::int64_t max) {
    if (max <= min) return min;
    const auto range = static_cast<std::uint64_t>(max - min);
    int bits = 0;
    while (bits < 63 && (range >> bits) != 0) ++bits;
    const std::uint64_t mask = (std::uint64_t{1} << (1 + below(static_cast<std::uint64_t>(bits)))) - 1;
    return min + static_cast<std::int64_t>(std::min(random_.next() & mask, range));
  }
  std::int64_t time(std::int64_t max_us) { return spread(0, max_us); }

  std::int64_t parameter(const sim::ParameterInfo& info) {
    if (chance(20)) return info.min;
    // Seldom the far edge, but for traffic: a case must end.
    if (chance(60) && info.part != sim::PartKind::kJourney && info.name != "attempts") return info.max;
    return spread(info.min, std::min(info.max, usual_max(info)));
  }

 private:
  static std::int64_t usual_max(const sim::ParameterInfo& info) {
    switch (info.unit) {
      case sim::Unit::kMicroseconds:
        return 2'000'000;
      case sim::Unit::kPermille:
        return 4'000;
      case sim::Unit::kMillicores:
        return 4'000;
      case sim::Unit::kPerKilosecond:
        return 40'000;
      case sim::Unit::kBoolean:
        return 1;
      case sim::Unit::kCount:
        return info.name == "attempts" ? 5 : 60;
      default:
        return std::int64_t{1} << 31;  // bytes
    }
  }

  Random random_;
};

}  // namespace incident::torture
