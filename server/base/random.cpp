#include "base/random.h"

#include <bit>
#include <cassert>
#include <cmath>

#include "base/hash.h"

namespace incident {
namespace {

constexpr double kLn2High = 0x1.62e42fefa3800p-1;  // ln 2 split so that k * kLn2High is exact
constexpr double kLn2Low = 0x1.ef35793c76730p-45;

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

double portable_log(double x) {
  assert(x > 0);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  // ln m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.172: the odd series to s^21 is below 1e-17.
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 1.0 / 21;
  for (int k = 19; k >= 3; k -= 2) p = p * z + 1.0 / k;
  const double log_m = 2.0 * s + 2.0 * s * z * p;
  const auto e = static_cast<double>(exponent);
  return e * kLn2High + (log_m + e * kLn2Low);
}

double portable_exp(double x) {
  assert(x > -700 && x < 700);
  const double scaled = x * 1.4426950408889634;
  const auto k = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;  // |r| <= 0.35
  double p = 1.0;
  for (int i = 14; i >= 1; --i) p = 1.0 + p * r / i;
  return p * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

Random::Random(std::uint64_t seed) {
  for (auto& word : s_) word = split_mix(seed);
}

Random Random::stream(std::uint64_t seed, std::string_view purpose, std::uint64_t part) {
  std::uint64_t mixed = seed;
  mixed = split_mix(mixed) ^ hash_text(purpose);
  mixed = split_mix(mixed) ^ part;
  return Random(split_mix(mixed));
}

Duration Random::exponential(Duration mean) {
  const double u = static_cast<double>((next() >> 11) + 1) * 0x1.0p-53;  // (0, 1]
  return {static_cast<std::int64_t>(-portable_log(u) * static_cast<double>(mean.us) + 0.5)};
}

double Random::normal() {
  for (;;) {
    const double u = 2.0 * uniform() - 1.0;
    const double v = 2.0 * uniform() - 1.0;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2.0 * portable_log(s) / s);
  }
}

Duration Random::lognormal(Duration mean, std::uint32_t cv_permille) {
  if (cv_permille == 0) return mean;
  const double cv = static_cast<double>(cv_permille) * 1e-3;
  const double variance = portable_log(1.0 + cv * cv);
  const double factor = portable_exp(std::sqrt(variance) * normal() - variance / 2);
  return {static_cast<std::int64_t>(factor * static_cast<double>(mean.us) + 0.5)};
}

}  // namespace incident
