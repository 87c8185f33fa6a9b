// LogQL over the game's own store of lines.
#include "logql/log_store_source.h"

#include <gtest/gtest.h>

#include "logql/engine.h"
#include "models.h"

namespace incident::logql {
namespace {

using telemetry::Level;
using telemetry::LogRecord;
using telemetry::LogTemplate;

constexpr std::int64_t kSecond = 1'000'000'000, kEpoch = 1'700'000'000 * kSecond;

struct StoreLines : ::testing::Test {
  StoreLines() {
    sim::testing::Builder b;
    const auto cart = b.service("cart", 2), orders = b.service("orders", 2);
    b.operation(cart, "GET /cart", {sim::testing::work(milliseconds(1))});
    b.edge(cart, b.operation(orders, "POST /order", {}));
    store = std::make_unique<telemetry::LogStore>(
        std::make_shared<const telemetry::Names>(std::make_shared<const sim::Model>(b.model), 42));
    store->add_pod(std::make_shared<const telemetry::PodName>(telemetry::PodName{"cart-1", "1.0", cart}));
    store->add_pod(std::make_shared<const telemetry::PodName>(telemetry::PodName{"orders-1", "1.0", orders}));
    services = {cart, orders};
    for (int s = 0; s < 900; ++s) {  // some chunks and a head
      add(s, Level::kInfo, 0, LogTemplate::kReady, static_cast<std::uint32_t>(s));
      if (s % 3 == 0) add(s, Level::kError, 1, LogTemplate::kStopped, 0);
    }
  }
  void add(std::int64_t second, Level level, std::uint32_t pod, LogTemplate what, std::uint32_t number) {
    LogRecord record;
    record.at = SimTime{} + seconds(second);
    record.level = level;
    record.pod = pod;
    record.service = services[pod];
    record.what = what;
    record.args = {0, number, 0, 0};
    store->add(record);
  }
  QueryResult logs(std::string_view query, std::int64_t from, std::int64_t to, std::size_t limit,
                   bool backward) {
    const LogStoreSource source(*store, kEpoch);
    return range_query(source, query,
                       {kEpoch + from * kSecond, kEpoch + to * kSecond, kSecond, limit, backward})
        .value();
  }
  double value(std::string_view query, std::int64_t at) {
    const LogStoreSource source(*store, kEpoch);
    const auto result = instant_query(source, query, kEpoch + at * kSecond).value();
    return result.metric.series.size() == 1 ? result.metric.series[0].points[0].v : -1;
  }
  std::unique_ptr<telemetry::LogStore> store;
  std::vector<sim::ServiceId> services;
};

TEST_F(StoreLines, StreamsHaveServicePodAndLevel) {
  const LogStoreSource source(*store, kEpoch);
  const auto streams = source.streams({}, kEpoch, kEpoch + 900 * kSecond);
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams[0]->to_string(), R"({level="error", pod="orders-1", service="orders"})");
  EXPECT_EQ(streams[1]->to_string(), R"({level="info", pod="cart-1", service="cart"})");
  EXPECT_EQ(source.streams({}, kEpoch + 1 * kSecond, kEpoch + 3 * kSecond).size(), 1u);
  EXPECT_TRUE(source.streams({}, 0, kEpoch).empty());
}

TEST_F(StoreLines, LinesComeByTimeFromEitherEnd) {
  auto result = logs(R"({service="cart"})", 10, 700, 3, true);
  ASSERT_EQ(result.streams.size(), 1u);
  ASSERT_EQ(result.streams[0].entries.size(), 3u);
  EXPECT_EQ(result.streams[0].entries[0].t_ns, kEpoch + 699 * kSecond);
  EXPECT_NE(result.streams[0].entries[0].line.find("startup_ms=699"), std::string::npos)
      << result.streams[0].entries[0].line;
  result = logs(R"({service=~".+"})", 10, 700, 4, false);
  ASSERT_EQ(result.streams.size(), 2u);
  EXPECT_EQ(result.streams[1].entries[0].t_ns, kEpoch + 10 * kSecond);
  EXPECT_EQ(result.stats.lines, 4u);  // no line is read that is not needed
}

TEST_F(StoreLines, ParsersReadTheServicesOwnWords) {
  EXPECT_EQ(value(R"(max by () (max_over_time({service="cart"} | logfmt | unwrap startup_ms [5m])))", 800),
            800);
  EXPECT_EQ(value(R"(sum(count_over_time({service="cart"} | logfmt | startup_ms >= 790 [5m])))", 800), 11);
  const auto result =
      logs(R"({service="cart"} | logfmt | startup_ms=42 | line_format "{{.startup_ms}}")", 0, 900, 9, true);
  ASSERT_EQ(result.streams.size(), 1u);
  EXPECT_EQ(result.streams[0].entries[0].line, "42");
}

TEST_F(StoreLines, CountsNeedNoText) {
  EXPECT_EQ(value(R"(sum(count_over_time({level="error"}[10m])))", 600), 200);
  const LogStoreSource source(*store, kEpoch);
  const auto result =
      instant_query(source, R"(count_over_time({level="error"}[10m]))", kEpoch + 600 * kSecond).value();
  EXPECT_EQ(result.stats.bytes, 0u);
  EXPECT_EQ(value(R"(sum by (level) (rate({service=~"cart|orders", level!="info"}[1m])))", 600), 20.0 / 60);
}

}  // namespace
}  // namespace incident::logql
