#include "telemetry/trace_store.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "models.h"
#include "telemetry/limits.h"
#include "telemetry/trace_builder.h"

namespace incident::telemetry {
namespace {

using sim::Outcome;

struct Traces : ::testing::Test {
  Traces() {
    sim::testing::Builder b;
    const auto cart = b.service("cart", 1), stock = b.service("stock", 1);
    view = b.operation(cart, "GET /cart", {});
    level = b.operation(stock, "GET /stock", {});
    user_call = b.edge(b.users, view);
    stock_call = b.edge(cart, level);
    names = std::make_shared<const Names>(std::make_shared<const sim::Model>(b.model), 42);
    store = std::make_unique<TraceStore>(names);
    store->add_pod(std::make_shared<const PodName>(PodName{"cart-1", "1.0", cart}));
    store->add_pod(std::make_shared<const PodName>(PodName{"stock-1", "1.1", stock}));
  }
  // customer -> cart -> stock, the last failing when asked to; spans in the order in which they end.
  std::vector<SpanRecord> trace(std::int64_t at_ms, std::int64_t took_ms, Outcome outcome = Outcome::kOk) {
    const SimTime t = SimTime{} + milliseconds(at_ms);
    std::vector<SpanRecord> spans(4);
    for (std::uint32_t i = 0; i < 4; ++i) {
      SpanRecord& s = spans[3 - i];
      s.span = 100 + i;
      s.parent = i == 0 ? 0 : 99 + i;
      s.start = t + milliseconds(i);
      s.end = t + milliseconds(took_ms - i);
      s.kind = i % 2 == 0 ? SpanKind::kClient : SpanKind::kServer;
      s.pod = i == 0 ? kNoPod : i < 3 ? 0 : 1;
      s.peer = i == 0 ? 0 : i == 2 ? 1 : kNoPod;
      s.subject = i == 0 ? user_call.value : i == 1 ? view.value : i == 2 ? stock_call.value : level.value;
      s.attempt = 1;
      s.outcome = i == 3 || outcome == Outcome::kOk ? outcome : Outcome::kDependency;
      s.cause = i == 3 ? 4 : 0;
    }
    return spans;
  }
  sim::OperationId view, level;
  sim::EdgeId user_call, stock_call;
  std::shared_ptr<const Names> names;
  std::unique_ptr<TraceStore> store;
};

TEST_F(Traces, ATraceComesBackAsATree) {
  auto spans = trace(1000, 50, Outcome::kError);
  store->add(7, spans, Outcome::kDependency, false, 0);
  const auto found = store->find(names->trace_id(7));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->summary.root_service, "cart");
  EXPECT_EQ(found->summary.root_operation, "GET /cart");
  EXPECT_EQ(found->summary.status, "dependency_failed");
  EXPECT_EQ(found->summary.errors, 4u);
  EXPECT_EQ(found->summary.duration, milliseconds(50));
  EXPECT_EQ(found->summary.services, (std::vector<std::string>{"users", "cart", "stock"}));
  ASSERT_EQ(found->spans.size(), 4u);
  EXPECT_EQ(found->spans[0].parent, "");
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(found->spans[i].parent, found->spans[i - 1].id);
  EXPECT_EQ(found->spans[3].service, "stock");
  EXPECT_EQ(found->spans[3].pod, "stock-1");
  EXPECT_EQ(found->spans[3].version, "1.1");
  EXPECT_EQ(found->spans[3].status, "error");
  EXPECT_EQ(found->spans[3].duration, milliseconds(44));
  EXPECT_EQ(found->spans[2].peer, "stock");
  EXPECT_EQ(store->causes(names->trace_id(7)), 4u);
  EXPECT_FALSE(store->find(names->trace_id(8)));
  EXPECT_FALSE(store->find("zzz"));
}

TEST_F(Traces, TailSamplingKeepsErrorsUpToItsLimits) {
  TraceBuilder builder;
  const auto end = [&](std::uint64_t number, std::int64_t at_ms, Outcome outcome) {
    for (const SpanRecord& span : trace(at_ms, 20, outcome)) builder.add(number, span);
    builder.answered(number, outcome, false);
    builder.end(number, SimTime{} + milliseconds(at_ms), *names, 50, *store);
  };
  std::uint64_t number = 0;
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < 600; ++i)
      end(++number, minute * 60'000 + i * 100, i % 2 == 0 ? Outcome::kError : Outcome::kOk);
  }
  const TraceCounts& counts = store->counts();
  EXPECT_EQ(counts.ended, 3000u);
  EXPECT_EQ(counts.errors, 1500u);
  EXPECT_EQ(counts.errors_kept, 5 * limits::kErrorTracesPerMinute);
  const std::uint64_t healthy = counts.kept - counts.errors_kept;
  EXPECT_GT(healthy, 40u);  // 50 in a thousand of 1500
  EXPECT_LT(healthy, 120u);
  EXPECT_EQ(builder.in_flight(), 0u);
}

TEST_F(Traces, ALineThatNamesATraceKeepsIt) {
  TraceBuilder builder;
  for (std::uint64_t n = 1; n <= 100; ++n) {
    for (const SpanRecord& span : trace(0, 20)) builder.add(n, span);
    if (n == 77) builder.logged(n);
    builder.end(n, SimTime{}, *names, 0, *store);
  }
  EXPECT_EQ(store->size(), 1u);
  EXPECT_TRUE(store->find(names->trace_id(77)));
}

TEST_F(Traces, ManyInFlightInAnyOrder) {
  TraceBuilder builder;
  Random random(3);
  std::vector<std::uint64_t> open;
  std::uint64_t next = 1;
  for (int round = 0; round < 20'000; ++round) {
    if (open.size() < 10 || random.below(2) == 0) {
      open.push_back(next);
      for (const SpanRecord& span : trace(round, 20)) builder.add(next, span);
      ++next;
    } else {
      const std::size_t i = random.below(open.size());
      builder.end(open[i], SimTime{} + milliseconds(round), *names, 1000, *store);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
    }
    ASSERT_EQ(builder.in_flight(), open.size());
  }
  for (const std::uint64_t n : open) builder.end(n, SimTime{} + minutes(10), *names, 1000, *store);
  EXPECT_EQ(builder.in_flight(), 0u);
  store->scan([](const TracePlace& place) {
    EXPECT_EQ(place.entry->spans, 4u);
    return true;
  });
  builder.end(12345, SimTime{}, *names, 1000, *store);  // unknown: nothing happens
}

TEST_F(Traces, ATraceThatGrowsWithoutEndIsCut) {
  TraceBuilder builder;
  for (std::size_t i = 0; i < limits::kSpansPerTraceMax + 50; ++i) {
    SpanRecord span = trace(static_cast<std::int64_t>(i), 20, Outcome::kError)[0];
    span.span = static_cast<std::uint32_t>(i + 1);
    builder.add(1, span);
  }
  builder.end(1, SimTime{}, *names, 0, *store);
  const auto found = store->find(names->trace_id(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->spans.size(), limits::kSpansPerTraceMax);
  EXPECT_EQ(found->dropped, 50u);
}

}  // namespace
}  // namespace incident::telemetry
