#include "promql/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "promql/json.h"
#include "promql/memory_store.h"
#include "promql/parser.h"

namespace incident::promql {
namespace {

class Engine : public ::testing::Test {
 protected:
  Engine() {
    for (int series = 0; series < 20; ++series)
      for (int i = 0; i <= 100; ++i)
        store.append(Labels{{"__name__", "m"}, {"n", std::to_string(series)}},
                     {i * 15'000, i * (series + 1.0)});
  }

  std::string fails(std::string_view query, const EngineOptions& options = {}, const StopCheck& stop = {}) {
    const auto outcome = range_query(store, query, 0, 1'500'000, 15'000, options, stop);
    return outcome ? "" : outcome.error().message;
  }

  MemoryStore store;
};

TEST_F(Engine, LimitsSayWhichWasPassed) {
  EngineOptions options;
  options.samples_max = 1000;
  EXPECT_NE(fails("m", options).find("too many samples into memory"), std::string::npos);
  EXPECT_NE(fails("m", options).find("1000"), std::string::npos);
  EXPECT_EQ(fails("m{n=\"1\"}", options), "");
  EXPECT_NE(fails("sum_over_time(vector(1)[10d:1ms])", options).find("subquery would take"),
            std::string::npos);
  options = {};
  options.series_max = 19;
  EXPECT_NE(fails("sum(m)", options).find("more than 19 series"), std::string::npos);
  options = {};
  options.steps_max = 99;
  EXPECT_EQ(fails("m", options),
            "exceeded maximum resolution of 99 points per timeseries. Try decreasing the query resolution "
            "(?step=XX)");
  options.steps_max = 100;
  EXPECT_EQ(fails("m", options), "");
}

TEST_F(Engine, StopsWhenTold) {
  int asked = 0;
  const auto timeout = range_query(store, "m", 0, 60'000, 15'000, {}, [&] {
    ++asked;
    return Stop::kTimeout;
  });
  ASSERT_FALSE(timeout);
  EXPECT_EQ(timeout.error().type, QueryErrorType::kTimeout);
  EXPECT_EQ(timeout.error().message, "query timed out in expression evaluation");
  EXPECT_EQ(asked, 1);
  // A long query is stopped in its course too.
  int looks = 0;
  const auto canceled = instant_query(store, "sum_over_time(sum_over_time(m[20m:1s])[20m:1s])", 1'500'000, {},
                                      [&] { return ++looks < 20 ? Stop::kNo : Stop::kCanceled; });
  ASSERT_FALSE(canceled);
  EXPECT_EQ(canceled.error().type, QueryErrorType::kCanceled);
  EXPECT_EQ(http_status(canceled.error()), 503);
}

TEST_F(Engine, RefusesOddTimes) {
  const auto backwards = range_query(store, "m", 10, 5, 1);
  ASSERT_FALSE(backwards);
  EXPECT_EQ(backwards.error().parameter, "end");
  const auto standing = range_query(store, "m", 0, 5, 0);
  ASSERT_FALSE(standing);
  EXPECT_EQ(standing.error().parameter, "step");
  const auto forever = range_query(store, "m", kMinTimeMs, kMaxTimeMs, kMaxTimeMs);
  ASSERT_FALSE(forever);
  EXPECT_EQ(forever.error().parameter, "start");
  EXPECT_FALSE(range_query(store, "m", -limits::kTimeMaxMs, limits::kTimeMaxMs, 1));
  EXPECT_FALSE(instant_query(store, "m", kMaxTimeMs));
  EXPECT_TRUE(instant_query(store, "rate(m[290y] offset -290y)", limits::kTimeMaxMs));
  EXPECT_FALSE(instant_query(store, "m @ 1e18", 0));
  const auto matrix = range_query(store, "m[5m]", 0, 5, 1);
  ASSERT_FALSE(matrix);
  EXPECT_EQ(matrix.error().message,
            "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector");
}

TEST_F(Engine, LeftOpenRangesLeaveTheFarEdgeOut) {
  const auto count = [&](bool left_open) {
    EngineOptions options;
    options.left_open_ranges = left_open;
    return instant_query(store, "count_over_time(m{n=\"0\"}[1m])", 600'000, options)->series[0].points[0].v;
  };
  EXPECT_EQ(count(false), 5);
  EXPECT_EQ(count(true), 4);
  EngineOptions options;
  options.left_open_ranges = true;
  EXPECT_EQ(instant_query(store, "m", 1'500'000 + 300'000, options)->series.size(), 0u);
  EXPECT_EQ(instant_query(store, "m", 1'500'000 + 300'000)->series.size(), 20u);
}

TEST_F(Engine, AParsedQueryAnswersTheSame) {
  const auto expr = parse_expr("sum(rate(m[1m]))");
  ASSERT_TRUE(expr);
  const auto a = instant_query(store, **expr, 600'000);
  const auto b = instant_query(store, "sum(rate(m[1m]))", 600'000);
  EXPECT_EQ(to_json(*a), to_json(*b));
  EXPECT_EQ(
      to_json(*a),
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[600,"14"]}]}})");
}

TEST_F(Engine, JsonHasTheShapeOfTheApi) {
  const auto json = [&](std::string_view query, std::int64_t t) {
    const auto outcome = instant_query(store, query, t);
    return outcome ? to_json(*outcome) : to_json(outcome.error());
  };
  EXPECT_EQ(json("1.5", 1'234),
            R"({"status":"success","data":{"resultType":"scalar","result":[1.234,"1.5"]}})");
  EXPECT_EQ(json("\"a\\n\\u0001\\\"\"", 0),
            R"({"status":"success","data":{"resultType":"string","result":[0,"a\n\u0001\""]}})");
  EXPECT_EQ(
      json("m{n=\"3\"}", 600'005),
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"m","n":"3"},)"
      R"("value":[600.005,"160"]}]}})");
  EXPECT_EQ(
      json("m{n=\"3\"}[30s]", 600'000),
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"m","n":"3"},)"
      R"("values":[[570,"152"],[585,"156"],[600,"160"]]}]}})");
  EXPECT_EQ(json(R"("\xff")", 0),
            R"({"status":"success","data":{"resultType":"string","result":[0,"\ufffd"]}})");
  EXPECT_EQ(json("nothing", 0), R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  EXPECT_EQ(
      json("sum(", 0),
      R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: )"
      R"(unclosed left parenthesis"})");
  EXPECT_EQ(json("m * on() m", 0).substr(0, 50), R"({"status":"error","errorType":"execution","error":)");
  const std::vector<std::string> names{"a", "b\"c"};
  EXPECT_EQ(success_json(names), R"({"status":"success","data":["a","b\"c"]})");
  EXPECT_EQ(success_json(store.series(*parse_selector("m{n=\"3\"}"), 0, 1000)),
            R"({"status":"success","data":[{"__name__":"m","n":"3"}]})");
}

TEST_F(Engine, StoreListsNamesAndValues) {
  EXPECT_EQ(store.label_names({}, kMinTimeMs, kMaxTimeMs), (std::vector<std::string>{"__name__", "n"}));
  EXPECT_EQ(store.label_values("n", *parse_selector("m{n=~\"1.?\"}"), 0, 100).size(), 11u);
  EXPECT_TRUE(store.label_values("n", {}, 2'000'000, 3'000'000).empty());
}

TEST_F(Engine, NativeHistogramFunctionsSayTheyAreNotThere) {
  EXPECT_EQ(fails("histogram_sum(m)"),
            "native histograms are not supported, and histogram_sum() works on nothing else");
}

// Whatever is typed: an answer or an error, and the same twice.
TEST_F(Engine, AnyTextIsAnsweredOrRefused) {
  static constexpr std::string_view kPieces[] = {"m",
                                                 "{n=\"1\"}",
                                                 "{n=~\"1|2\"}",
                                                 "[1m]",
                                                 "[5m:30s]",
                                                 " offset 1m",
                                                 " @ 60",
                                                 " @ end()",
                                                 "sum",
                                                 "rate",
                                                 "(",
                                                 ")",
                                                 "+",
                                                 "-",
                                                 "*",
                                                 "^",
                                                 "/",
                                                 "%",
                                                 " and ",
                                                 " or ",
                                                 ">",
                                                 "bool ",
                                                 "1",
                                                 "0",
                                                 "NaN",
                                                 "Inf",
                                                 ",",
                                                 " by (n) ",
                                                 "topk",
                                                 "abs",
                                                 "\"x\"",
                                                 "[",
                                                 "]",
                                                 "{",
                                                 "}",
                                                 ":",
                                                 "5m",
                                                 "max_over_time",
                                                 "on(n) ",
                                                 "group_left ",
                                                 "label_replace",
                                                 "histogram_quantile",
                                                 "vector",
                                                 "scalar",
                                                 "time()",
                                                 "'",
                                                 "\\",
                                                 "#",
                                                 "\n",
                                                 "\xff",
                                                 "e",
                                                 "_"};
  std::uint64_t state = 88172645463325252ULL;
  const auto next = [&state] {  // xorshift64
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  };
  int answered = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string query;
    for (std::uint64_t n = 1 + next() % 9; n > 0; --n) query += kPieces[next() % std::size(kPieces)];
    const auto outcome = range_query(store, query, 300'000, 420'000, 60'000);
    if (!outcome) {
      EXPECT_FALSE(outcome.error().message.empty()) << query;
      continue;
    }
    ++answered;
    const auto expr = parse_expr(query);
    ASSERT_TRUE(expr);
    const std::string printed = to_string(**expr);
    const auto again = range_query(store, printed, 300'000, 420'000, 60'000);
    ASSERT_TRUE(again) << query << " printed as " << printed;
    EXPECT_EQ(to_json(*outcome), to_json(*again)) << query << " printed as " << printed;
  }
  EXPECT_GT(answered, 500);
}

}  // namespace
}  // namespace incident::promql
