// The engine over a simulated system: against a plain reading of every trace, and against what the
// simulation itself counted.
#include "traces/engine.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "models.h"
#include "telemetry/telemetry.h"

namespace incident::traces {
namespace {

using namespace sim::testing;
using telemetry::Span;
using telemetry::Trace;

// Counts what the telemetry is told, beside it.
struct World {
  World() {
    Builder b;
    const auto edge = b.service("edge", 2), cart = b.service("cart", 2);
    const auto db = b.service("db", 1, sim::ServiceKind::kDatabase);
    const auto select = b.operation(db, "select cart", {work(milliseconds(4))});
    const auto pool = b.pool(cart, db, 3);
    const auto query = b.edge(cart, select, pool);
    const auto view = b.operation(cart, "GET /cart", {work(milliseconds(1)), call(query)});
    const auto ask = b.edge(edge, view);
    b.of(ask).timeout_us = 120'000;
    b.of(ask).attempts = 2;
    const auto page = b.operation(edge, "GET /page", {call(ask)});
    b.of(db).workers = 1;
    const auto click = b.edge(b.users, page);
    b.journey(180, {call(click)}, 200'000);
    model = std::make_shared<const sim::Model>(b.model);
    telemetry::TelemetryConfig config;
    config.keep_permille = 200;
    telemetry = std::make_unique<telemetry::Telemetry>(
        model, std::make_shared<const telemetry::TelemetryConfig>(config), 7);
    sim::Simulation sim(model, std::make_shared<const sim::Plan>(), 7);
    telemetry->run(sim, SimTime{} + seconds(400));
  }
  std::shared_ptr<const sim::Model> model;
  std::unique_ptr<telemetry::Telemetry> telemetry;
};

const World& world() {
  static const World w;
  return w;
}

std::optional<std::string> tag_text(const Span& span, const std::string& name) {
  if (name == "error") return span.error ? std::optional<std::string>("true") : std::nullopt;
  if (name == "span.kind") return span.kind == SpanKind::kClient ? "client" : "server";
  if (name == "k8s.pod.name") return span.pod.empty() ? std::nullopt : std::optional(span.pod);
  if (name == "service.version") return span.version.empty() ? std::nullopt : std::optional(span.version);
  for (const auto& [key, value] : span.attributes) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool plainly_meets(const Span& span, const Search& search) {
  if (!search.service.empty() && span.service != search.service) return false;
  if (!search.operation.empty() && span.operation != search.operation) return false;
  if (search.kind && span.kind != *search.kind) return false;
  if (search.min_span && span.duration < *search.min_span) return false;
  if (search.max_span && span.duration > *search.max_span) return false;
  return std::all_of(search.tags.begin(), search.tags.end(),
                     [&](const TagFilter& tag) { return tag_text(span, tag.name) == tag.value; });
}

// Every trace read in full; the words of the interface, not its way.
std::vector<std::string> plainly(const std::vector<Trace>& traces, const Search& search) {
  std::vector<std::string> ids;
  for (const Trace& trace : traces) {
    const auto& s = trace.summary;
    if (search.from && s.start < *search.from) continue;
    if (search.to && s.start > *search.to) continue;
    if (search.min_duration && s.duration < *search.min_duration) continue;
    if (search.max_duration && s.duration > *search.max_duration) continue;
    if (search.errors_only && s.errors == 0) continue;
    if (std::any_of(trace.spans.begin(), trace.spans.end(),
                    [&](const Span& span) { return plainly_meets(span, search); }) &&
        ids.size() < search.limit)
      ids.push_back(s.id);
  }
  return ids;
}

TEST(TraceEngine, FindsWhatAPlainReadingFinds) {
  const auto& store = world().telemetry->traces();
  std::vector<std::pair<telemetry::TracePlace, Trace>> placed;
  store.scan([&](const telemetry::TracePlace& place) {
    placed.emplace_back(place, store.trace(place));
    return true;
  });
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.summary.start, a.first.number) >
           std::pair(b.second.summary.start, b.first.number);
  });
  std::vector<Trace> all;
  for (auto& [place, trace] : placed) all.push_back(std::move(trace));
  ASSERT_GT(all.size(), 150u);

