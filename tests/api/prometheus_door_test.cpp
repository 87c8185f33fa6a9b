// The Prometheus door over a small system: each endpoint's answer and errors against the fields that
// Prometheus documents for it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "api/doors/doors.h"
#include "models.h"
#include "telemetry/metric_info.h"

namespace incident::api {
namespace {

using nlohmann::json;
using namespace sim::testing;

constexpr std::int64_t kPageMs = 1'700'000'000'000;  // what the door calls the page
constexpr double kNow = 1'700'000'060;               // a minute later

struct PrometheusDoor : ::testing::Test {
  PrometheusDoor() {
    Builder b;
    const auto cart = b.service("cart", 2);
    const auto get = b.operation(cart, "GET /cart", {work(milliseconds(2))});
    const auto click = b.edge(b.users, get);
    b.journey(20, {call(click)}, 1'000'000);
    const auto model = std::make_shared<const sim::Model>(b.model);
    auto config = std::make_shared<telemetry::TelemetryConfig>();
    config->keep_permille = 1000;
    config->rules.push_back(
        {"PodsAnswer", "cart", "warning", "up==1", "a pod answers", "run/it", seconds(0), false});
    config->rules.push_back(
        {"Waiting", "cart", "critical", "vector(3)", "soon {{ or later", "", minutes(60), true});
    config->rules.push_back({"Never", "cart", "critical", "up > 5", "never", "", seconds(0), false});
    config->recordings.push_back({"cart:up:sum", "sum(up)"});
    EXPECT_TRUE(telemetry::validate(*config));
    sim::Simulation sim(model, std::make_shared<const sim::Plan>(), 1);
    auto telemetry = std::make_shared<telemetry::Telemetry>(model, config, 1);
    telemetry->run(sim, SimTime{} + seconds(120));
    auto info = std::make_shared<scenario::SystemInfo>();
    info->id = "small";
    auto incident = std::make_shared<scenario::Incident>();
    incident->info = info;
    view.incident = incident;
    view.telemetry = telemetry;
    view.page = SimTime{} + seconds(60);
    view.now = SimTime{} + seconds(120);
    view.wall_epoch_ms = kPageMs;
    view.time_scale = 4;
    view.running = true;
  }
  net::Response get(const std::string& path, net::NameValues query = {}) {
    net::Request request;
    request.query = std::move(query);
    return prometheus_door(view, path, request, {});
  }
  json data(const std::string& path, net::NameValues query = {}) {
    const auto response = get("api/v1/" + path, std::move(query));
    EXPECT_EQ(response.status, 200) << response.body_view();
    EXPECT_EQ(response.content_type.substr(0, 16), "application/json");
    const json body = json::parse(response.body_view());
    EXPECT_EQ(body["status"], "success");
    warnings = body.value("warnings", json::array());
    return body["data"];
  }
  // The text of an error, whose status and type are as given.
  std::string error(int status, const std::string& type, const std::string& path, net::NameValues query) {
    const auto response = get("api/v1/" + path, std::move(query));
    EXPECT_EQ(response.status, status) << response.body_view();
    const json body = json::parse(response.body_view());
    EXPECT_EQ(body["status"], "error");
    EXPECT_EQ(body["errorType"], type);
    return body["error"];
  }
  static void has_fields(const json& object, std::vector<std::string> names) {
    std::vector<std::string> found;
    for (const auto& [name, value] : object.items()) found.push_back(name);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(found, names);
  }
  ArenaView view;
  json warnings;
};

TEST_F(PrometheusDoor, Query) {
  const json now = data("query", {{"query", "up"}});
  EXPECT_EQ(now["resultType"], "vector");
  ASSERT_EQ(now["result"].size(), 2U);
  has_fields(now["result"][0], {"metric", "value"});
  EXPECT_EQ(now["result"][0]["value"], json::array({1'700'000'060, "1"}));
  EXPECT_EQ(now["result"][0]["metric"]["service"], "cart");
  EXPECT_EQ(data("query", {{"query", "1+1"}})["resultType"], "scalar");
  EXPECT_EQ(data("query", {{"query", "up"}, {"limit", "1"}})["result"].size(), 1U);
  EXPECT_EQ(warnings, json::array({"results truncated due to limit"}));
  EXPECT_EQ(data("query", {{"query", "up"}, {"time", "1700000000"}})["result"][0]["value"][0], 1'700'000'000);
  EXPECT_TRUE(
      data("query", {{"query", "up"}, {"time", "1700000062"}, {"lookback_delta", "1s"}})["result"].empty());

  EXPECT_EQ(error(400, "bad_data", "query", {{"query", "up{"}}).substr(0, 40),
            "invalid parameter \"query\": 1:4: parse er");
  EXPECT_EQ(error(400, "bad_data", "query", {{"query", "up"}, {"time", "soon"}}),
            "invalid parameter \"time\": cannot parse \"soon\" to a valid timestamp");
  EXPECT_EQ(error(400, "bad_data", "query", {{"query", "up"}, {"timeout", "soon"}}),
            "invalid parameter \"timeout\": cannot parse \"soon\" to a valid duration");
  EXPECT_EQ(error(400, "bad_data", "query", {{"query", "up"}, {"limit", "-1"}}),
            "invalid parameter \"limit\": limit must be non-negative");
  error(422, "execution", "query", {{"query", "up * on() group_left() up"}});
}

TEST_F(PrometheusDoor, QueryRange) {
  const json range =
      data("query_range", {{"query", "up"}, {"start", "1700000000"}, {"end", "1700000060"}, {"step", "15"}});
  EXPECT_EQ(range["resultType"], "matrix");
  has_fields(range["result"][0], {"metric", "values"});
  EXPECT_EQ(range["result"][0]["values"].size(), 5U);
  const net::NameValues backward = {{"query", "up"}, {"start", "20"}, {"end", "10"}, {"step", "15"}};
  EXPECT_EQ(error(400, "bad_data", "query_range", backward),
            "invalid parameter \"end\": end timestamp must not be before start time");
  EXPECT_EQ(
      error(400, "bad_data", "query_range", {{"query", "up"}, {"start", "10"}, {"end", "20"}, {"step", "0"}}),
      "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a "
      "positive integer");
  EXPECT_EQ(error(400, "bad_data", "query_range", {{"query", "up"}, {"end", "20"}, {"step", "1"}}),
            "invalid parameter \"start\": cannot parse \"\" to a valid timestamp");
  EXPECT_EQ(
      error(400, "bad_data", "query_range",
            {{"query", "up"}, {"start", "1"}, {"end", "20000"}, {"step", "1"}}),
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
      "(?step=XX)");
}

TEST_F(PrometheusDoor, QueriesArePostedAsForms) {
  net::Request request;
  request.method = net::Method::kPost;
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = "query=count(up)&time=1700000060";
  const auto response = prometheus_door(view, "api/v1/query", request, {});
  EXPECT_EQ(json::parse(response.body_view())["data"]["result"][0]["value"][1], "2");
}

TEST_F(PrometheusDoor, FormatQuery) {
  EXPECT_EQ(data("format_query", {{"query", "sum( rate(up[5m]) )by(job)"}}), "sum by (job) (rate(up[5m]))");
  EXPECT_EQ(error(400, "bad_data", "format_query", {{"query", "sum("}}).substr(0, 28),
            "invalid parameter \"query\": 1");
}

TEST_F(PrometheusDoor, SeriesAndLabels) {
  EXPECT_EQ(data("series", {{"match[]", "up"}, {"match[]", "{__name__=\"up\"}"}}).size(), 2U);
  EXPECT_EQ(error(400, "bad_data", "series", {}), "no match[] parameter provided");
  EXPECT_EQ(error(400, "bad_data", "series", {{"match[]", "{a=\"\"}"}}),
            "invalid parameter \"match[]\": match[] must contain at least one non-empty matcher");
  EXPECT_EQ(error(400, "bad_data", "series", {{"match[]", "up"}, {"start", "x"}}),
            "invalid parameter \"start\": cannot parse \"x\" to a valid timestamp");
  EXPECT_EQ(data("label/service/values"), json::array({"cart", "users"}));
  EXPECT_EQ(data("label/version/values", {{"match[]", "ALERTS"}}).size(), 1U);
  EXPECT_EQ(error(400, "bad_data", "label/a-b/values", {}), "invalid label name: \"a-b\"");
  const json labels = data("labels");
  EXPECT_TRUE(std::count(labels.begin(), labels.end(), "__name__"));
  EXPECT_TRUE(std::count(labels.begin(), labels.end(), "le"));
  EXPECT_EQ(data("labels", {{"limit", "2"}}).size(), 2U);
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(PrometheusDoor, MetadataOfEveryMetricButRecordedOnes) {
  const json all = data("metadata");
  EXPECT_EQ(all["http_server_request_duration_seconds"][0]["type"], "histogram");
  has_fields(all["up"][0], {"help", "type", "unit"});
  for (const auto& name : data("label/__name__/values")) {
    const std::string text = name;
    if (text == "ALERTS" || text == "cart:up:sum") continue;
    const auto info = telemetry::metric_info(text);
    ASSERT_TRUE(info) << text;
    EXPECT_TRUE(all.contains(std::string(info->family))) << text;
    EXPECT_EQ(info->family.ends_with("_total"), info->kind == telemetry::MetricKind::kCounter) << text;
    EXPECT_FALSE(info->help.empty());
  }
  EXPECT_EQ(data("metadata", {{"metric", "up"}}).size(), 1U);
  EXPECT_EQ(data("metadata", {{"limit", "3"}}).size(), 3U);
}

TEST_F(PrometheusDoor, Rules) {
  const json groups = data("rules")["groups"];
  ASSERT_EQ(groups.size(), 2U);
  has_fields(groups[0], {"name", "file", "rules", "interval", "limit", "evaluationTime", "lastEvaluation"});
  EXPECT_EQ(groups[0]["interval"], 15);
  EXPECT_EQ(groups[0]["lastEvaluation"], "2023-11-14T22:14:20Z");
  const json& firing = groups[0]["rules"][0];
  has_fields(firing, {"state", "name", "query", "duration", "keepFiringFor", "labels", "annotations",
                      "alerts", "health", "evaluationTime", "lastEvaluation", "type"});
  EXPECT_EQ(firing["state"], "firing");
  EXPECT_EQ(firing["query"], "up == 1");
  EXPECT_EQ(firing["health"], "ok");
  EXPECT_EQ(firing["type"], "alerting");
  ASSERT_EQ(firing["alerts"].size(), 2U);
  has_fields(firing["alerts"][0], {"labels", "annotations", "state", "activeAt", "value"});
  EXPECT_EQ(firing["alerts"][0]["value"], "1e+00");
  EXPECT_EQ(firing["alerts"][0]["labels"]["alertname"], "PodsAnswer");
  EXPECT_EQ(firing["annotations"], (json{{"summary", "a pod answers"}, {"runbook", "run/it"}}));
  EXPECT_EQ(groups[0]["rules"][1]["state"], "pending");
  EXPECT_EQ(groups[0]["rules"][1]["duration"], 3600);
  EXPECT_EQ(groups[0]["rules"][2]["state"], "inactive");
  const json& recording = groups[1]["rules"][0];
  has_fields(recording, {"name", "query", "health", "evaluationTime", "lastEvaluation", "type"});
  EXPECT_EQ(recording["type"], "recording");

  EXPECT_EQ(data("rules", {{"type", "record"}})["groups"].size(), 1U);
  EXPECT_EQ(data("rules", {{"rule_name[]", "Never"}})["groups"][0]["rules"].size(), 1U);
  EXPECT_EQ(data("rules", {{"rule_group[]", "other"}})["groups"].size(), 0U);
  EXPECT_FALSE(data("rules", {{"exclude_alerts", "true"}})["groups"][0]["rules"][0].contains("alerts"));
  error(400, "bad_data", "rules", {{"type", "x"}});
  EXPECT_EQ(data("alerts")["alerts"].size(), 3U);
  EXPECT_EQ(data("alertmanagers")["activeAlertmanagers"], json::array());
}

TEST_F(PrometheusDoor, TargetsAreThePods) {
  const json targets = data("targets");
  has_fields(targets, {"activeTargets", "droppedTargets", "droppedTargetCounts"});
  ASSERT_EQ(targets["activeTargets"].size(), 2U);
  const json& target = targets["activeTargets"][0];
  has_fields(target, {"discoveredLabels", "labels", "scrapePool", "scrapeUrl", "globalUrl", "lastError",
                      "lastScrape", "lastScrapeDuration", "health", "scrapeInterval", "scrapeTimeout"});
  EXPECT_EQ(target["health"], "up");
  EXPECT_EQ(target["labels"]["service"], "cart");
  EXPECT_EQ(target["lastScrape"], "2023-11-14T22:14:20Z");
  EXPECT_TRUE(data("targets", {{"state", "dropped"}})["activeTargets"].empty());
}

TEST_F(PrometheusDoor, StatusSaysWhatTimeItIs) {
  has_fields(data("status/buildinfo"),
             {"version", "revision", "branch", "buildUser", "buildDate", "goVersion"});
  EXPECT_NE(
      data("status/buildinfo")["branch"].get<std::string>().find("runs at 4 simulated seconds a second"),
      std::string::npos);
  const json clock = data("status/runtimeinfo")["simulatedTime"];
  EXPECT_EQ(clock["now"], "2023-11-14T22:14:20Z");
  EXPECT_EQ(clock["timeScale"], 4);
  EXPECT_NE(data("status/config")["yaml"].get<std::string>().find("scrape_interval: 5s"), std::string::npos);
  EXPECT_EQ(data("status/flags")["query.lookback-delta"], "5m");
  EXPECT_GT(data("status/tsdb")["headStats"]["numSeries"], 10);
  EXPECT_EQ(get("-/healthy").body_view(), "Prometheus Server is Healthy.\n");
  EXPECT_EQ(get("-/ready").status, 200);
  EXPECT_EQ(get("api/v1/nothing").status, 404);
}

TEST_F(PrometheusDoor, ExemplarsAreTracesThatExist) {
  const net::NameValues query = {
      {"query",
       "histogram_quantile(0.9, sum by (le) (rate(http_server_request_duration_seconds_bucket[1m])))"},
      {"start", "1699999940"},
      {"end", "1700000060"}};
  const json series = data("query_exemplars", query);
  ASSERT_FALSE(series.empty());
  for (const json& one : series) {
    has_fields(one, {"seriesLabels", "exemplars"});
    const double le =
        one["seriesLabels"]["le"] == "+Inf" ? 1e9 : std::stod(one["seriesLabels"]["le"].get<std::string>());
    for (const json& exemplar : one["exemplars"]) {
      has_fields(exemplar, {"labels", "value", "timestamp"});
      EXPECT_LE(std::stod(exemplar["value"].get<std::string>()), le);
      EXPECT_GE(exemplar["timestamp"], 1'699'999'940);
      EXPECT_LE(exemplar["timestamp"], kNow);
      EXPECT_TRUE(view.telemetry->traces().find(exemplar["labels"]["trace_id"].get<std::string>()));
    }
  }
  EXPECT_EQ(data("query_exemplars", {{"query", "up"}, {"start", "1"}, {"end", "2"}}), json::array());
  error(400, "bad_data", "query_exemplars", {{"query", "up"}, {"start", "2"}, {"end", "1"}});
}

TEST_F(PrometheusDoor, FederationIsTextOfTheNewestSamples) {
  const auto response =
      get("federate", {{"match[]", "up"}, {"match[]", "{__name__=~\"http_server_request.*\"}"}});
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  const std::string text(response.body_view());
  EXPECT_NE(text.find("# TYPE http_server_request_duration_seconds histogram\n"), std::string::npos);
  EXPECT_NE(text.find("# HELP up 1 if the pod answered the scrape, else 0.\n# TYPE up "
                      "gauge\nup{instance=\"\",pod=\"cart-"),
            std::string::npos);
  const std::regex line(R"(^[a-z_]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [0-9.e+-]+ 1700000060000$)");
  std::size_t rows = 0, types = 0;
  std::istringstream in(text);
  for (std::string row; std::getline(in, row);) {
    types += row.starts_with("# TYPE") ? 1 : 0;
    if (row.starts_with("#")) continue;
    ++rows;
    EXPECT_TRUE(std::regex_match(row, line)) << row;
  }
  EXPECT_GT(rows, 20U);
  EXPECT_EQ(types, 2U) << "a family is one piece";
  EXPECT_EQ(get("federate", {{"match[]", "up{"}}).status, 400);
  EXPECT_EQ(get("federate").body_view(), "");
  EXPECT_GT(get("metrics").body_view().size(), text.size());
}

}  // namespace
}  // namespace incident::api
