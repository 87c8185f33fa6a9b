#include "telemetry/metric_store.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace incident::telemetry {
namespace {

using promql::Labels;
using promql::Matcher;

std::uint32_t add(MetricStore& store, std::initializer_list<promql::Label> labels, std::uint32_t cell,
                  std::uint16_t cells = 1, std::uint32_t multiplier = 1, std::uint32_t divisor = 1) {
  Series series;
  series.labels = std::make_shared<const Labels>(Labels(labels));
  series.cell = cell;
  series.cells = cells;
  series.multiplier = multiplier;
  series.divisor = divisor;
  series.group = store.add_group();
  return store.add_series(std::move(series));
}

std::vector<promql::Sample> samples(const MetricStore& store, const std::string& name, std::int64_t from = 0,
                                    std::int64_t to = 1'000'000'000) {
  const MetricView view(store, 0);
  const std::vector<Matcher> matchers{Matcher::equal("__name__", name)};
  const auto found = view.select(matchers, from, to);
  return found.empty() ? std::vector<promql::Sample>{} : found[0].samples;
}

TEST(MetricStore, CountersAcrossManyBlocks) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(2);
  add(store, {{"__name__", "a_total"}}, cell, 1, 10);
  add(store, {{"__name__", "b_seconds"}}, cell + 1, 1, 10, 1'000'000);
  Random random(1);
  std::vector<std::int64_t> a, b;
  for (int k = 0; k < 200; ++k) {
    store.cell(cell) += static_cast<std::int64_t>(random.below(50));
    store.cell(cell + 1) += static_cast<std::int64_t>(random.below(5'000'000));
    a.push_back(store.cell(cell));
    b.push_back(store.cell(cell + 1));
    store.scrape();
  }
  const auto got_a = samples(store, "a_total"), got_b = samples(store, "b_seconds");
  ASSERT_EQ(got_a.size(), 200u);
  ASSERT_EQ(got_b.size(), 200u);
  for (std::size_t k = 0; k < 200; ++k) {
    EXPECT_EQ(got_a[k].t_ms, static_cast<std::int64_t>(k + 1) * 5000);
    EXPECT_EQ(got_a[k].v, static_cast<double>(a[k] * 10));
    EXPECT_EQ(got_b[k].v, static_cast<double>(b[k] * 10) / 1e6);
  }
  // Any window gives the same samples as cutting the whole.
  for (int round = 0; round < 300; ++round) {
    const auto from = static_cast<std::int64_t>(random.below(1'100'000));
    const std::int64_t to = from + static_cast<std::int64_t>(random.below(400'000));
    std::size_t expected = 0;
    for (const auto& s : got_a) expected += s.t_ms >= from && s.t_ms <= to;
    const auto part = samples(store, "a_total", from, to);
    ASSERT_EQ(part.size(), expected);
    for (const auto& s : part) ASSERT_EQ(s.v, got_a[static_cast<std::size_t>(s.t_ms / 5000 - 1)].v);
  }
}

TEST(MetricStore, BucketsAreSumsOfWhatFellBetween) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(3);
  for (std::uint16_t b = 0; b < 3; ++b) {
    add(store, {{"__name__", "h_bucket"}, {"le", std::to_string(b)}}, cell,
        static_cast<std::uint16_t>(b + 1));
  }
  for (int k = 0; k < 60; ++k) {
    store.cell(cell) += 1;
    store.cell(cell + 1) += 2;
    store.cell(cell + 2) += 4;
    store.scrape();
  }
  const MetricView view(store, 1000);
  const std::vector<Matcher> matchers{Matcher::equal("__name__", "h_bucket")};
  const auto found = view.select(matchers, 0, 10'000'000);
  ASSERT_EQ(found.size(), 3u);
  for (const auto& series : found) {
    const double each = series.labels->get("le") == "0" ? 1 : series.labels->get("le") == "1" ? 3 : 7;
    ASSERT_EQ(series.samples.size(), 60u);
    EXPECT_EQ(series.samples[0].t_ms, 6000);
    for (std::size_t k = 0; k < 60; ++k) ASSERT_EQ(series.samples[k].v, each * static_cast<double>(k + 1));
  }
}

TEST(MetricStore, ASeriesThatEndsLeavesAStaleMarkerAndMayComeBack) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(1);
  const std::uint32_t series = add(store, {{"__name__", "up"}}, cell);
  store.cell(cell) = 1;
  store.scrape();  // 1
  store.scrape();  // 2
  store.end_series(series);
  store.scrape();  // 3: stale
  store.scrape();  // 4: nothing
  store.cell(cell) = 7;
  store.reopen_series(series);
  store.scrape();  // 5
  store.end_series(series);
  store.reopen_series(series);  // no scrape has missed it
  store.scrape();               // 6
  const auto got = samples(store, "up");
  ASSERT_EQ(got.size(), 5u);
  EXPECT_EQ(got[1].t_ms, 10'000);
  EXPECT_EQ(got[2].t_ms, 15'000);
  EXPECT_TRUE(promql::is_stale(got[2].v));
  EXPECT_EQ(got[3].t_ms, 25'000);
  EXPECT_EQ(got[3].v, 7);
  EXPECT_EQ(got[4].t_ms, 30'000);
  EXPECT_EQ(samples(store, "up", 16'000, 21'000).size(), 0u);
}

TEST(MetricStore, ASeriesNoScrapeSawLeavesNothing) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(1);
  const std::uint32_t series = add(store, {{"__name__", "brief"}}, cell);
  store.end_series(series);
  store.scrape();
  store.scrape();
  EXPECT_TRUE(samples(store, "brief").empty());
  const MetricView view(store, 0);
  EXPECT_TRUE(view.series({}, 0, 100'000).empty());
}

TEST(MetricStore, ARetiredSeriesIsStillHistory) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(1);
  const std::uint32_t old = add(store, {{"__name__", "up"}, {"pod", "a-rather-long-name-of-a-pod-1"}}, cell);
  add(store, {{"__name__", "up"}, {"pod", "2"}}, cell);
  store.scrape();
  store.scrape();
  store.retire_series(old);
  MetricStore fork = store;
  store = MetricStore(seconds(5));  // the fork stands alone
  const MetricView view(fork, 0);
  fork.scrape();
  EXPECT_EQ(view.label_values("pod", {}, 0, 20'000),
            (std::vector<std::string>{"2", "a-rather-long-name-of-a-pod-1"}));
  const std::vector<Matcher> matchers{Matcher::equal("pod", "a-rather-long-name-of-a-pod-1")};
  const auto found = view.select(matchers, 0, 20'000);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].labels->metric_name(), "up");
  ASSERT_EQ(found[0].samples.size(), 3u);
  EXPECT_TRUE(promql::is_stale(found[0].samples[2].v));
}

TEST(MetricStore, MatchersAndLabels) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(3);
  add(store, {{"__name__", "m"}, {"service", "cart"}, {"pod", "cart-1"}}, cell);
  add(store, {{"__name__", "m"}, {"service", "cart"}, {"pod", "cart-2"}}, cell + 1);
  add(store, {{"__name__", "n"}, {"service", "stock"}}, cell + 2);
  store.scrape();
  const MetricView view(store, 0);
  const auto count = [&](std::vector<Matcher> matchers) { return view.series(matchers, 0, 5000).size(); };
  EXPECT_EQ(count({}), 3u);
  EXPECT_EQ(count({Matcher::equal("__name__", "m")}), 2u);
  EXPECT_EQ(count({Matcher::equal("__name__", "m"), Matcher::equal("pod", "cart-2")}), 1u);
  EXPECT_EQ(count({Matcher::equal("pod", "")}), 1u);
  EXPECT_EQ(count({*Matcher::make(Matcher::kRegex, "service", "ca.*|stock")}), 3u);
  EXPECT_EQ(count({*Matcher::make(Matcher::kNotRegex, "pod", "cart-.*")}), 1u);
  EXPECT_EQ(count({Matcher::equal("__name__", "none")}), 0u);
  EXPECT_EQ(view.label_names({}, 0, 5000), (std::vector<std::string>{"__name__", "pod", "service"}));
  EXPECT_EQ(view.label_values("pod", {}, 0, 5000), (std::vector<std::string>{"cart-1", "cart-2"}));
  EXPECT_TRUE(view.series({}, promql::kMinTimeMs, 4999).empty());
  EXPECT_EQ(view.series({}, promql::kMinTimeMs, promql::kMaxTimeMs).size(), 3u);
}

TEST(MetricStore, ForksShareThePastAndDiverge) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(1);
  add(store, {{"__name__", "a"}}, cell);
  for (int k = 0; k < 50; ++k) {
    ++store.cell(cell);
    store.scrape();
  }
  MetricStore fork = store;
  for (int k = 0; k < 30; ++k) {
    store.cell(cell) += 1;
    fork.cell(cell) += 100;
    store.scrape();
    fork.scrape();
  }
  const auto ours = samples(store, "a"), theirs = samples(fork, "a");
  ASSERT_EQ(ours.size(), 80u);
  ASSERT_EQ(theirs.size(), 80u);
  for (std::size_t k = 0; k < 50; ++k) EXPECT_EQ(ours[k].v, theirs[k].v);
  EXPECT_EQ(ours[79].v, 80);
  EXPECT_EQ(theirs[79].v, 50 + 3000);
}

TEST(MetricStore, CausesBelongToTheScrapesThatShowThem) {
  MetricStore store(seconds(5));
  const std::uint32_t cell = store.add_cells(1);
  const std::uint32_t series = add(store, {{"__name__", "a"}}, cell);
  for (int k = 1; k <= 100; ++k) {
    if (k >= 50 && k < 60) store.touch(store.series(series).group, 1);
    if (k >= 55 && k < 57) store.touch(store.series(series).group, 2);
    store.scrape();
  }
  const std::vector<Matcher> matchers{Matcher::equal("__name__", "a")};
  const auto causes = [&](std::int64_t from, std::int64_t to) {
    return store.causes(matchers, SimTime{} + seconds(from), SimTime{} + seconds(to));
  };
  EXPECT_EQ(causes(0, 240), 0u);
  EXPECT_EQ(causes(0, 250), 1u);
  EXPECT_EQ(causes(0, 1000), 3u);
  EXPECT_EQ(causes(275, 280), 3u);
  EXPECT_EQ(causes(320, 1000), 0u);
}

}  // namespace
}  // namespace incident::telemetry
