// The causal ids against what the authors of the incidents marked: of what the server calls causal at least
// nine in ten pieces are, and it finds at least nine in ten; the same for what shows the trouble at all.
#include "match/measured_causes.h"

#include <gtest/gtest.h>

#include <iostream>

#include "scenario/library.h"

namespace incident::match {
namespace {

constexpr double kAtLeast = 0.9;
constexpr std::size_t kPiecesMin = 100;  // fewer would say nothing

TEST(MeasuredCauses, AgreeWithTheAuthorsOfAllIncidents) {
  const auto library = scenario::load_library(SCENARIOS_DIR);
  ASSERT_TRUE(library) << library.error().at << ": " << library.error().message;
  for (const auto& incident : library->incidents()) {
    SCOPED_TRACE(incident->id);
    const auto start = scenario::warm_up(*incident, 1);
    ASSERT_TRUE(start) << start.error().message;
    const MeasuredCauses measured = measure_causes(incident, *start);
    const Confusion& c = measured.total;
    EXPECT_GT(c.all(), kPiecesMin);
    EXPECT_GE(c.precision(), kAtLeast);
    EXPECT_GE(c.recall(), kAtLeast);
    EXPECT_GE(c.precision_of_trouble(), kAtLeast);
    EXPECT_GE(c.recall_of_trouble(), kAtLeast);
    for (const MarkFigures& mark : measured.marks)
      EXPECT_GT(mark.confusion.all(), 0U) << "nothing fits: " << mark.mark;
    std::cout << incident->id << ": " << c.all() << " pieces, causal precision " << c.precision()
              << " recall " << c.recall() << ", trouble precision " << c.precision_of_trouble() << " recall "
              << c.recall_of_trouble() << "\n";
  }
}

TEST(MeasuredCauses, CountsByVerdict) {
  Confusion c;
  EXPECT_EQ(c.precision(), 1);
  c.add(EvidenceVerdict::kCausal, EvidenceVerdict::kCausal, 8);
  c.add(EvidenceVerdict::kCausal, EvidenceVerdict::kCollateral, 2);
  c.add(EvidenceVerdict::kUnrelated, EvidenceVerdict::kCausal, 4);
  c.add(EvidenceVerdict::kCollateral, EvidenceVerdict::kUnrelated, 6);
  EXPECT_DOUBLE_EQ(c.precision(), 8.0 / 12);
  EXPECT_DOUBLE_EQ(c.recall(), 0.8);
  EXPECT_DOUBLE_EQ(c.precision_of_trouble(), 10.0 / 14);
  EXPECT_DOUBLE_EQ(c.recall_of_trouble(), 10.0 / 16);
  EXPECT_EQ(c.all(), 20U);
}

}  // namespace
}  // namespace incident::match
