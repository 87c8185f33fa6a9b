#include "promql/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace incident::promql {
namespace {

std::string sample(double v) {
  std::string out;
  append_sample_value(out, v);
  return out;
}

TEST(Number, SamplesAreWrittenAsGoDoes) {
  EXPECT_EQ(sample(0), "0");
  EXPECT_EQ(sample(-0.0), "-0");
  EXPECT_EQ(sample(1), "1");
  EXPECT_EQ(sample(-17), "-17");
  EXPECT_EQ(sample(0.1), "0.1");
  EXPECT_EQ(sample(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(sample(1e15), "1000000000000000");
  EXPECT_EQ(sample(123456789012345680.0), "123456789012345680");
  EXPECT_EQ(sample(1e20), "100000000000000000000");
  EXPECT_EQ(sample(1e21), "1e+21");
  EXPECT_EQ(sample(1.5e300), "1.5e+300");
  EXPECT_EQ(sample(0.000001), "0.000001");
  EXPECT_EQ(sample(0.0000001), "1e-07");
  EXPECT_EQ(sample(5e-324), "5e-324");
  EXPECT_EQ(sample(INFINITY), "+Inf");
  EXPECT_EQ(sample(-INFINITY), "-Inf");
  EXPECT_EQ(sample(NAN), "NaN");
}

TEST(Number, FixedNotationHasNoExponent) {
  EXPECT_EQ(format_fixed(1e23), "100000000000000000000000");
  EXPECT_EQ(format_fixed(1.25e-9), "0.00000000125");
  EXPECT_EQ(format_fixed(-1234.5), "-1234.5");
  EXPECT_EQ(format_literal(1e21), "1e+21");
  EXPECT_EQ(format_literal(0.00001), "1e-05");
  EXPECT_EQ(format_literal(100000), "100000");
}

TEST(Number, WhatIsWrittenReadsBack) {
  double v = 1.1;
  for (int i = 0; i < 2000; ++i) {
    v = -v * 1.37;
    EXPECT_EQ(parse_number(format_fixed(v)), v);
    EXPECT_EQ(parse_number(format_exponent(v)), v);
    EXPECT_EQ(parse_number(format_fixed(1 / v)), 1 / v);
    if (std::abs(v) > 1e300) v = 1.7 + i;
  }
}

TEST(Number, ReadsWhatGoReads) {
  EXPECT_EQ(parse_number("0x10"), 16);
  EXPECT_EQ(parse_number("010"), 8);
  EXPECT_EQ(parse_number("+1.5e3"), 1500);
  EXPECT_EQ(parse_number("-.5"), -0.5);
  EXPECT_EQ(parse_number("1e-999"), 0);
  EXPECT_EQ(parse_number("-Inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(*parse_number("nAn")));
  for (const std::string_view bad :
       {"", "+", "-", ".", "1x", "0x", "0xg", "1e", "1e999", "--1", "e5", " 1", "1 "})
    EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(Duration, ReadsAndWrites) {
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("1h30m"), 5'400'000);
  EXPECT_EQ(parse_duration_ms("1y2w3d4h5m6s7ms"),
            ((((365 + 14 + 3) * 24LL + 4) * 60 + 5) * 60 + 6) * 1000 + 7);
  EXPECT_EQ(parse_duration_ms("0"), 0);
  for (const std::string_view bad : {"", "5", "m", "5x", "1m1h", "5m5m", "-5m", "1.5h", "99999999999999y"})
    EXPECT_FALSE(parse_duration_ms(bad)) << bad;
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(5'400'000), "1h30m");
  EXPECT_EQ(format_duration(-1'500), "-1s500ms");
  EXPECT_EQ(format_duration(7 * 86'400'000LL), "1w");
  EXPECT_EQ(format_duration(8 * 86'400'000LL), "8d");
  EXPECT_EQ(format_duration(std::numeric_limits<std::int64_t>::min()).front(), '-');
}

}  // namespace
}  // namespace incident::promql
