// Lines, traces and metrics of one store cut into requests: each once, whole, with the ids that the doors
// show.
#include "otlp/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "models.h"
#include "otlp/log_encoder.h"
#include "otlp/span_encoder.h"

namespace incident::otlp {
namespace {

using nlohmann::json;
using namespace sim::testing;

constexpr std::int64_t kEpochMs = 1'700'000'000'000;

// Two services, one of which fails now and then, run for a while.
struct Run : ::testing::Test {
  Run() {
    Builder b;
    const auto edge = b.service("edge", 2), cart = b.service("cart", 2);
    b.of(cart).queue_limit = 2;
    b.of(cart).workers = 1;
    const auto get = b.operation(cart, "GET /cart", {work(milliseconds(40))});
    const auto root = b.operation(edge, "GET /", {work(milliseconds(1)), call(b.edge(edge, get))});
    b.journey(40, {call(b.edge(b.users, root))});
    model = std::make_shared<const sim::Model>(b.model);
    config = std::make_shared<const telemetry::TelemetryConfig>();
    telemetry = std::make_unique<telemetry::Telemetry>(model, config, 3);
    simulation = std::make_unique<sim::Simulation>(model, std::make_shared<const sim::Plan>(), 3);
  }
  void run(std::int64_t to_s) { telemetry->run(*simulation, SimTime{} + seconds(to_s)); }
  // All that can be cut now.
  void cut(Stream& stream, bool last) {
    while (true) {
      auto batches = stream.cut(*telemetry, last);
      if (batches.empty()) return;
      for (auto& batch : batches) {
        (batch.signal == Signal::kLogs     ? logs
         : batch.signal == Signal::kTraces ? spans
                                           : points) += batch.items;
        requests.push_back(json::parse(batch.body));
      }
    }
  }

