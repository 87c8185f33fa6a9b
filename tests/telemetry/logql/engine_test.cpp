#include "logql/engine.h"

#include <gtest/gtest.h>

#include "logql/json.h"
#include "logql/memory_source.h"

namespace incident::logql {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Engine : ::testing::Test {
  Engine() {
    for (int i = 0; i < 100; ++i)
      source.append({{"app", "a"}}, i * kSecond, "n=" + std::to_string(i) + " say=\"hi\"");
  }
  std::string fails(std::string_view query, const EngineOptions& options, const StopCheck& stop = {}) {
    LogRange range{0, 100 * kSecond, kSecond, 100, true};
    const auto result = range_query(source, query, range, options, stop);
    return result ? "no error" : result.error().message;
  }
  MemorySource source;
};

TEST_F(Engine, EachLimitHasItsError) {
  EngineOptions options;
  options.entries_max = 99;
  EXPECT_EQ(fails("{app=\"a\"}", options),
            "max entries limit per query exceeded, limit > max_entries_limit (100 > 99)");
  options = {};
  options.lines_max = 50;
  EXPECT_NE(fails("{app=\"a\"}", options).find("too many lines (limit: 50)"), std::string::npos);
  options = {};
  options.bytes_max = 100;
  EXPECT_NE(fails("{app=\"a\"}", options).find("too many bytes (limit: 100 B)"), std::string::npos);
  options = {};
  options.streams_max = 10;
  EXPECT_NE(fails("{app=\"a\"} | logfmt", options).find("maximum of series (10)"), std::string::npos);
  EXPECT_EQ(fails("sum by (app) (count_over_time({app=\"a\"} | logfmt [1m]))", options), "no error");
  options = {};
  options.steps_max = 99;
  EXPECT_NE(fails("rate({app=\"a\"}[1m])", options).find("exceeded maximum resolution of 99 points"),
            std::string::npos);
  options = {};
  options.samples_max = 99;
  EXPECT_NE(fails("rate({app=\"a\"}[1m])", options).find("too many samples (limit: 99)"), std::string::npos);
  EXPECT_NE(fails(std::string(limits::kQueryLengthMax + 1, ' '), {}).find("at most 5120"), std::string::npos);
  EXPECT_NE(fails(std::string(500, '('), {}).find("nested more than"), std::string::npos);
}

TEST_F(Engine, StopsWhenAsked) {
  EXPECT_NE(fails("{app=\"a\"}", {}, [] { return promql::Stop::kTimeout; }).find("timed out"),
            std::string::npos);
  EXPECT_NE(fails("{app=\"a\"}", {}, [] { return promql::Stop::kCanceled; }).find("canceled"),
            std::string::npos);
}

TEST_F(Engine, AnswersAsLokiDoes) {
  const LogRange range{0, 2 * kSecond, kSecond, 100, false};
  EXPECT_EQ(
      to_json(*range_query(source, "{app=\"a\"}", range)),
      R"({"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"a"},"values":[)"
      R"(["0","n=0 say=\"hi\""],["1000000000","n=1 say=\"hi\""]]}],"stats":{"summary":{)"
      R"("bytesProcessedPerSecond":0,"linesProcessedPerSecond":0,"totalBytesProcessed":24,)"
      R"("totalLinesProcessed":2,"execTime":0,"queueTime":0,"subqueries":0,"totalEntriesReturned":2}}}})");
  const std::string matrix = to_json(*range_query(source, "count_over_time({app=\"a\"}[1s])", range));
  EXPECT_TRUE(matrix.starts_with(
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"app":"a"},"values":[)"
      R"([0,"1"],[1,"1"],[2,"1"]]}],"stats":{)"))
      << matrix;
  const std::string vector = to_json(*instant_query(source, "count_over_time({app=\"a\"}[1s])", kSecond / 2));
  EXPECT_TRUE(vector.starts_with(
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"app":"a"},"value":[0.500,"1"]}],)"
      R"("stats":{)"))
      << vector;
  EXPECT_EQ(http_status({QueryErrorType::kBadRequest, ""}), 400);
  EXPECT_EQ(http_status({QueryErrorType::kTimeout, ""}), 504);
}

// Whatever is typed, there is an answer or an error, and never a crash.
TEST_F(Engine, HalfQueriesAreRefused) {
  const std::string whole =
      "topk(2, sum by (n) (rate({app=~\"a|b\"} |= \"n\" or `m` | logfmt | json a=\"b[0]\" | n > 1KB or "
      "(n<5s, x=\"1\") "
      "| line_format \"{{ if .n }}{{ .n | lower }}{{ end }}\" | unwrap duration(n) | __error__=\"\" [1m] "
      "offset 5s))) "
      "/ on (n) group_left (x) vector(1)";
  ASSERT_TRUE(parse_query(whole)) << parse_query(whole).error().message;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(parse_query(whole.substr(0, n)) && n < 200) << whole.substr(0, n);
    std::string mangled = whole;
    mangled.erase(n, 1);
    const auto parsed = parse_query(mangled);
    EXPECT_TRUE(parsed || parsed.error().message.starts_with("parse error")) << mangled;
  }
}

}  // namespace
}  // namespace incident::logql
