#include "telemetry/metric_block.h"

#include <array>
#include <cassert>

#include "telemetry/column.h"
#include "telemetry/limits.h"

namespace incident::telemetry {

MetricBlock::MetricBlock(std::uint32_t first_scrape,
                         std::span<const std::shared_ptr<const std::vector<std::int64_t>>> rows)
    : first_scrape_(first_scrape), rows_(static_cast<std::uint32_t>(rows.size())) {
  assert(!rows.empty() && rows.size() <= limits::kScrapesPerBlock);
  const std::size_t cells = rows.back()->size();
  lengths_.reserve(cells);
  anchors_.reserve(cells / kAnchorEvery + 1);
  std::array<std::int64_t, limits::kScrapesPerBlock> column;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    if (cell % kAnchorEvery == 0) anchors_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      column[row] = cell < rows[row]->size() ? (*rows[row])[cell] : 0;
    }
    const std::size_t before = bytes_.size();
    encode_column(std::span(column).first(rows.size()), bytes_);
    assert(bytes_.size() - before <= kColumnBytesMax);
    lengths_.push_back(static_cast<std::uint8_t>(bytes_.size() - before));
  }
  bytes_.shrink_to_fit();
}

bool MetricBlock::add_column(std::uint32_t cell, std::int64_t* values) const {
  if (cell >= lengths_.size() || lengths_[cell] == 0) return false;
  std::size_t offset = anchors_[cell / kAnchorEvery];
  for (std::size_t i = cell - cell % kAnchorEvery; i < cell; ++i) offset += lengths_[i];
  add_decoded_column(std::span(bytes_).subspan(offset), std::span(values, rows_));
  return true;
}

std::size_t MetricBlock::memory_bytes() const {
  return sizeof *this + anchors_.capacity() * sizeof(std::uint32_t) + lengths_.capacity() + bytes_.capacity();
}

void MetricBlock::hash(Hasher& hasher) const {
  hasher.add(first_scrape_);
  hasher.add(rows_);
  hasher.add(lengths_);
  hasher.add(bytes_);
}

}  // namespace incident::telemetry
