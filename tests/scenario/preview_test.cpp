// What an author sees of an incident without a match.
#include "scenario/preview.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <sstream>

#include "library_files.h"

namespace incident::scenario::testing {
namespace {

double mean(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += values[i];
  return sum / static_cast<double>(to - from);
}

TEST(PreviewTest, ShowsHarmThatStaysAndHarmThatEnds) {
  const auto incident = load("product_pages_hang");
  ASSERT_TRUE(incident);
  const auto made = preview(*incident, 1);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->charts.size(), 4u);
  const PreviewChart& harm = made->charts.front();
  const std::size_t end = harm.untouched.size();
  ASSERT_GT(end, 80u);
  ASSERT_EQ(harm.reference.size(), end);
  EXPECT_LT(mean(harm.untouched, 0, 20), 0.5) << "percent; all is well at first";
  EXPECT_GT(mean(harm.untouched, end - 20, end), 3) << "untouched it stays";
  EXPECT_LT(mean(harm.reference, end - 20, end), 1) << "the reference ends it";
  for (const PreviewChart& chart : made->charts)
    EXPECT_TRUE(std::isfinite(chart.untouched.back())) << chart.title;

  std::ostringstream text, svg;
  write_text(*made, text);
  write_svg(*made, svg);
  std::cout << text.str();
  EXPECT_NE(text.str().find("untouched"), std::string::npos);
  EXPECT_NE(text.str().find(" * " + incident->answer.trigger), std::string::npos);
  EXPECT_EQ(svg.str().rfind("<svg", 0), 0u);
  EXPECT_NE(svg.str().find("</svg>"), std::string::npos);
  EXPECT_EQ(svg.str().find("nan"), std::string::npos);
}

}  // namespace
}  // namespace incident::scenario::testing
