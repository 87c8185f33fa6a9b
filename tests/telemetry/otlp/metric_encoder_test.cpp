// Series written down as promqltest writes them, and the points that become of them.
#include "otlp/metric_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "promql/memory_store.h"
#include "promql/series_notation.h"

namespace incident::otlp {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

constexpr std::int64_t kEpochMs = 1'700'000'000'000, kScrapeMs = 5'000;
constexpr BatchWriter::Limits kRoomy{1'000, 1'000'000};

std::string ns(std::int64_t second) {
  return std::to_string((kEpochMs + second * 1000) * 1'000'000);
}

struct Metrics : ::testing::Test {
  // One value each five seconds, from second 5 on.
  void load(std::string_view line) {
    const auto series = promql::parse_series_line(line).value();
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      if (series.values[i])
        store.append(series.labels,
                     {kEpochMs + static_cast<std::int64_t>(i + 1) * kScrapeMs, *series.values[i]});
    }
  }
  void encode(std::int64_t from_s, std::int64_t to_s, bool last = false, std::int64_t send_from_s = 0,
              BatchWriter::Limits limits = kRoomy) {
    encoder.encode(store, kEpochMs + from_s * 1000, kEpochMs + to_s * 1000, kEpochMs + send_from_s * 1000,
                   last, limits, batches);
  }
  // Every point of this metric in all batches, in order, with what its metric says of all of them.
  std::vector<json> points(const std::string& name, json* about = nullptr) {
    std::vector<json> found;
    for (const Batch& batch : batches) {
      const json request = json::parse(batch.body);
      for (const auto& resource : request.at("resourceMetrics")) {
        for (const auto& metric : resource.at("scopeMetrics").at(0).at("metrics")) {
          if (metric.at("name") != name) continue;
          if (about != nullptr) *about = {{"resource", resource.at("resource")}, {"metric", metric}};
          for (const char* shape : {"gauge", "sum", "histogram"}) {
            if (metric.contains(shape))
              for (const auto& point : metric[shape].at("dataPoints")) found.push_back(point);
          }
        }
      }
    }
    return found;
  }
  static std::string attribute(const json& holder, const std::string& key) {
    for (const auto& a : holder.at("attributes")) {
      if (a.at("key") == key) return a.at("value").at("stringValue");
    }
    return "(none)";
  }

  promql::MemoryStore store;
  MetricEncoder encoder{Identity{"web_shop", {{"incident.match.id", "m1"}}, kEpochMs}, kScrapeMs, 15'000};
  std::vector<Batch> batches;
};

TEST_F(Metrics, AGaugeKeepsItsNameAndLosesWhatTheResourceSays) {
  load(R"(queue_length{service="cart",pod="cart-1",version="1.2",state="used"} 1 2 3 4 5 6)");
  encode(0, 30);
  json about;
  const auto found = points("queue_length", &about);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("asDouble"), 3.0);
  EXPECT_EQ(found[0].at("timeUnixNano"), ns(15));
  EXPECT_EQ(found[1].at("asDouble"), 6.0);
  EXPECT_EQ(found[0].at("attributes").size(), 1U);
  EXPECT_EQ(attribute(found[0], "state"), "used");
  EXPECT_FALSE(about["metric"].contains("unit"));
  EXPECT_EQ(attribute(about["resource"], "service.name"), "cart");
  EXPECT_EQ(attribute(about["resource"], "service.namespace"), "web_shop");
  EXPECT_EQ(attribute(about["resource"], "service.version"), "1.2");
  EXPECT_EQ(attribute(about["resource"], "k8s.pod.name"), "cart-1");
  EXPECT_EQ(attribute(about["resource"], "incident.match.id"), "m1");
}

TEST_F(Metrics, ACounterIsACumulativeSumSinceItBegan) {
  load(R"(cpu_seconds_total{service="cart"} 10 20 30 40 5 15)");  // begins anew between 20 and 25
  encode(0, 15);
  encode(15, 30);
  json about;
  const auto found = points("cpu_seconds_total", &about);
  EXPECT_EQ(about["metric"].at("unit"), "s");
  EXPECT_EQ(about["metric"].at("sum").at("aggregationTemporality"), 2);
  EXPECT_EQ(about["metric"].at("sum").at("isMonotonic"), true);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("asDouble"), 30.0);
  EXPECT_EQ(found[0].at("startTimeUnixNano"), ns(0));
  EXPECT_EQ(found[1].at("asDouble"), 15.0);
  EXPECT_EQ(found[1].at("startTimeUnixNano"), ns(20));
}

