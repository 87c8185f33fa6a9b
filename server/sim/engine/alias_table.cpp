#include "sim/engine/alias_table.h"

#include "base/random.h"

namespace incident::sim {

AliasTable::AliasTable(std::uint32_t keys, std::uint32_t zipf_permille) : cells_(keys) {
  std::vector<double> weight(keys);
  double sum = 0;
  const double s = static_cast<double>(zipf_permille) * 1e-3;
  for (std::uint32_t k = 0; k < keys; ++k) {
    weight[k] = portable_exp(-s * portable_log(static_cast<double>(k) + 1.0));
    sum += weight[k];
  }
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t k = 0; k < keys; ++k) {
    weight[k] = weight[k] / sum * keys;
    (weight[k] < 1.0 ? small : large).push_back(k);
    cells_[k].other = k;
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t low = small.back(), high = large.back();
    small.pop_back();
    cells_[low] = {static_cast<std::uint32_t>(weight[low] * 4294967295.0), high};
    weight[high] -= 1.0 - weight[low];
    if (weight[high] < 1.0) {
      large.pop_back();
      small.push_back(high);
    }
  }
}

}  // namespace incident::sim