  std::shared_ptr<const sim::Model> model;
  std::shared_ptr<const telemetry::TelemetryConfig> config;
  std::unique_ptr<telemetry::Telemetry> telemetry;
  std::unique_ptr<sim::Simulation> simulation;
  std::vector<json> requests;
  std::uint64_t logs = 0, spans = 0, points = 0;
};

StreamOptions options() {
  StreamOptions out;
  out.identity = {"shop", {}, kEpochMs};
  out.batch = {100, 100'000};
  return out;
}

TEST_F(Run, EveryLineAndSpanComesOnceHoweverOftenItIsCut) {
  Stream stream(options());
  for (const std::int64_t to : {7, 20, 21, 60, 95}) {
    run(to);
    cut(stream, to == 95);
  }
  std::map<std::string, int> lines, span_ids;
  for (const json& request : requests) {
    if (request.contains("resourceLogs")) {
      for (const auto& resource : request["resourceLogs"])
        for (const auto& record : resource.at("scopeLogs").at(0).at("logRecords"))
          ++lines[record.at("attributes").at(0).at("value").at("stringValue").get<std::string>()];
    }
    if (request.contains("resourceSpans")) {
      for (const auto& resource : request["resourceSpans"])
        for (const auto& span : resource.at("scopeSpans").at(0).at("spans"))
          ++span_ids[span.at("traceId").get<std::string>() + span.at("spanId").get<std::string>()];
    }
  }
  const auto& store = telemetry->logs();
  EXPECT_EQ(lines.size(), store.end_number());
  EXPECT_EQ(logs, store.end_number());
  EXPECT_GT(logs, 10U);
  std::uint64_t kept = 0, traces = 0;
  telemetry->traces().scan_from(0, [&](std::uint64_t, const telemetry::Trace& trace) {
    kept += trace.spans.size();
    ++traces;
    return true;
  });
  EXPECT_EQ(traces, telemetry->traces().size());
  EXPECT_EQ(span_ids.size(), kept);
  EXPECT_EQ(spans, kept);
  EXPECT_GT(spans, 100U);
  for (const auto& [id, count] : lines) EXPECT_EQ(count, 1) << id;
  for (const auto& [id, count] : span_ids) EXPECT_EQ(count, 1) << id;
}

TEST_F(Run, ATraceKeepsItsParentsKindsAndTimes) {
  run(60);
  std::vector<Batch> batches;
  encode_traces(telemetry->traces(), options().identity, 0, 1'000, {100'000, 100'000'000}, batches);
  ASSERT_EQ(batches.size(), 1U);
  std::map<std::string, json> sent;
  const json request = json::parse(batches[0].body);
  for (const auto& resource : request.at("resourceSpans"))
    for (const auto& span : resource.at("scopeSpans").at(0).at("spans"))
      sent[span.at("traceId").get<std::string>() + span.at("spanId").get<std::string>()] = span;
  bool failed = false, client = false;
  telemetry->traces().scan_from(0, [&](std::uint64_t, const telemetry::Trace& trace) {
    for (const auto& span : trace.spans) {
      const json& s = sent.at(trace.summary.id + span.id);
      EXPECT_EQ(s.value("parentSpanId", ""), span.parent);
      EXPECT_EQ(s.at("name"), span.operation);
      EXPECT_EQ(s.at("kind"), span.kind == telemetry::SpanKind::kClient ? 3 : 2);
      EXPECT_EQ(s.at("startTimeUnixNano"), std::to_string(kEpochMs * 1'000'000 + span.start.us * 1'000));
      EXPECT_EQ(s.at("endTimeUnixNano"),
                std::to_string(kEpochMs * 1'000'000 + (span.start.us + span.duration.us) * 1'000));
      EXPECT_EQ(s.contains("status"), span.error);
      failed = failed || span.error;
      client = client || span.kind == telemetry::SpanKind::kClient;
    }
    return true;
  });
  EXPECT_TRUE(failed && client) << "the run had both";
}

TEST_F(Run, ALineHasItsSeverityItsTraceAndItsText) {
  run(60);
  std::vector<Batch> batches;
  encode_logs(telemetry->logs(), options().identity, 0, 100'000, {100'000, 100'000'000}, batches);
  ASSERT_EQ(batches.size(), 1U);
  std::size_t traced = 0;
  const json request = json::parse(batches[0].body);
  for (const auto& resource : request.at("resourceLogs")) {
    for (const auto& record : resource.at("scopeLogs").at(0).at("logRecords")) {
      const auto id = record.at("attributes").at(0).at("value").at("stringValue").get<std::string>();
      const auto line = telemetry->logs().find(*telemetry::parse_log_id(id));
      ASSERT_TRUE(line) << id;
      EXPECT_EQ(record.at("body").at("stringValue"), line->text);
      EXPECT_EQ(record.value("traceId", ""), line->trace);
      EXPECT_EQ(record.at("severityNumber"), 9 + 4 * static_cast<int>(line->level));
      traced += !line->trace.empty();
      EXPECT_EQ(resource.at("resource").at("attributes").at(0).at("value").at("stringValue"), line->service);
    }
  }
  EXPECT_GT(traced, 0U);
}

TEST_F(Run, OnlyWhatIsWantedFromWhenItIsWanted) {
  run(90);
  auto some = options();
  some.from = SimTime{} + seconds(60);
  some.signals = {false, true, false};
  Stream stream(some);
  cut(stream, true);
  EXPECT_EQ(points + spans, 0U);
  std::uint64_t expected = 0;
  telemetry->logs().scan_from(0, [&](std::uint64_t, const telemetry::LogRecord& record) {
    expected += record.at >= some.from;
    return true;
  });
  EXPECT_EQ(logs, expected);
}

TEST_F(Run, TheSameRunGivesTheSameBytes) {
  run(40);
  Stream once(options()), twice(options());
  const auto a = once.cut(*telemetry, true), b = twice.cut(*telemetry, true);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].body, b[i].body);
}

}  // namespace
}  // namespace incident::otlp
