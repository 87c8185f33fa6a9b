// The Jaeger door over a small system's own traces: the shapes that Jaeger's screen and Grafana read.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/doors/doors.h"
#include "api/doors/time_text.h"
#include "models.h"

namespace incident::api {
namespace {

using nlohmann::json;
using namespace sim::testing;

constexpr std::int64_t kPageMs = 1'700'000'000'000;  // what the door calls the page
constexpr std::int64_t kFirstUs = (kPageMs - 60'000) * 1000, kLastUs = (kPageMs + 60'000) * 1000;

struct JaegerDoor : ::testing::Test {
  JaegerDoor() {
    Builder b;
    const auto cart = b.service("cart", 2);
    const auto db = b.service("postgres", 1, sim::ServiceKind::kDatabase);
    b.of(db).workers = 1;
    const auto select = b.operation(db, "select cart", {work(milliseconds(8))});
    const auto query = b.edge(cart, select);
    b.of(query).timeout_us = 80'000;
    const auto get = b.operation(cart, "GET /cart", {work(milliseconds(2)), call(query)});
    const auto click = b.edge(b.users, get);
    b.journey(80, {call(click)}, 1'000'000);
    const auto model = std::make_shared<const sim::Model>(b.model);
    sim::Simulation sim(model, std::make_shared<const sim::Plan>(), 1);
    auto telemetry = std::make_shared<telemetry::Telemetry>(
        model, std::make_shared<const telemetry::TelemetryConfig>(), 1);
    telemetry->run(sim, SimTime{} + seconds(120));
    view.telemetry = telemetry;
    view.page = SimTime{} + seconds(60);
    view.now = SimTime{} + seconds(120);
    view.wall_epoch_ms = kPageMs;
  }
  net::Response get(const std::string& path, net::NameValues query = {}) {
    net::Request request;
    request.query = std::move(query);
    return jaeger_door(view, path, request, {});
  }
  json answer(const std::string& path, net::NameValues query = {}) {
    const auto response = get(path, std::move(query));
    EXPECT_EQ(response.status, 200) << response.body_view();
    EXPECT_EQ(response.content_type, "application/json");
    json body = json::parse(response.body_view());
    EXPECT_EQ(body.size(), 5U);  // data, total, limit, offset, errors
    EXPECT_EQ(body["limit"], 0);
    EXPECT_EQ(body["offset"], 0);
    return body;
  }
  json data(const std::string& path, net::NameValues query = {}) {
    json body = answer(path, std::move(query));
    EXPECT_TRUE(body["errors"].is_null());
    return body["data"];
  }
  json error(int status, const std::string& path, net::NameValues query = {}) {
    const auto response = get(path, std::move(query));
    EXPECT_EQ(response.status, status) << response.body_view();
    const json body = json::parse(response.body_view());
    EXPECT_TRUE(body["data"].is_null());
    EXPECT_EQ(body["errors"][0]["code"], status);
    return body["errors"][0]["msg"];
  }
  ArenaView view;
};

json tag(const json& tags, const std::string& key) {
  for (const json& tag : tags) {
    if (tag["key"] == key) return tag;
  }
  return {};
}

TEST_F(JaegerDoor, ServicesAndOperations) {
  const json services = answer("api/services");
  EXPECT_EQ(services["data"], json({"cart", "postgres", "users"}));
  EXPECT_EQ(services["total"], 3);
  EXPECT_EQ(data("api/services/cart/operations"), json({"GET /cart", "select cart"}));
  EXPECT_EQ(data("api/services/nobody/operations"), json::array());
  EXPECT_EQ(data("api/operations", {{"service", "cart"}}),
            json({{{"name", "GET /cart"}, {"spanKind", "server"}},
                  {{"name", "select cart"}, {"spanKind", "client"}}}));
  EXPECT_EQ(data("api/operations", {{"service", "cart"}, {"spanKind", "server"}}).size(), 1U);
  EXPECT_EQ(error(400, "api/operations"), "parameter 'service' is required");
}

TEST_F(JaegerDoor, ATraceHasSpansAndProcesses) {
  const json traces = data("api/traces", {{"service", "postgres"}, {"limit", "5"}});
  ASSERT_EQ(traces.size(), 5U);
  for (const json& trace : traces) {
    EXPECT_EQ(trace["traceID"].get<std::string>().size(), 32U);
    EXPECT_TRUE(trace["warnings"].is_null());
    ASSERT_GE(trace["spans"].size(), 3U);
    std::set<std::string> ids;
    for (const json& span : trace["spans"]) {
      EXPECT_EQ(span["traceID"], trace["traceID"]);
      EXPECT_EQ(span["spanID"].get<std::string>().size(), 16U);
      EXPECT_GE(span["startTime"].get<std::int64_t>(), kFirstUs);
      EXPECT_LE(span["startTime"].get<std::int64_t>(), kLastUs);
      EXPECT_GE(span["duration"].get<std::int64_t>(), 0);
      EXPECT_TRUE(span["logs"].is_array());
      EXPECT_TRUE(trace["processes"].contains(span["processID"]));
      if (!ids.empty()) {
        ASSERT_EQ(span["references"].size(), 1U);
        EXPECT_EQ(span["references"][0]["refType"], "CHILD_OF");
        EXPECT_EQ(span["references"][0]["traceID"], trace["traceID"]);
        EXPECT_TRUE(ids.contains(span["references"][0]["spanID"])) << "parents come first";
      } else {
        EXPECT_TRUE(span["references"].empty());
      }
      ids.insert(span["spanID"]);
    }
    const json& served = trace["spans"][1];
    EXPECT_EQ(served["operationName"], "GET /cart");
    EXPECT_EQ(tag(served["tags"], "span.kind"),
              json({{"key", "span.kind"}, {"type", "string"}, {"value", "server"}}));
    const json status = tag(served["tags"], "http.response.status_code");
    EXPECT_EQ(status["type"], "int64");
    EXPECT_TRUE(status["value"].is_number_integer());
    const json process = trace["processes"][served["processID"].get<std::string>()];
    EXPECT_EQ(process["serviceName"], "cart");
    EXPECT_TRUE(tag(process["tags"], "k8s.pod.name")["value"].get<std::string>().starts_with("cart-"));
    EXPECT_EQ(tag(process["tags"], "service.version")["type"], "string");

    EXPECT_EQ(data("api/traces/" + trace["traceID"].get<std::string>()), json::array({trace}));
  }
}

TEST_F(JaegerDoor, SearchTakesWhatJaegersScreenSends) {
  const json failed = data("api/traces", {{"service", "cart"},
                                          {"operation", "select cart"},
                                          {"tags", R"({"error":"true","error.type":"timeout"})"},
                                          {"minDuration", "0.079s"},
                                          {"maxDuration", "1m"},
                                          {"start", std::to_string(kFirstUs)},
                                          {"end", std::to_string(kLastUs)},
                                          {"lookback", "1h"},
                                          {"limit", "20"}});
  ASSERT_GT(failed.size(), 3U);
  std::int64_t before = kLastUs;
  for (const json& trace : failed) {
    EXPECT_LE(trace["spans"][0]["startTime"], before) << "newest first";
    before = trace["spans"][0]["startTime"];
    bool timed_out = false;
    for (const json& span : trace["spans"]) {
      timed_out |= tag(span["tags"], "error")["value"] == true &&
                   tag(span["tags"], "error.type")["value"] == "timeout";
    }
    EXPECT_TRUE(timed_out);
  }
  EXPECT_EQ(data("api/traces", {{"service", "cart"}, {"tag", "error.type:timeout"}, {"limit", "3"}}).size(),
            3U);
  EXPECT_TRUE(data("api/traces", {{"service", "cart"}, {"tags", R"({"user":"7"})"}}).empty());
  EXPECT_TRUE(data("api/traces", {{"service", "nobody"}}).empty());
  EXPECT_TRUE(data("api/traces", {{"service", "cart"}, {"end", std::to_string(kFirstUs - 1)}}).empty());
  const json recent = data("api/traces", {{"service", "cart"}, {"lookback", "10s"}});
  ASSERT_FALSE(recent.empty());
  for (const json& trace : recent) EXPECT_GE(trace["spans"][0]["startTime"], kLastUs - 10'000'000);
}

TEST_F(JaegerDoor, LinesThatNameATraceStandInTheirSpan) {
  const json failed =
      data("api/traces", {{"service", "cart"}, {"tags", R"({"error.type":"timeout"})"}, {"limit", "50"}});
  std::size_t lines = 0;
  for (const json& trace : failed) {
    for (const json& span : trace["spans"]) {
      for (const json& log : span["logs"]) {
        ++lines;
        EXPECT_GE(log["timestamp"], span["startTime"]);
        EXPECT_LE(log["timestamp"].get<std::int64_t>(),
                  span["startTime"].get<std::int64_t>() + span["duration"].get<std::int64_t>());
        EXPECT_EQ(tag(log["fields"], "level")["type"], "string");
        EXPECT_FALSE(tag(log["fields"], "message")["value"].get<std::string>().empty());
      }
    }
  }
  EXPECT_GT(lines, 5U);
}

TEST_F(JaegerDoor, SeveralById) {
  const json some = data("api/traces", {{"service", "cart"}, {"limit", "2"}});
  const std::string missing = "000000000000000000000000000000ab";
  const json both = answer(
      "api/traces", {{"traceID", some[0]["traceID"]}, {"traceID", "ab"}, {"traceID", some[1]["traceID"]}});
  EXPECT_EQ(both["data"], some);
  EXPECT_EQ(both["errors"], json::array({{{"msg", "trace not found"}, {"traceID", missing}}}));
}

TEST_F(JaegerDoor, DependenciesAreCounted) {
  const json all =
      data("api/dependencies", {{"endTs", std::to_string(kPageMs + 60'000)}, {"lookback", "604800000"}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["parent"], "cart");
  EXPECT_EQ(all[0]["child"], "postgres");
  EXPECT_EQ(all[1]["parent"], "users");
  const auto harm = view.telemetry->harm_now();
  EXPECT_EQ(all[1]["callCount"], harm.ok + harm.slow + harm.failed);
  const json half = data("api/dependencies", {{"endTs", std::to_string(kPageMs)}, {"lookback", "60000"}});
  EXPECT_LT(half[1]["callCount"], all[1]["callCount"]);
  EXPECT_GT(half[1]["callCount"], 0);
  EXPECT_EQ(data("api/dependencies", {{"service", "postgres"}}).size(), 1U);
  EXPECT_TRUE(data("api/dependencies", {{"endTs", std::to_string(kPageMs - 3'600'000)}}).empty());
}

TEST_F(JaegerDoor, ErrorsHaveJaegersShape) {
  const auto missing = get("api/traces/0123456789abcdef0123456789abcdef");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(
      missing.body_view(),
      R"({"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":404,"msg":"trace not found"}]})");
  error(400, "api/traces/hello");
  error(400, "api/traces/" + std::string(33, 'a'));
  EXPECT_EQ(error(400, "api/traces"), "parameter 'service' is required");
  EXPECT_EQ(error(400, "api/traces", {{"service", "cart"}, {"minDuration", "2s"}, {"maxDuration", "1s"}}),
            "'maxDuration' should be greater than 'minDuration'");
  EXPECT_EQ(error(400, "api/traces", {{"service", "cart"}, {"minDuration", "soon"}}),
            "unable to parse param 'minDuration': time: invalid duration \"soon\"");
  EXPECT_EQ(error(400, "api/traces", {{"service", "cart"}, {"start", "yesterday"}}),
            "unable to parse param 'start': strconv.ParseInt: parsing \"yesterday\": invalid syntax");
  error(400, "api/traces", {{"service", "cart"}, {"limit", "many"}});
  error(400, "api/traces", {{"service", "cart"}, {"limit", "0"}});
  error(400, "api/traces", {{"service", "cart"}, {"limit", "99999"}});
  error(400, "api/traces", {{"service", "cart"}, {"tags", "{"}});
  error(400, "api/traces", {{"service", "cart"}, {"tags", R"({"error":true})"}});
  error(400, "api/traces", {{"service", "cart"}, {"tag", "error"}});
  error(400, "api/dependencies", {{"lookback", "1h"}});
  error(404, "api/nonsense");
  error(501, "api/metrics/calls", {{"service", "cart"}});
}

TEST_F(JaegerDoor, TimesAtTheEdgesOfNumbers) {
  EXPECT_TRUE(data("api/traces", {{"service", "cart"}, {"start", "9223372036854775807"}}).empty());
  EXPECT_TRUE(
      data("api/traces", {{"service", "cart"}, {"end", "-9223372036854775808"}, {"start", "0"}}).empty());
  EXPECT_TRUE(data("api/dependencies", {{"endTs", "-9223372036854775807"}, {"lookback", "0"}}).empty());
  EXPECT_EQ(data("api/dependencies", {{"endTs", "9223372036854775807"}, {"lookback", "9223372036854775807"}})
                .size(),
            2U);
  error(400, "api/dependencies", {{"endTs", "-9223372036854775807"}, {"lookback", "9223372036854775807"}});
  error(400, "api/traces", {{"service", "cart"}, {"start", "9223372036854775808"}});
}

TEST(GoDurations, AreRead) {
  const auto ns = [](std::string_view text) { return parse_go_duration_ns(text).value_or(-1); };
  EXPECT_EQ(ns("1.2s"), 1'200'000'000);
  EXPECT_EQ(ns("300ms"), 300'000'000);
  EXPECT_EQ(ns("1h15m30.918s"), 4'530'918'000'000);
  EXPECT_EQ(ns("5us"), 5'000);
  EXPECT_EQ(ns("5\u00b5s"), 5'000);
  EXPECT_EQ(ns("-5us"), -5'000);
  EXPECT_EQ(ns("0"), 0);
  for (const char* wrong : {"", "5", "s", "1 s", "1d", "1e3s", ".s", "1s1", "1000000000h", "--1s"})
    EXPECT_FALSE(parse_go_duration_ns(wrong)) << wrong;
}

}  // namespace
}  // namespace incident::api