TEST_F(Metrics, BucketsBecomeAHistogramWithExplicitBounds) {
  load(R"(latency_seconds_bucket{service="cart",le="0.1",route="/"} 1 1 2 3 3 4)");
  load(R"(latency_seconds_bucket{service="cart",le="0.5",route="/"} 2 2 4 5 5 9)");
  load(R"(latency_seconds_bucket{service="cart",le="+Inf",route="/"} 2 2 5 6 6 12)");
  load(R"(latency_seconds_sum{service="cart",route="/"} 0.2 0.2 1.5 1.6 1.6 7)");
  load(R"(latency_seconds_count{service="cart",route="/"} 2 2 5 6 6 12)");
  encode(0, 30);
  json about;
  const auto found = points("latency_seconds", &about);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("bucketCounts"), json::parse(R"(["2","2","1"])"));
  EXPECT_EQ(found[0].at("explicitBounds"), json::parse("[0.1,0.5]"));
  EXPECT_EQ(found[0].at("count"), "5");
  EXPECT_EQ(found[0].at("sum"), 1.5);
  EXPECT_EQ(found[1].at("bucketCounts"), json::parse(R"(["4","5","3"])"));
  EXPECT_EQ(attribute(found[0], "le"), "(none)");
  EXPECT_EQ(about["metric"].at("unit"), "s");
  EXPECT_TRUE(points("latency_seconds_count").empty());
}

TEST_F(Metrics, ASeriesThatEndsTellsItsLastValueAndItsEnd) {
  load(R"(restarts_total{service="cart",pod="cart-1"} 1 2 3 4 stale _ 7 8 9)");
  encode(0, 15);
  encode(15, 30);
  encode(30, 45);
  const auto found = points("restarts_total");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].at("timeUnixNano"), ns(15));
  EXPECT_EQ(found[1].at("asDouble"), 4.0) << "what was counted after the last point of the grid";
  EXPECT_EQ(found[1].at("timeUnixNano"), ns(20));
  EXPECT_EQ(found[2].at("flags"), 1);
  EXPECT_EQ(found[2].at("timeUnixNano"), ns(25));
  EXPECT_FALSE(found[2].contains("asDouble"));
  EXPECT_EQ(found[3].at("asDouble"), 9.0);
  EXPECT_EQ(found[3].at("startTimeUnixNano"), ns(30)) << "a new life";
}

TEST_F(Metrics, OlderThanAskedIsReadButNotSent) {
  load(R"(a_total{service="cart"} 1+1x11)");
  encode(0, 60, false, 40);
  const auto found = points("a_total");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("timeUnixNano"), ns(45));
  EXPECT_EQ(found[0].at("startTimeUnixNano"), ns(0));
}

TEST_F(Metrics, TheLastPictureIsSentToItsLastScrape) {
  load(R"(up{service="cart"} 1 1 1 1)");
  encode(0, 15);
  encode(15, 20, true);
  const auto found = points("up");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].at("timeUnixNano"), ns(20));
}

TEST_F(Metrics, ValuesThatAreNoNumbersAreText) {
  load(R"(ratio{service="cart"} _ _ NaN _ _ -Inf)");
  encode(0, 30);
  const auto found = points("ratio");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("asDouble"), "NaN");
  EXPECT_EQ(found[1].at("asDouble"), "-Infinity");
}

TEST_F(Metrics, BatchesKeepToTheirLimitsAndLoseNothing) {
  for (int pod = 0; pod < 7; ++pod)
    for (const char* name : {"up", "ready", "queue"})
      load(std::string(name) + R"({service="cart",pod="cart-)" + std::to_string(pod) + "\"} 1x11");
  encode(0, 60, false, 0, {5, 1'000'000});
  std::size_t items = 0;
  for (const Batch& batch : batches) {
    EXPECT_LE(batch.items, 5U);
    items += batch.items;
  }
  EXPECT_EQ(items, 7U * 3 * 4);
  for (const char* name : {"up", "ready", "queue"}) EXPECT_EQ(points(name).size(), 28U);

  batches.clear();
  MetricEncoder fresh{Identity{"s", {}, kEpochMs}, kScrapeMs, 15'000};
  fresh.encode(store, kEpochMs, kEpochMs + 60'000, kEpochMs, false, {1'000, 2'000}, batches);
  EXPECT_GT(batches.size(), 3U);
  for (const Batch& batch : batches) EXPECT_LE(batch.body.size(), 2'600U) << "an item and the brackets more";
}

}  // namespace
}  // namespace incident::otlp
