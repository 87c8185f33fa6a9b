// The test language itself: what holds passes, what does not is found.
#include "promql/test_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "promql/queryable.h"
#include "promql/series_notation.h"

namespace incident::promql {
namespace {

// The first failure of an evaluation over a little data, or nothing.
std::string failure(const std::string& eval) {
  const TestReport report = run_promql_test("load 1m\n  m{x=\"a\"} 1+1x5\n  m{x=\"b\"} 10x5\n\n" + eval);
  return report.passed() ? "" : report.failures[0].message;
}

TEST(TestFile, PassesWhatHolds) {
  EXPECT_EQ(failure("eval instant at 2m m\n  m{x=\"b\"} 10\n  m{x=\"a\"} 3\n"), "");
  EXPECT_EQ(failure("eval range from 0 to 2m step 1m m{x=\"a\"}\n  m{x=\"a\"} 1 2 3\n"), "");
  EXPECT_EQ(failure("eval range from 0 to 2m step 1m m{x=\"a\"} > 1\n  m{x=\"a\"} _ 2+1x1\n"), "");
  EXPECT_EQ(failure("eval_ordered instant at 2m sort(m)\n  m{x=\"a\"} 3\n  m{x=\"b\"} 10\n"), "");
  EXPECT_EQ(failure("eval_fail instant at 2m m + \n"), "");
  EXPECT_EQ(failure("eval instant at 2m m +\n  expect fail regex: unexpected .*\n"), "");
  EXPECT_EQ(failure("eval instant at 2m 1 + 1\n  2\n"), "");
  EXPECT_EQ(failure("eval instant at 2m \"a\"\n  \"a\"\n"), "");
  EXPECT_EQ(failure("clear\neval instant at 2m m\n"), "");
}

TEST(TestFile, FindsWhatDoesNot) {
  EXPECT_NE(failure("eval instant at 2m m\n  m{x=\"a\"} 3\n"), "");                          // one too many
  EXPECT_NE(failure("eval instant at 2m m{x=\"a\"}\n  m{x=\"a\"} 4\n"), "");                 // another value
  EXPECT_NE(failure("eval instant at 2m m{x=\"a\"}\n  m{x=\"c\"} 3\n"), "");                 // another series
  EXPECT_NE(failure("eval instant at 2m m{x=\"c\"}\n  m{x=\"c\"} 3\n"), "");                 // none
  EXPECT_NE(failure("eval instant at 2m m{x=\"a\"} * NaN\n  {x=\"a\"} 3\n"), "");            // NaN
  EXPECT_NE(failure("eval range from 0 to 2m step 1m m{x=\"a\"}\n  m{x=\"a\"} 1 2\n"), "");  // goes on
  EXPECT_NE(failure("eval range from 0 to 1m step 1m m{x=\"a\"}\n  m{x=\"a\"} 1 2 3\n"), "");  // ends
  EXPECT_NE(failure("eval range from 0 to 1m step 1m m{x=\"a\"}\n  m{x=\"a\"} 1 _\n"), "");    // is there
  EXPECT_NE(failure("eval_ordered instant at 2m sort_desc(m)\n  m{x=\"a\"} 3\n  m{x=\"b\"} 10\n"), "");
  EXPECT_NE(failure("eval_fail instant at 2m m\n"), "");
  EXPECT_NE(failure("eval instant at 2m m +\n"), "");
  EXPECT_NE(failure("eval instant at 2m m +\n  expect fail msg: something else\n"), "");
  EXPECT_NE(failure("eval instant at 2m 1 + 1\n  3\n"), "");
  EXPECT_NE(failure("eval instant at 2m 1 + 1\n"), "");
  EXPECT_NE(failure("eval instant at 2m \"a\"\n  \"b\"\n"), "");
}

TEST(TestFile, SaysWhereItCannotRead) {
  const TestReport report = run_promql_test("# a comment\nload 1m\n  m 1\n\nevil instant at 5m m\n");
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].line, 5u);
  EXPECT_NE(failure("eval instant 5m m\n").find("expected \"at\""), std::string::npos);
  EXPECT_NE(failure("eval instant at five m\n").find("no time"), std::string::npos);
  EXPECT_NE(failure("load 1m\n  m {{schema:1}}\n").find("native histograms are not supported"),
            std::string::npos);
  EXPECT_NE(failure("load 1m\n  m 1 2 three\n").find("no series value"), std::string::npos);
}

TEST(SeriesNotation, ExpandsRepetition) {
  const auto line =
      parse_series_line("m{a=\"x y\", b='{'} 1 -2 3x2 1+2x2 10-5x1 _ _x2 stale 1e3 Inf NaN -1e-1+.5x1");
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->labels, (Labels{{"__name__", "m"}, {"a", "x y"}, {"b", "{"}}));
  std::string text;
  for (const auto& v : line->values)
    text += !v               ? "_ "
            : is_stale(*v)   ? "stale "
            : std::isnan(*v) ? "nan "
                             : std::to_string(*v).substr(0, 4) + " ";
  EXPECT_EQ(text, "1.00 -2.0 3.00 3.00 3.00 1.00 3.00 5.00 10.0 5.00 _ _ _ stale 1000 inf nan -0.1 0.40 ");
  EXPECT_TRUE(parse_series_line("{} 1"));
  EXPECT_TRUE(parse_series_line("m {a=\"b\"} 1"));
  for (const std::string_view bad :
       {"m x", "m 1x", "m 1+x3", "m 1+2", "m _y", "m stalex", "m 1x99999999999", "m{a=~\"b\"} 1"})
    EXPECT_FALSE(parse_series_line(bad)) << bad;
}

}  // namespace
}  // namespace incident::promql
