// Deterministic random numbers: xoshiro256** 1.0 (Blackman and Vigna, 2018, public domain algorithm) seeded
// by SplitMix64, and draws built from +, -, *, / and sqrt alone, which IEEE 754 fixes to the last bit. No
// libm. One stream for each (seed, part, purpose), so that an action on one part does not move another's
// draws.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace incident {

// Natural logarithm of a positive, finite, normal x; relative error below 1e-14. Same bits everywhere.
double portable_log(double x);
// e to the x for |x| < 700; relative error below 1e-14. Same bits everywhere.
double portable_exp(double x);

class Random {
 public:
  Random() : Random(0) {}
  explicit Random(std::uint64_t seed);
  // The stream of one part for one purpose; `part` is its stable name or number.
  static Random stream(std::uint64_t seed, std::string_view purpose, std::uint64_t part);

  std::uint64_t next() {
    const std::uint64_t result = rotl(s_[1] * 5, 7) * 9;
    const std::uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotl(s_[3], 45);
    return result;
  }
  // Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // Uniform integer in [0, n), n > 0; Lemire's multiply-shift (bias below n / 2^64).
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * n) >> 64);
  }
  bool chance_permille(std::uint32_t permille) { return below(1000) < permille; }
  // Exponential with the given mean.
  Duration exponential(Duration mean);
  // Lognormal with the given mean and coefficient of variation (per mille).
  Duration lognormal(Duration mean, std::uint32_t cv_permille);
  // Standard normal (Marsaglia's polar method; the second value is thrown away to keep the state small).
  double normal();

 private:
  __extension__ using Wide = unsigned __int128;

  static std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::array<std::uint64_t, 4> s_;
};

}  // namespace incident
