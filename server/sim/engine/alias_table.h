// Draws an index from a Zipf distribution P(k) ~ 1/(k+1)^s in constant time (Vose's alias method, 1991).
// Immutable after construction; shared by all copies of a simulation.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/draw.h"

namespace incident::sim {

class AliasTable {
 public:
  AliasTable(std::uint32_t keys, std::uint32_t zipf_permille);

  std::uint32_t draw(std::uint64_t& stream) const {
    const std::uint64_t bits = draw_bits(stream);
    const auto cell = static_cast<std::uint32_t>((static_cast<Wide>(bits) * cells_.size()) >> 64);
    // The fraction of the product decides inside the cell; 32 bits of it are plenty for at most a million
    // keys.
    const auto part = static_cast<std::uint32_t>((bits * cells_.size()) >> 32);
    return part < cells_[cell].threshold ? cell : cells_[cell].other;
  }

 private:
  struct Cell {
    std::uint32_t threshold = UINT32_MAX;
    std::uint32_t other = 0;
  };
  std::vector<Cell> cells_;
};

}  // namespace incident::sim
