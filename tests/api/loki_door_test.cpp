// The Loki door over a small system's own lines: the shapes that Grafana and logcli read.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/doors/doors.h"
#include "models.h"

namespace incident::api {
namespace {

using nlohmann::json;
using namespace sim::testing;

constexpr std::int64_t kPageMs = 1'700'000'000'000;  // what the door calls the page

struct LokiDoor : ::testing::Test {
  LokiDoor() {
    Builder b;
    const auto cart = b.service("cart", 2);
    const auto get = b.operation(cart, "GET /cart", {work(milliseconds(2))});
    const auto click = b.edge(b.users, get);
    b.journey(20, {call(click)}, 1'000'000);
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
  net::Response get(const std::string& path, net::NameValues query) {
    net::Request request;
    request.query = std::move(query);
    return loki_door(view, "loki/api/v1/" + path, request, {});
  }
  json data(const std::string& path, net::NameValues query) {
    const auto response = get(path, std::move(query));
    EXPECT_EQ(response.status, 200) << response.body_view();
    const json body = json::parse(response.body_view());
    EXPECT_EQ(body["status"], "success");
    return body["data"];
  }
  ArenaView view;
};

TEST_F(LokiDoor, LinesAreStreams) {
  const json answer = data("query_range", {{"query", R"({service="cart"})"}, {"limit", "3"}});
  EXPECT_EQ(answer["resultType"], "streams");
  std::size_t lines = 0;
  for (const auto& stream : answer["result"]) {
    EXPECT_EQ(stream["stream"]["service"], "cart");
    EXPECT_TRUE(stream["stream"].contains("pod"));
    for (const auto& value : stream["values"]) {
      ++lines;
      const auto ns = std::stoll(value[0].get<std::string>());
      EXPECT_GT(ns / 1'000'000, kPageMs - 61'000);
      EXPECT_LE(ns / 1'000'000, kPageMs + 60'000);
      EXPECT_FALSE(value[1].get<std::string>().empty());
    }
  }
  EXPECT_EQ(lines, 3U);
  EXPECT_EQ(answer["stats"]["summary"]["totalEntriesReturned"], 3);
}

TEST_F(LokiDoor, CountsAreVectorsAndMatrices) {
  const json all = data("query", {{"query", R"(sum(count_over_time({service="cart"}[1h])))"}});
  EXPECT_EQ(all["resultType"], "vector");
  ASSERT_EQ(all["result"].size(), 1U);
  const json stats = json::parse(get("index/stats", {{"query", R"({service="cart"})"}}).body_view());
  EXPECT_EQ(all["result"][0]["value"][1], std::to_string(stats["entries"].get<std::int64_t>()));
  EXPECT_GT(stats["bytes"], 0);
  const json steps = data("query_range", {{"query", R"(sum by (level) (rate({service="cart"}[1m])))"},
                                          {"start", "1700000000"},
                                          {"end", "1700000060000000000"},
                                          {"step", "30"}});
  EXPECT_EQ(steps["resultType"], "matrix");
  ASSERT_FALSE(steps["result"].empty());
  EXPECT_EQ(steps["result"][0]["values"].size(), 3U);
}

TEST_F(LokiDoor, LabelsAndSeries) {
  EXPECT_EQ(data("labels", {}), json({"level", "pod", "service"}));
  EXPECT_EQ(data("label/service/values", {}), json({"cart"}));
  EXPECT_EQ(data("label/pod/values", {{"query", R"({service="cart"})"}}).size(), 2U);
  EXPECT_TRUE(data("label/service/values", {{"end", "1600000000"}}).empty());
  const json series = data("series", {{"match[]", R"({service="cart"})"}});
  ASSERT_GE(series.size(), 2U);
  EXPECT_EQ(series[0]["service"], "cart");
}

TEST_F(LokiDoor, WhatGrafanaAsksBeforeItTrustsUs) {
  const json sum = data("query", {{"query", "vector(1)+vector(1)"}, {"time", "4000000000"}});
  EXPECT_EQ(sum["resultType"], "vector");
  ASSERT_EQ(sum["result"].size(), 1U);
  EXPECT_EQ(sum["result"][0]["value"][1], "2");
  EXPECT_TRUE(json::parse(get("status/buildinfo", {}).body_view())["version"].is_string());
  EXPECT_EQ(loki_door(view, "ready", {}, {}).body_view(), "ready\n");
}

TEST_F(LokiDoor, VolumesAddUpToTheStatistics) {
  const json stats = json::parse(get("index/stats", {{"query", R"({service="cart"})"}}).body_view());
  const json whole = data("index/volume", {{"query", R"({service="cart"})"}});
  EXPECT_EQ(whole["resultType"], "vector");
  ASSERT_EQ(whole["result"].size(), 1U);
  EXPECT_EQ(whole["result"][0]["metric"], json({{"service", "cart"}}));
  EXPECT_EQ(whole["result"][0]["value"][1], std::to_string(stats["bytes"].get<std::int64_t>()));

  const json pods = data("index/volume", {{"query", R"({service="cart"})"}, {"targetLabels", "pod,level"}});
  std::int64_t sum = 0, before = stats["bytes"];
  for (const json& row : pods["result"]) {
    EXPECT_EQ(row["metric"].size(), 2U);
    const std::int64_t bytes = std::stoll(row["value"][1].get<std::string>());
    EXPECT_LE(bytes, before) << "the largest first";
    before = bytes;
    sum += bytes;
  }
  EXPECT_EQ(sum, stats["bytes"]);
  EXPECT_EQ(data("index/volume",
                 {{"query", R"({service="cart"})"}, {"targetLabels", "pod"}, {"limit", "1"}})["result"]
                .size(),
            1U);

  const json labels = data("index/volume", {{"aggregateBy", "labels"}, {"targetLabels", "service,pod"}});
  ASSERT_EQ(labels["result"].size(), 2U);
  for (const json& row : labels["result"]) EXPECT_EQ(row["metric"].begin().value(), "");

  const json steps = data(
      "index/volume_range",
      {{"query", R"({service="cart"})"}, {"start", "1699999940"}, {"end", "1700000060"}, {"step", "30s"}});
  EXPECT_EQ(steps["resultType"], "matrix");
  ASSERT_EQ(steps["result"].size(), 1U);
  EXPECT_EQ(steps["result"][0]["values"].size(), 4U);
  sum = 0;
  for (const json& value : steps["result"][0]["values"]) sum += std::stoll(value[1].get<std::string>());
  EXPECT_EQ(sum, stats["bytes"]);
  EXPECT_EQ(get("index/volume", {{"query", R"({service="cart"} |= "x")"}}).status, 400);
  EXPECT_EQ(get("index/volume", {{"targetLabels", "a b"}}).status, 400);
  EXPECT_EQ(get("index/volume", {{"start", "1700000060"}, {"end", "1700000000"}}).status, 400);
}

TEST_F(LokiDoor, LabelsAndFieldsAreDetected) {
  const json labels = json::parse(get("detected_labels", {}).body_view())["detectedLabels"];
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[1], json({{"label", "pod"}, {"cardinality", 2}}));
  const json fields = json::parse(get("detected_fields", {{"query", R"({service="cart"})"}}).body_view());
  EXPECT_EQ(fields["limit"], 1000);
  ASSERT_FALSE(fields["fields"].empty()) << "these services write logfmt or JSON";
  for (const json& field : fields["fields"]) {
    EXPECT_TRUE(field["label"].is_string());
    EXPECT_TRUE(field["type"].is_string());
    EXPECT_GE(field["cardinality"], 1);
    EXPECT_FALSE(field["parsers"].empty());
  }
  const std::string name = fields["fields"][0]["label"];
  const json values =
      json::parse(get("detected_field/" + name + "/values", {{"query", R"({service="cart"})"}}).body_view());
  EXPECT_EQ(values["values"].size(), fields["fields"][0]["cardinality"]);
  EXPECT_EQ(get("detected_fields", {{"query", "{"}}).status, 400);
}

TEST_F(LokiDoor, ErrorsArePlainText) {
  const auto wrong = get("query_range", {{"query", R"({service="cart"} | jsn)"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(wrong.body_view().starts_with("parse error at line 1, col 20: ")) << wrong.body_view();
  EXPECT_EQ(get("query", {{"query", R"({service="cart"})"}}).status, 400);
  EXPECT_EQ(get("query_range", {{"query", R"({service="cart"})"}, {"start", "yesterday"}}).status, 400);
  EXPECT_EQ(get("query_range", {{"query", R"({service="cart"})"}, {"limit", "0"}}).status, 400);
  EXPECT_EQ(get("query_range", {{"query", R"({service="cart"})"}, {"limit", "9999"}}).status, 400);
  EXPECT_EQ(get("series", {{"match[]", "{"}}).status, 400);
  EXPECT_EQ(get("push", {}).status, 404);
}

}  // namespace
}  // namespace incident::api
