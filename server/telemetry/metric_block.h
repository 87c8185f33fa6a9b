// Two minutes of all cells, immutable: one compressed column for each cell. Columns that are zero throughout
// take one byte, constant ones a few.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/hash.h"

namespace incident::telemetry {

class MetricBlock {
 public:
  // Rows in order; a row may be longer than the one before (cells were added; they count as zero until then).
  MetricBlock(std::uint32_t first_scrape,
              std::span<const std::shared_ptr<const std::vector<std::int64_t>>> rows);

  std::uint32_t first_scrape() const { return first_scrape_; }
  std::uint32_t rows() const { return rows_; }
  std::uint32_t last_scrape() const { return first_scrape_ + rows_ - 1; }
  // Adds the column of a cell to `values` (rows() of them); false where there is nothing but zeros to add.
  bool add_column(std::uint32_t cell, std::int64_t* values) const;
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  static constexpr std::size_t kAnchorEvery = 16;

  std::uint32_t first_scrape_;
  std::uint32_t rows_;
  std::vector<std::uint32_t> anchors_;  // offset of each sixteenth column
  std::vector<std::uint8_t> lengths_;   // of each column, in bytes
  std::vector<std::uint8_t> bytes_;
};

}  // namespace incident::telemetry
