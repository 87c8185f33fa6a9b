// One column: up to kScrapesPerBlock values of one cell, compressed. Counters grow by much the same in each
// scrape, so differences are Rice coded (Rice and Plaunt 1971) with a parameter chosen for each column;
// doubles, whose bits differ wildly as integers, are XORed with the value before (Pelkonen et al., "Gorilla",
// VLDB 2015). Zero throughout is the empty column.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace incident::telemetry {

inline constexpr std::size_t kColumnBytesMax = 255;

// Appends the column to `out`; at most kColumnBytesMax bytes for up to kScrapesPerBlock values.
void encode_column(std::span<const std::int64_t> values, std::vector<std::uint8_t>& out);
// Adds the column's values to `values`, whose size must be what was encoded. `bytes` begins
// with the column; more may follow it.
void add_decoded_column(std::span<const std::uint8_t> bytes, std::span<std::int64_t> values);

}  // namespace incident::telemetry
