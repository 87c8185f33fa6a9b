#include "telemetry/log_store.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "models.h"

namespace incident::telemetry {
namespace {

struct Logs : ::testing::Test {
  Logs() {
    sim::testing::Builder b;
    const auto cart = b.service("cart", 2), orders = b.service("orders", 2);
    b.operation(cart, "GET /cart", {sim::testing::work(milliseconds(1))});
    b.edge(cart, b.operation(orders, "POST /order", {}));
    names = std::make_shared<const Names>(std::make_shared<const sim::Model>(b.model), 42);
    store = std::make_unique<LogStore>(names);
    store->add_pod(std::make_shared<const PodName>(PodName{"cart-1", "1.0", cart}));
    store->add_pod(std::make_shared<const PodName>(PodName{"orders-1", "1.0", orders}));
  }
  void add(std::int64_t second, Level level, std::uint32_t pod, LogTemplate what, std::uint64_t trace = 0,
           std::uint32_t number = 0) {
    LogRecord record;
    record.at = SimTime{} + seconds(second);
    record.level = level;
    record.pod = pod;
    record.service = sim::ServiceId(std::size_t{pod} + 1);
    record.what = what;
    record.trace = trace;
    record.cause = level == Level::kError ? 1 : 0;
    record.args = {0, number, 0, 0};
    store->add(record);
  }

  std::shared_ptr<const Names> names;
  std::unique_ptr<LogStore> store;
};

TEST_F(Logs, EveryLineComesBackAsItWas) {
  Random random(5);
  std::vector<LogRecord> written;
  std::int64_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    LogRecord r;
    r.at = SimTime{at += static_cast<std::int64_t>(random.below(1'000'000))};
    r.trace = random.below(3) == 0 ? 0 : 1 + random.below(1'000'000);
    r.cause = random.below(4) == 0 ? static_cast<std::uint32_t>(random.next()) : 0;
    r.what = static_cast<LogTemplate>(random.below(kLogTemplates));
    r.level = static_cast<Level>(random.below(kLevels));
    r.service = sim::ServiceId(random.below(2));
    r.pod = static_cast<std::uint32_t>(random.below(2));
    for (auto& arg : r.args) arg = random.below(2) == 0 ? 0 : static_cast<std::uint32_t>(random.next());
    written.push_back(r);
    store->add(r);
  }
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto r = store->record(i);
    ASSERT_TRUE(r) << i;
    const LogRecord& w = written[i];
    ASSERT_EQ(r->at, w.at);
    ASSERT_EQ(r->trace, w.trace);
    ASSERT_EQ(r->cause, w.cause);
    ASSERT_EQ(r->what, w.what);
    ASSERT_EQ(r->level, w.level);
    ASSERT_EQ(r->service, w.service);
    ASSERT_EQ(r->pod, w.pod);
    ASSERT_EQ(r->args, w.args);
  }
  EXPECT_FALSE(store->record(1000));
}

