#include "sim/engine/draw.h"

#include <cmath>

#include "base/random.h"

namespace incident::sim {
namespace {

constexpr double kTail = 7.69711747013104972;            // where the lowest layer ends
constexpr double kLayerArea = 0.0039496598225815571993;  // of each of the 256 layers
constexpr double kTwo53 = 0x1.0p53;

// Inverse of the standard normal distribution: Wichura's AS 241 (PPND16), about 16 digits.
double inverse_normal(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
                4.5921953931549871457e4) *
                   r +
               1.3731693765509461125e4) *
                  r +
              1.9715909503065514427e3) *
                 r +
             1.3314166789178437745e2) *
                r +
            3.3871328727963666080e0) /
           (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r +
                2.1213794301586595867e4) *
                   r +
               5.3941960214247511077e3) *
                  r +
              6.8718700749205790830e2) *
                 r +
             4.2313330701600911252e1) *
                r +
            1.0);
  }
  double r = std::sqrt(-portable_log(q < 0 ? p : 1.0 - p));
  double x;
  if (r <= 5.0) {
    r -= 1.6;
    x = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) *
                 r +
             1.27045825245236838258e0) *
                r +
            3.64784832476320460504e0) *
               r +
           5.76949722146069140550e0) *
              r +
          4.63033784615654529590e0) *
             r +
         1.42343711074968357734e0) /
        (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) *
                 r +
             1.48103976427480074590e-1) *
                r +
            6.89767334985100004550e-1) *
               r +
           1.67638483018380384940e0) *
              r +
          2.05319162663775882187e0) *
             r +
         1.0);
  } else {
    r -= 5.0;
    x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) *
                 r +
             2.65321895265761230930e-2) *
                r +
            2.96560571828504891230e-1) *
               r +
           1.78482653991729133580e0) *
              r +
          5.46378491116411436990e0) *
             r +
         6.65790464350110377720e0) /
        (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) *
                 r +
             7.86869131145613259100e-4) *
                r +
            1.48753612908506148525e-2) *
               r +
           1.36929880922735805310e-1) *
              r +
          5.99832206555887937690e-1) *
             r +
         1.0);
  }
  return q < 0 ? -x : x;
}

}  // namespace

const ExponentialTable kExponentialTable;

ExponentialTable::ExponentialTable() {
  double edge = kTail, previous = kTail;
  const double base = kLayerArea / portable_exp(-edge);
  accept[0] = static_cast<std::uint64_t>(edge / base * kTwo53);
  accept[1] = 0;
  width[0] = base / kTwo53;
  width[255] = edge / kTwo53;
  height[0] = 1.0;
  height[255] = portable_exp(-edge);
  for (std::size_t i = 254; i >= 1; --i) {
    edge = -portable_log(kLayerArea / edge + portable_exp(-edge));
    accept[i + 1] = static_cast<std::uint64_t>(edge / previous * kTwo53);
    previous = edge;
    height[i] = portable_exp(-edge);
    width[i] = edge / kTwo53;
  }
}

double draw_exponential_edge(std::uint64_t& stream, std::size_t layer, double x) {
  double tail = 0;
  for (;;) {
    if (layer == 0) {
      tail += kTail;  // memoryless: the tail is the same curve again
    } else if (kExponentialTable.height[layer] + draw_uniform(stream) * (kExponentialTable.height[layer - 1] -
                                                                         kExponentialTable.height[layer]) <
               portable_exp(-x)) {
      return tail + x;
    }
    const std::uint64_t bits = draw_bits(stream);
    layer = bits & 255;
    const std::uint64_t j = bits >> 11;
    x = static_cast<double>(j) * kExponentialTable.width[layer];
    if (j < kExponentialTable.accept[layer]) return tail + x;
  }
}

LognormalTable::LognormalTable(std::uint32_t permille) : variation_permille(permille) {
  const double cv = static_cast<double>(permille) * 1e-3;
  sigma = std::sqrt(portable_log(1.0 + cv * cv));
  quantiles.push_back(exact(1e-6));
  for (int k = 1; k < kBuckets; ++k) quantiles.push_back(exact(static_cast<double>(k) / kBuckets));
}

double LognormalTable::exact(double probability) const {
  return portable_exp(sigma * inverse_normal(probability) - sigma * sigma / 2);
}

double draw_lognormal(std::uint64_t& stream, const LognormalTable& table) {
  const std::uint64_t bits = draw_bits(stream);
  const std::size_t bucket = bits >> 55;
  if (bucket + 1 == LognormalTable::kBuckets) {
    return table.exact((static_cast<double>(bits >> 11) + 0.5) * 0x1.0p-53);
  }
  const double part = static_cast<double>((bits >> 11) & ((1ULL << 44) - 1)) * 0x1.0p-44;
  const double low = table.quantiles[bucket];
  return low + part * (table.quantiles[bucket + 1] - low);
}

}  // namespace incident::sim