  // Searches made of what is there, a few conditions at a time.
  Random random(11);
  std::size_t found_some = 0;
  for (int round = 0; round < 400; ++round) {
    const Trace& from = all[random.below(all.size())];
    const Span& span = from.spans[random.below(from.spans.size())];
    Search search;
    search.limit = 1 + random.below(300);
    const auto sometimes = [&](std::uint64_t one_in) { return random.below(one_in) == 0; };
    if (sometimes(2)) search.service = span.service;
    if (sometimes(3)) search.operation = span.operation;
    if (sometimes(4)) search.kind = span.kind;
    if (sometimes(4)) search.min_span = span.duration;
    if (sometimes(6)) search.max_span = span.duration;
    if (sometimes(5)) search.min_duration = from.summary.duration;
    if (sometimes(6)) search.max_duration = from.summary.duration;
    if (sometimes(6)) search.errors_only = true;
    if (sometimes(5)) search.from = from.summary.start;
    if (sometimes(6)) search.to = from.summary.start;
    if (search.from && search.to && *search.to < *search.from) search.to.reset();
    for (const char* name : {"error", "span.kind", "k8s.pod.name", "service.version"}) {
      if (const auto text = tag_text(span, name); text && sometimes(5)) search.tags.push_back({name, *text});
    }
    for (const auto& [name, value] : span.attributes) {
      if (sometimes(4)) search.tags.push_back({name, value});
    }
    const auto found = summaries(store, search);
    ASSERT_TRUE(found) << found.error().message;
    std::vector<std::string> ids;
    for (const auto& trace : *found) ids.push_back(trace.id);
    EXPECT_EQ(ids, plainly(all, search)) << "round " << round;
    found_some += ids.empty() ? 0 : 1;
  }
  EXPECT_GT(found_some, 300u);
}

TEST(TraceEngine, PagesGoThroughEverythingOnce) {
  const auto& store = world().telemetry->traces();
  Search search;
  search.limit = 17;
  std::map<std::string, int> seen;
  SimTime before = kNever;
  for (;;) {
    const auto page = summaries(store, search).value();
    if (page.empty()) break;
    for (const auto& trace : page) {
      ++seen[trace.id];
      EXPECT_LE(trace.start, before);
      before = trace.start;
    }
    search.before = page.back().id;
  }
  EXPECT_EQ(seen.size(), store.size());
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
}

TEST(TraceEngine, ASearchThatIsToldToStopDoes) {
  const auto& store = world().telemetry->traces();
  const auto timeout = search(store, {}, [] { return promql::Stop::kTimeout; });
  ASSERT_FALSE(timeout);
  EXPECT_EQ(timeout.error().type, QueryErrorType::kTimeout);
  const auto gone = search(store, {}, [] { return promql::Stop::kCanceled; });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().type, QueryErrorType::kCanceled);
  int asked = 0;  // in the middle of one that finds nothing
  Search nothing;
  nothing.tags = {{"http.response.status_code", "418"}};
  const auto later =
      search(store, nothing, [&] { return ++asked > 1 ? promql::Stop::kCanceled : promql::Stop::kNo; });
  ASSERT_GT(store.size(), limits::kCheckIntervalTraces);
  EXPECT_FALSE(later);
}

// Over the whole run, a caller's growth is what its counters stand at, and their sum is what was called.
TEST(TraceEngine, DependenciesAreCountedNotSampled) {
  const auto& t = *world().telemetry;
  const auto found =
      dependencies(t.metrics(), t.traces().names(), SimTime{}, SimTime{} + seconds(400)).value();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].caller + ">" + found[0].callee, "cart>db");
  EXPECT_EQ(found[1].caller + ">" + found[1].callee, "edge>cart");
  EXPECT_EQ(found[2].caller + ">" + found[2].callee, "users>edge");
  EXPECT_EQ(found[2].calls, t.harm_now().ok + t.harm_now().slow + t.harm_now().failed);
  EXPECT_EQ(found[2].errors, t.harm_now().failed);
  EXPECT_GT(found[1].calls, found[2].calls) << "retries are calls";
  EXPECT_GT(found[1].errors, 0u);
  EXPECT_LT(t.traces().counts().kept, t.traces().counts().ended / 2) << "the traces are a sample";
}

TEST(TraceEngine, DependenciesOfPartsAddUp) {
  const auto& t = *world().telemetry;
  const auto over = [&](std::int64_t from, std::int64_t to) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> counts;
    for (const Dependency& d :
         dependencies(t.metrics(), t.traces().names(), SimTime{} + seconds(from), SimTime{} + seconds(to))
             .value())
      counts[d.caller + ">" + d.callee] = {d.calls, d.errors};
    return counts;
  };
  auto first = over(0, 35), second = over(35, 400);
  const auto whole = over(0, 400);
  for (const auto& [pair, counts] : whole) {
    EXPECT_EQ(first[pair].first + second[pair].first, counts.first) << pair;
    EXPECT_EQ(first[pair].second + second[pair].second, counts.second) << pair;
    EXPECT_GT(second[pair].first, 0u);
  }
  EXPECT_TRUE(over(400, 400).empty());
  EXPECT_TRUE(over(500, 600).empty());
  const auto gone =
      dependencies(t.metrics(), t.traces().names(), {}, kNever, [] { return promql::Stop::kCanceled; });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().type, QueryErrorType::kCanceled);
}

}  // namespace
}  // namespace incident::traces
