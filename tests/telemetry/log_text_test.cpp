#include "telemetry/log_text.h"

#include <gtest/gtest.h>

#include "models.h"
#include "telemetry/part_lines.h"

namespace incident::telemetry {
namespace {

using sim::Outcome;
using sim::testing::Builder;

struct LogText : ::testing::Test {
  LogText() {
    Builder b;
    const auto add = [&](const char* name, const char* tag,
                         sim::ServiceKind kind = sim::ServiceKind::kApplication) {
      const auto id = b.service(name, 1, kind);
      b.model.services[id.index()].tags = {tag};
      return id;
    };
    edge = add("edge", "nginx");
    go = add("cart", "go");
    java = add("order-history", "language:java");
    node = add("front", "Node.js");
    python = add("search", "python");
    database = add("orders-db", "postgres", sim::ServiceKind::kDatabase);
    cache = add("sessions", "redis", sim::ServiceKind::kCache);
    target = b.operation(b.service("payments", 1), "POST /charge", {});
    statement = b.operation(database, "SELECT orders", {});
    for (const auto from : {edge, go, java, node, python}) edges.push_back(b.edge(from, target));
    b.edge(b.users, b.operation(edge, "GET /", {}));
    pool = b.pool(java, database, 10);
    names = std::make_shared<const Names>(std::make_shared<const sim::Model>(b.model), 1);
  }
  std::string text(sim::ServiceId service, LogTemplate what, Level level, std::array<std::uint32_t, 4> args,
                   std::uint64_t trace = 0) {
    LogRecord record;
    record.service = service;
    record.what = what;
    record.level = level;
    record.args = args;
    record.trace = trace;
    std::string out;
    render_line(*names, {"pod-1", "2.14.1", service}, record, out);
    return out;
  }
  std::uint32_t edge_of(std::size_t i) const { return edges[i].value; }

  sim::ServiceId edge, go, java, node, python, database, cache;
  sim::OperationId target, statement;
  sim::PoolId pool;
  std::vector<sim::EdgeId> edges;
  std::shared_ptr<const Names> names;
};

constexpr auto kTimeout = static_cast<std::uint32_t>(Outcome::kTimeout);

TEST_F(LogText, ATimeoutInEachLanguage) {
  const auto say = [&](sim::ServiceId s, std::size_t e) {
    return text(s, LogTemplate::kCallFailed, Level::kError, {edge_of(e), kTimeout, 1'000'123, 1'000'123});
  };
  EXPECT_EQ(
      say(go, 1),
      "level=ERROR msg=\"call to payments failed\" callee=payments operation=\"POST /charge\" "
      "duration_ms=1000.1 "
      "timeout_ms=1000 err=\"context deadline exceeded (Client.Timeout exceeded while awaiting headers)\"");
  EXPECT_EQ(say(java, 2),
            "ERROR [main] c.s.order-history.PaymentsClient : call to payments failed (callee=payments, "
            "operation=POST "
            "/charge, duration_ms=1000.1, timeout_ms=1000): java.net.SocketTimeoutException: Read timed out");
  EXPECT_EQ(say(node, 3),
            "{\"level\":50,\"name\":\"front\",\"callee\":\"payments\",\"operation\":\"POST "
            "/charge\",\"duration_ms\":1000.1,"
            "\"timeout_ms\":1000,\"err\":\"ETIMEDOUT: timeout of 1000ms exceeded\",\"msg\":\"call to "
            "payments failed\"}");
  EXPECT_EQ(say(python, 4),
            "ERROR search.paymentsclient: call to payments failed callee=payments operation=POST /charge "
            "duration_ms=1000.1 "
            "timeout_ms=1000 error=\"ReadTimeout: Read timed out. (read timeout=1000)\"");
  EXPECT_NE(say(edge, 0).find("upstream timed out (110: Connection timed out)"), std::string::npos);
}

TEST_F(LogText, DatabasesSpeakTheirOwn) {
  EXPECT_NE(text(database, LogTemplate::kSlowStatement, Level::kWarn, {statement.value, 1'043'200}, 5)
                .find("LOG:  duration: 1043.200 ms  statement: SELECT orders"),
            std::string::npos);
  EXPECT_EQ(text(database, LogTemplate::kTooManyConnections, Level::kError, {200}),
            "FATAL:  sorry, too many clients already (200 connections)");
  EXPECT_NE(text(database, LogTemplate::kLockTimeout, Level::kError, {statement.value, 5'000'000, 7})
                .find("ERROR:  canceling statement due to lock timeout"),
            std::string::npos);
  EXPECT_NE(text(cache, LogTemplate::kCacheSave, Level::kInfo, {4000}).find("4000 keys"), std::string::npos);
}

TEST_F(LogText, PoolsBreakersAndPods) {
  EXPECT_EQ(text(java, LogTemplate::kPoolTimeout, Level::kError, {pool.value, 1'000'000, 10, 34}),
            "ERROR [main] c.s.order-history.HikariPool : pool0 - Connection is not available, request timed "
            "out after "
            "1000ms (active=10, waiting=34)");
  EXPECT_NE(text(go, LogTemplate::kBreakerOpened, Level::kWarn, {edge_of(1)}).find("from CLOSED to OPEN"),
            std::string::npos);
  EXPECT_EQ(text(go, LogTemplate::kStarting, Level::kInfo, {0, 0}),
            "level=INFO msg=\"starting cart version 2.14.1\"");
  EXPECT_NE(text(go, LogTemplate::kKilled, Level::kError, {3}).find("exit code 137"), std::string::npos);
  EXPECT_EQ(text(go, LogTemplate::kSuppressed, Level::kError, {12, 0}),
            "level=ERROR msg=\"suppressed 12 similar messages\"");
}

TEST_F(LogText, EveryTemplateInEveryStyleSaysSomething) {
  for (const auto service : {edge, go, java, node, python, database, cache}) {
    for (int t = 0; t < kLogTemplates; ++t) {
      const auto what = static_cast<LogTemplate>(t);
      if (what == LogTemplate::kCachePurged) continue;  // the model has no cache
      if (what == LogTemplate::kPart) continue;         // below
      for (std::uint32_t outcome = 0; outcome < sim::kOutcomes; ++outcome) {
        EXPECT_GT(text(service, what, Level::kWarn, {0, outcome, outcome, 1}, 9).size(), 4u) << t;
      }
    }
  }
}

TEST_F(LogText, EveryPartLineSaysSomething) {
  for (const PartLine& line : part_lines()) {
    for (const auto service : {edge, go, java, node, python, database, cache}) {
      const auto event = static_cast<std::uint32_t>(line.event);
      const std::string words = text(service, LogTemplate::kPart, line.level, {event, 0, 3'000'000, 0}, 0);
      EXPECT_GT(words.size(), 4u) << event;
      EXPECT_EQ(words.find('{') == std::string::npos || words.front() == '{', true) << words;
    }
  }
}

TEST_F(LogText, TraceIdsTellNothing) {
  EXPECT_EQ(names->trace_id(7).size(), 32u);
  EXPECT_NE(names->trace_id(7), names->trace_id(8));
  const Names other(std::make_shared<const sim::Model>(names->model()), 2);
  EXPECT_NE(names->trace_id(7), other.trace_id(7));
  EXPECT_EQ(parse_trace_id(names->trace_id(7)), names->trace_key(7));
}

}  // namespace
}  // namespace incident::telemetry
