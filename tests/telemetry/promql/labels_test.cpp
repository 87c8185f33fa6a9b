#include "promql/labels.h"

#include <gtest/gtest.h>

#include "promql/matcher.h"

namespace incident::promql {
namespace {

TEST(Labels, AreSortedAndWithoutEmptyValues) {
  const Labels labels{{"zone", "a"}, {"__name__", "up"}, {"job", "api"}, {"gone", ""}};
  EXPECT_EQ(labels.size(), 3u);
  EXPECT_EQ(labels.metric_name(), "up");
  EXPECT_EQ(labels.to_string(), "up{job=\"api\", zone=\"a\"}");
}

TEST(Labels, SetReplacesAndEmptyErases) {
  Labels labels{{"job", "api"}};
  labels.set("job", "web");
  labels.set("a", "1");
  EXPECT_EQ(labels.to_string(), "{a=\"1\", job=\"web\"}");
  labels.set("job", "");
  EXPECT_EQ(labels, (Labels{{"a", "1"}}));
  EXPECT_EQ(labels.hash(), (Labels{{"a", "1"}}).hash());
  labels.erase("a");
  EXPECT_EQ(labels.to_string(), "{}");
}

TEST(Labels, QuoteEscapesLikeGo) {
  EXPECT_EQ(quote("a\"b\\c\n\x01\xff\xc3\xa9"), "\"a\\\"b\\\\c\\n\\x01\\xff\xc3\xa9\"");
}

TEST(Matcher, PatternsAreAnchoredAndAMissingLabelIsEmpty) {
  const auto ends = Matcher::make(Matcher::kRegex, "job", "a.*|b");
  ASSERT_TRUE(ends);
  EXPECT_TRUE(ends->matches("api"));
  EXPECT_TRUE(ends->matches("b"));
  EXPECT_FALSE(ends->matches("xb"));
  const auto not_empty = Matcher::make(Matcher::kNotRegex, "job", "");
  ASSERT_TRUE(not_empty);
  EXPECT_FALSE(matches_all(std::vector<Matcher>{*not_empty}, Labels{{"zone", "a"}}));
  EXPECT_EQ(not_empty->to_string(), "job!~\"\"");
}

TEST(Matcher, AMalformedPatternIsAnError) {
  const auto bad = Matcher::make(Matcher::kRegex, "job", "a(");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace incident::promql
