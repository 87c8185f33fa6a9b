// The random numbers of one request. Every task and call carries its own 64-bit SplitMix64 stream, seeded
// from the one that made it, back to the journey's arrival. So what a request draws (its key, its work,
// whether it is lost) depends on which request it is and not on what else happened before: two forks of a
// simulation differ only where their courses really differ (common random numbers), and an action on one part
// moves no other part's draws.
//
// Exponential: ziggurat (Marsaglia and Tsang 2000), exact. Lognormal: quantile table with an exact upper
// tail. Only + - * / sqrt and base/random.h's functions, so the same bits everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace incident::sim {

inline std::uint64_t draw_bits(std::uint64_t& stream) {
  std::uint64_t z = (stream += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

__extension__ using Wide = unsigned __int128;

inline std::uint64_t draw_below(std::uint64_t& stream, std::uint64_t n) {
  return static_cast<std::uint64_t>((static_cast<Wide>(draw_bits(stream)) * n) >> 64);
}
inline bool draw_permille(std::uint64_t& stream, std::int64_t permille) {
  return static_cast<std::int64_t>(draw_below(stream, 1000)) < permille;
}
// Uniform in [0, 1).
inline double draw_uniform(std::uint64_t& stream) {
  return static_cast<double>(draw_bits(stream) >> 11) * 0x1.0p-53;
}

// To the nearest whole microsecond, so that rounding does not shift a mean. For values that are not negative.
inline std::int64_t to_microseconds(double us) {
  us += 0.5;
  return static_cast<std::int64_t>(us);
}

struct ExponentialTable {
  std::array<std::uint64_t, 256> accept;  // below: surely under the curve
  std::array<double, 256> width;
  std::array<double, 256> height;
  ExponentialTable();
};
extern const ExponentialTable kExponentialTable;

double draw_exponential_edge(std::uint64_t& stream, std::size_t layer, double x);

// Exponential with mean 1.
inline double draw_exponential(std::uint64_t& stream) {
  const std::uint64_t bits = draw_bits(stream);
  const std::size_t layer = bits & 255;
  const std::uint64_t j = bits >> 11;
  const double x = static_cast<double>(j) * kExponentialTable.width[layer];
  if (j < kExponentialTable.accept[layer]) return x;
  return draw_exponential_edge(stream, layer, x);
}

// Quantiles of a lognormal of mean 1 and one coefficient of variation.
struct LognormalTable {
  static constexpr int kBuckets = 512;

  std::uint32_t variation_permille = 0;
  double sigma = 0;
  std::vector<double> quantiles;  // kBuckets of them, at k / kBuckets; the last bucket is drawn exactly

  explicit LognormalTable(std::uint32_t variation_permille);
  double exact(double probability) const;
};

double draw_lognormal(std::uint64_t& stream, const LognormalTable& table);

}  // namespace incident::sim
