#include "telemetry/column.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "promql/queryable.h"
#include "telemetry/limits.h"
#include "telemetry/metric_block.h"

namespace incident::telemetry {
namespace {

using Values = std::vector<std::int64_t>;

std::size_t round_trip(const Values& values) {
  std::vector<std::uint8_t> bytes;
  encode_column(values, bytes);
  EXPECT_LE(bytes.size(), kColumnBytesMax);
  Values decoded(values.size(), 0);
  add_decoded_column(bytes, decoded);
  EXPECT_EQ(decoded, values);
  return bytes.size();
}

TEST(Column, IdleCellsCostNothing) {
  EXPECT_EQ(round_trip(Values(24, 0)), 0u);
  EXPECT_LE(round_trip(Values(24, 123'456'789)), 6u);
}

TEST(Column, ACounterCostsLessThanAByteAValue) {
  Random random(1);
  Values counter;
  std::int64_t value = 1'000'000;
  for (int i = 0; i < 24; ++i) counter.push_back(value += 30 + static_cast<std::int64_t>(random.below(20)));
  EXPECT_LE(round_trip(counter), 26u);
}

TEST(Column, OddValues) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min(),
                         kMax = std::numeric_limits<std::int64_t>::max();
  round_trip({kMin});
  round_trip({kMax, kMin, kMax, kMin, 0, -1, 1});
  round_trip({0, 0, 0, 1});
  round_trip({5, 4, 3, 2, 1, 0, -1, -2});
  Values worst;
  for (std::size_t i = 0; i < limits::kScrapesPerBlock; ++i)
    worst.push_back(i % 2 == 0 ? kMin + 1 : kMax - 7);
  round_trip(worst);
}

TEST(Column, DoublesKeepEveryBit) {
  Values bits;
  for (const double x : {0.1, 0.1, 0.2, -0.0, 1e300, 5e-324, std::numeric_limits<double>::infinity(),
                         promql::stale_marker(), promql::quiet_nan(), 1.0, 1.0, 3.14}) {
    bits.push_back(std::bit_cast<std::int64_t>(x));
  }
  round_trip(bits);
}

TEST(Column, RandomColumnsOfAllSizes) {
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    const int width = static_cast<int>(random.below(64)) + 1;
    Values values;
    std::int64_t value = 0;
    const std::size_t size = 1 + random.below(limits::kScrapesPerBlock);
    const std::uint64_t kind = random.below(3);
    for (std::size_t i = 0; i < size; ++i) {
      const auto x = static_cast<std::int64_t>(random.next() >> (64 - width));
      value =
          kind == 0 ? x
          : kind == 1
              ? static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(x))
              : (random.below(2) == 0 ? value : x);
      values.push_back(value);
    }
    round_trip(values);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

TEST(MetricBlock, RowsThatGrowAndColumnsInAnyOrder) {
  Random random(3);
  std::vector<std::shared_ptr<const Values>> rows;
  for (std::size_t r = 0; r < limits::kScrapesPerBlock; ++r) {
    Values row(40 + r * 3);
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = c % 5 == 0 ? 0 : static_cast<std::int64_t>(random.below(c * 100 + 1));
    }
    rows.push_back(std::make_shared<const Values>(std::move(row)));
  }
  const MetricBlock block(49, rows);
  EXPECT_EQ(block.last_scrape(), 48 + limits::kScrapesPerBlock);
  const std::size_t cells = rows.back()->size();
  for (std::size_t c = cells + 3; c-- > 0;) {
    Values column(rows.size(), 1000);
    block.add_column(static_cast<std::uint32_t>(c), column.data());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      ASSERT_EQ(column[r], 1000 + (c < rows[r]->size() ? (*rows[r])[c] : 0)) << c << " " << r;
    }
  }
}

}  // namespace
}  // namespace incident::telemetry
