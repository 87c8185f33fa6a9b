#include "promql/parser.h"

#include <gtest/gtest.h>

#include "promql/limits.h"

namespace incident::promql {
namespace {

std::string printed(std::string_view query) {
  const auto expr = parse_expr(query);
  return expr ? to_string(**expr) : "error: " + expr.error().message;
}

TEST(Printer, WritesWhatReadsBackAsTheSame) {
  for (const std::string_view query : {"1",
                                       "-1",
                                       "1e+30",
                                       "0.0001",
                                       "Inf",
                                       "\"a\\\"b\"",
                                       "up",
                                       "up{job=\"api\",zone!~\"a|b\"}",
                                       "{__name__=~\"up|down\"}",
                                       "up offset 5m",
                                       "up offset -1h30m",
                                       "up @ 600.500",
                                       "up @ start() offset 5m",
                                       "rate(up[5m])",
                                       "rate(up[1d] @ end() offset 1m)",
                                       "max_over_time(rate(up[1m])[5m:30s] offset 1m)",
                                       "max_over_time(up[5m:])",
                                       "sum by (job) (up)",
                                       "sum without (a, b) (up)",
                                       "sum without () (up)",
                                       "topk(5, up)",
                                       "count_values(\"v\", up)",
                                       "a + b",
                                       "a + on (x) b",
                                       "a * ignoring (x, y) group_left (z) b",
                                       "a > bool 1",
                                       "(a + b) * c",
                                       "-(a + b)",
                                       "-a ^ 2",
                                       "a and on () b",
                                       "a ^ b ^ c",
                                       "time() - 1h",
                                       "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
                                       "2 ^ -1"}) {
    const std::string once = printed(query);
    EXPECT_EQ(printed(once), once) << query;
    EXPECT_TRUE(once == query || once == "+" + std::string(query)) << query << " became " << once;
  }
}

TEST(Printer, BringsOrderIntoWhatWasWritten) {
  EXPECT_EQ(printed("SUM(up)  BY(job,)"), "sum by (job) (up)");
  EXPECT_EQ(printed("up{job='api',}"), "up{job=\"api\"}");
  EXPECT_EQ(printed("up[90m]"), "up[1h30m]");
  EXPECT_EQ(printed("a + # why\n b"), "a + b");
  EXPECT_EQ(printed("a ==bool b"), "a == bool b");
  EXPECT_EQ(printed("{\"up\", job=\"a\"}"), "up{job=\"a\"}");
}

TEST(Parser, BindsAsTightlyAsPrometheus) {
  const auto shape = [](std::string_view query) {
    const auto expr = parse_expr(query);
    return std::string(to_string((*expr)->op)) + " over " + to_string((*expr)->args[0]->op);
  };
  EXPECT_EQ(shape("a + b * c"), "+ over +");  // a selector's own op is the default
  EXPECT_EQ(shape("a * b + c"), "+ over *");
  EXPECT_EQ(shape("a - b - c"), "- over -");
  EXPECT_EQ(shape("a or b and c"), "or over +");
  EXPECT_EQ(shape("a and b or c"), "or over and");
  EXPECT_EQ(shape("a == b + c"), "== over +");
  EXPECT_EQ(shape("a unless b and c"), "and over unless");
  EXPECT_EQ(shape("a atan2 b % c"), "% over atan2");
}

TEST(Parser, SaysLineAndColumn) {
  const auto expr = parse_expr("sum(\n  up\n) bye");
  ASSERT_FALSE(expr);
  EXPECT_EQ(expr.error().message, "3:3: parse error: unexpected identifier \"bye\"");
  EXPECT_EQ(expr.error().at, "3:3");
}

TEST(Parser, RefusesWhatWouldUseUpTheStack) {
  const std::string deep = std::string(10000, '(') + "1" + std::string(10000, ')');
  EXPECT_NE(printed(deep).find("nested more than"), std::string::npos);
  const std::string signs = std::string(10000, '-') + "1";
  EXPECT_NE(printed(signs).find("nested more than"), std::string::npos);
  std::string chain = "a";
  for (int i = 0; i < 10000; ++i) chain += "+a";
  EXPECT_NE(printed(chain).find("nested more than"), std::string::npos);
  std::string powers = "a";
  for (int i = 0; i < 10000; ++i) powers += "^a";
  EXPECT_NE(printed(powers).find("nested more than"), std::string::npos);
  EXPECT_NE(printed(std::string(limits::kExpressionLengthMax + 1, ' ')).find("longer than"),
            std::string::npos);
  EXPECT_NE(printed("a{b=~\"" + std::string(limits::kPatternLengthMax + 1, 'x') + "\"}").find("longer than"),
            std::string::npos);
}

TEST(Parser, ReadsSelectorsAndLabelsAlone) {
  const auto matchers = parse_selector("up{job=~\"a.*\"}");
  ASSERT_TRUE(matchers);
  ASSERT_EQ(matchers->size(), 2u);
  EXPECT_EQ((*matchers)[1].to_string(), "__name__=\"up\"");
  EXPECT_FALSE(parse_selector("up + 1"));
  EXPECT_FALSE(parse_selector("rate(up[5m])"));
  EXPECT_FALSE(parse_selector(""));
  const auto labels = parse_labels("up{job=\"a\"}");
  ASSERT_TRUE(labels);
  EXPECT_EQ(labels->to_string(), "up{job=\"a\"}");
  EXPECT_EQ(parse_labels("{}")->to_string(), "{}");
  EXPECT_FALSE(parse_labels("up{job=~\"a\"}"));
}

}  // namespace
}  // namespace incident::promql