TEST_F(Logs, SearchFiltersAndCounts) {
  for (int s = 0; s < 600; ++s) {
    add(s, Level::kInfo, 0, LogTemplate::kReady, 0, static_cast<std::uint32_t>(s));
    if (s >= 300) add(s, Level::kError, 1, LogTemplate::kTaskFailed, static_cast<std::uint64_t>(s));
  }
  LogQuery query;
  query.limit = 10;
  auto page = *store->search(query);
  EXPECT_EQ(page.matched, 900u);
  EXPECT_EQ(page.lines.size(), 10u);
  EXPECT_TRUE(page.more);
  EXPECT_GT(page.lines[0].number, page.lines[9].number);
  std::uint64_t info = 0, error = 0;
  for (const auto& bucket : page.histogram) info += bucket.count[0], error += bucket.count[2];
  EXPECT_EQ(info, 600u);
  EXPECT_EQ(error, 300u);
  EXPECT_LE(page.histogram.size(), limits::kLogHistogramBuckets + 1);

  query.levels = {Level::kError};
  query.services = {"orders"};
  EXPECT_EQ(store->search(query)->matched, 300u);
  query.services = {"cart"};
  EXPECT_EQ(store->search(query)->matched, 0u);

  query = {};
  query.from = SimTime{} + seconds(100);
  query.to = SimTime{} + seconds(199);
  EXPECT_EQ(store->search(query)->matched, 100u);

  query = {};
  query.text = "STARTUP_MS=42";  // case does not matter
  page = *store->search(query);
  EXPECT_EQ(page.matched, 11u);  // 42, 420 ... 429
  query.text = "startup_ms=42$";
  query.regex = true;
  page = *store->search(query);
  ASSERT_EQ(page.matched, 1u);
  EXPECT_EQ(page.lines[0].at, SimTime{} + seconds(42));
  EXPECT_EQ(page.lines[0].pod, "cart-1");

  query = {};
  query.trace = names->trace_id(321);
  page = *store->search(query);
  ASSERT_EQ(page.matched, 1u);
  EXPECT_EQ(page.lines[0].trace, query.trace);
}

TEST_F(Logs, PagesFollowEachOther) {
  for (int s = 0; s < 1000; ++s) add(s, Level::kInfo, 0, LogTemplate::kReady);
  LogQuery query;
  query.limit = 300;
  std::vector<std::uint64_t> numbers;
  for (;;) {
    const LogPage page = *store->search(query);
    for (const auto& line : page.lines) numbers.push_back(line.number);
    if (!page.more) break;
    query.before = page.lines.back().number;
  }
  ASSERT_EQ(numbers.size(), 1000u);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(numbers[i], 999 - i);
  query = {};
  query.oldest_first = true;
  query.limit = 3;
  EXPECT_EQ(store->search(query)->lines[2].number, 2u);
}

TEST_F(Logs, BadPatternsAreRefused) {
  LogQuery query;
  query.text = "(";
  query.regex = true;
  EXPECT_FALSE(store->search(query));
  query.regex = false;
  EXPECT_TRUE(store->search(query));
  query.text = std::string(limits::kLogPatternLengthMax + 1, 'a');
  EXPECT_FALSE(store->search(query));
  query = {};
  query.trace = "not a trace";
  EXPECT_FALSE(store->search(query));
}

TEST_F(Logs, IdsGoThereAndBack) {
  EXPECT_EQ(parse_log_id(log_id(1234)), 1234u);
  for (const char* bad : {"", "l", "1", "l-1", "l1x", "x1", "l99999999999999999999999"})
    EXPECT_FALSE(parse_log_id(bad)) << bad;
  add(1, Level::kError, 0, LogTemplate::kReady);
  EXPECT_EQ(store->find(0)->level, Level::kError);
  EXPECT_FALSE(store->find(1));
}

TEST_F(Logs, TheOldestGoFirst) {
  for (std::size_t i = 0; i < limits::kLogLinesMax + 1000; ++i)
    add(1, Level::kInfo, 0, LogTemplate::kStopped);
  EXPECT_LE(store->end_number() - store->first_number(), limits::kLogLinesMax + limits::kLogChunkLines);
  EXPECT_FALSE(store->find(0));
  EXPECT_TRUE(store->find(store->first_number()));
}

TEST_F(Logs, ForksShareAndDiverge) {
  for (int i = 0; i < 700; ++i) add(i, Level::kInfo, 0, LogTemplate::kReady);
  LogStore fork = *store;
  add(701, Level::kError, 0, LogTemplate::kReady);
  EXPECT_EQ(store->end_number(), 701u);
  EXPECT_EQ(fork.end_number(), 700u);
  Hasher a, b;
  store->hash(a);
  fork.hash(b);
  EXPECT_NE(a.digest(), b.digest());
}

}  // namespace
}  // namespace incident::telemetry
