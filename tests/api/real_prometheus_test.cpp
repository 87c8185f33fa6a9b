// Real clients at the Prometheus door of a running match: promtool, and a real Prometheus that federates it.
// Skipped where they are not installed; ./dev test installs them.
#include <fstream>

#include "child.h"
#include "house.h"
#include "scenario/warm_up.h"
#include "telemetry/rule_file.h"
#include "telemetry/rules.h"

namespace incident::api::testing {
namespace {

using ::testing::HasSubstr;

class RealPrometheus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!installed("promtool") || !installed("prometheus")) GTEST_SKIP() << "prometheus is not installed";
  }
  // A match that runs, and a token for it.
  void start_match(int time_scale) {
    house = std::make_unique<House>(folder.path / "data", shipped_incidents());
    player = std::make_unique<Player>(house->port());
    player->post("/api/v1/session", {{"handle", "ada"}});
    const std::string match = player
                                  ->post("/api/v1/matches", {{"incident", "shop_slows_down"},
                                                             {"mode", "practice"},
                                                             {"team", "blue"},
                                                             {"time_scale", time_scale}})
                                  .parsed()["match"];
    player->open_socket(match);
    player->say("hello");
    player->say("start_match");
    player->read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
    token = player->post("/api/v1/matches/" + match + "/tokens", {{"name", "test"}}).parsed()["token"];
    path = "/t/" + player->snapshot["teams"][0]["arena"].get<std::string>() + "/prometheus";
    host = "127.0.0.1:" + std::to_string(house->port());
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder.path / name) << text; }
  std::string file(const std::string& name) const { return (folder.path / name).string(); }

  Folder folder;
  std::unique_ptr<House> house;
  std::unique_ptr<Player> player;
  std::string token, path, host;
};

TEST_F(RealPrometheus, PromtoolAsksWithAToken) {
  start_match(4);
  const std::string url = "http://ada:" + token + "@" + host + path;
  const Said instant = shell("promtool query instant -o json '" + url + "' 'sum(up) by (service)'");
  ASSERT_EQ(instant.status, 0) << instant.text;
  const json services = json::parse(instant.text);
  EXPECT_GT(services.size(), 5U);
  EXPECT_NE(services[0]["value"][1], "0");

  // The last five minutes by this machine's clock are the last five minutes of the match.
  const Said range =
      shell("promtool query range -o json --start=$(($(date +%s) - 300)) --end=$(date +%s) --step=15s '" +
            url + "' 'sum(rate(user_requests_total[1m]))'");
  ASSERT_EQ(range.status, 0) << range.text;
  const json rates = json::parse(range.text);
  ASSERT_EQ(rates.size(), 1U);
  EXPECT_GE(rates[0]["values"].size(), 19U);
  for (const json& point : rates[0]["values"]) EXPECT_GT(std::stod(point[1].get<std::string>()), 1);

  const Said series = shell("promtool query series --match='up{service=\"checkout\"}' '" + url + "'");
  EXPECT_EQ(series.status, 0);
  EXPECT_THAT(series.text, HasSubstr("service=\"checkout\""));

  const Said labels = shell("promtool query labels '" + url + "' service");
  EXPECT_EQ(labels.status, 0) << labels.text;
  EXPECT_THAT(labels.text, HasSubstr("checkout\n"));
  // Newer ones read a bearer token from a file.
  if (shell("promtool query instant --help | grep -q http.config.file").status == 0) {
    write("http.yml", "authorization:\n  credentials: " + token + "\n");
    const Said bearer = shell("promtool query instant --http.config.file=" + file("http.yml") + " 'http://" +
                              host + path + "' up");
    EXPECT_EQ(bearer.status, 0) << bearer.text;
  }

  const Said wrong = shell("promtool query instant 'http://ada:no@" + host + path + "' up");
  EXPECT_NE(wrong.status, 0);
  EXPECT_THAT(wrong.text, HasSubstr("401"));
  const Said mistaken = shell("promtool query instant '" + url + "' 'sum(up'");
  EXPECT_NE(mistaken.status, 0);
  EXPECT_THAT(mistaken.text, HasSubstr("parse error"));
}

// Another server, asked over HTTP until it says what is wanted.
json ask_until(std::uint16_t port, const std::string& target,
               const std::function<bool(const json&)>& wanted) {
  json last;
  for (int tries = 0; tries < 600; ++tries) {
    try {
      Player client(port);
      const Answer answer = client.get(target);
      last = json::parse(answer.body, nullptr, false);
      if (answer.status == 200 && last.is_object() && wanted(last["data"])) return last["data"];
    } catch (const std::exception&) {  // not up yet
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ADD_FAILURE() << target << ": " << last.dump().substr(0, 2000);
  return json::object();
}

std::uint16_t free_port() {
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  return acceptor.local_endpoint().port();
}

TEST_F(RealPrometheus, FederatesARunningMatchAndEvaluatesItsRules) {
  start_match(1);
  player->fields["Authorization"] = "Bearer " + token;
  write("rules.yml", player->get(path + "/rules.yml").body);
  write("prometheus.yml",
        "global:\n  scrape_interval: 1s\n  evaluation_interval: 2s\nrule_files: [rules.yml]\n"
        "scrape_configs:\n  - job_name: match\n    honor_labels: true\n    metrics_path: " +
            path + "/federate\n    params:\n      'match[]': ['{__name__=~\".+\"}']\n    authorization:\n" +
            "      credentials: " + token + "\n    static_configs:\n      - targets: ['" + host + "']\n");
  const std::uint16_t port = free_port();
  const Child prometheus(
      {"prometheus", "--config.file=" + file("prometheus.yml"), "--storage.tsdb.path=" + file("tsdb"),
       "--web.listen-address=127.0.0.1:" + std::to_string(port), "--log.level=error"},
      folder.path / "prometheus.log");
  const auto has_result = [](const json& data) { return !data["result"].empty(); };

  // Its own pods, and the scrape itself, which wears no service.
  const json pods = ask_until(port, "/api/v1/query?query=count(up%7Bservice!=%22%22%7D)", has_result);
  const json ours = player->get(path + "/api/v1/query?query=count(up)").parsed()["data"];
  EXPECT_EQ(pods["result"][0]["value"][1], ours["result"][0]["value"][1]);
  const json scrape = ask_until(port, "/api/v1/query?query=up%7Bservice=%22%22%7D", has_result);
  EXPECT_EQ(scrape["result"][0]["value"][1], "1");

  // Samples come with their times: the newest is a few seconds old, and no more.
  const json age =
      ask_until(port, "/api/v1/query?query=max(time()-timestamp(up%7Bservice!=%22%22%7D))", has_result);
  EXPECT_LT(std::stod(age["result"][0]["value"][1].get<std::string>()), 60);
  // Counters grow there as they do here, once it has seen a few scrapes of the match.
  const auto number = [](const json& data) {
    return std::stod(data["result"][0]["value"][1].get<std::string>());
  };
  const char* rate = "/api/v1/query?query=sum(rate(user_requests_total%5B20s%5D))";
  const double here = number(player->get(path + rate).parsed()["data"]);
  const json there = ask_until(
      port, rate, [&](const json& data) { return !data["result"].empty() && number(data) > here / 2; });
  EXPECT_LT(number(there), here * 3);
  // What the metrics are comes along.
  const json about = ask_until(port, "/api/v1/targets/metadata?metric=user_request_duration_seconds",
                               [](const json& data) { return !data.empty(); });
  EXPECT_EQ(about[0]["type"], "histogram");
  // The rule file is taken, and evaluates without errors.
  const json rules = ask_until(port, "/api/v1/rules", [](const json& data) {
    return !data["groups"].empty() && data["groups"][0]["rules"][0]["health"] == "ok";
  });
  const json shown = player->get(path + "/api/v1/rules").parsed()["data"]["groups"][0]["rules"];
  ASSERT_EQ(rules["groups"][0]["rules"].size(), shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    EXPECT_EQ(rules["groups"][0]["rules"][i]["name"], shown[i]["name"]);
    EXPECT_EQ(rules["groups"][0]["rules"][i]["health"], "ok");
  }
  EXPECT_EQ(shell("cat " + file("prometheus.log") + " | grep -v 'Out of order'").text, "");
}

// --- rule files

std::string seconds_text(Duration d) {
  return std::to_string(d.us / 1'000'000) + "s";
}

// The series that the rules look at, from `from` on, in the notation of promtool's unit tests.
std::string input_series(const telemetry::Telemetry& telemetry, SimTime from, SimTime to) {
  const telemetry::MetricView view(telemetry.metrics(), 0);
  std::map<promql::Labels, std::vector<promql::Sample>> all;
  std::vector<const promql::Expr*> open;
  for (const auto& rule : telemetry.rules().alerts) open.push_back(rule.get());
  while (!open.empty()) {
    const promql::Expr* expr = open.back();
    open.pop_back();
    for (const auto& arg : expr->args) open.push_back(arg.get());
    if (expr->kind != promql::ExprKind::kVector) continue;
    for (auto& series : view.select(expr->matchers, from.milliseconds(), to.milliseconds()))
      all[*series.labels] = std::move(series.samples);
  }
  const std::int64_t step = telemetry.metrics().interval().milliseconds();
  std::string out;
  for (const auto& [labels, samples] : all) {
    out += "      - series: '" + labels.to_string() + "'\n        values: '";
    std::size_t next = 0;
    for (std::int64_t t = from.milliseconds(); t <= to.milliseconds(); t += step) {
      if (next < samples.size() && samples[next].t_ms == t) {
        const double v = samples[next++].v;
        out += promql::is_stale(v) ? "stale " : json(v).dump() + " ";
      } else {
        out += "_ ";
      }
    }
    out += "'\n";
  }
  return out;
}

// What our rules made of an incident's data at the page, promtool makes of the rule file and the same data.
TEST_F(RealPrometheus, PromtoolEvaluatesTheRuleFileToOurAlerts) {
  const scenario::Library library = shipped_incidents();
  const auto incident = library.incidents().front();
  const auto start = scenario::warm_up(*incident, 1);
  ASSERT_TRUE(start);
  const telemetry::Telemetry& telemetry = start->telemetry;
  const Duration grid = telemetry.config().rule_interval;
  const SimTime to = SimTime{} + grid * ((telemetry.metrics().last_scrape() - SimTime{}).us / grid.us);
  const SimTime from = to - minutes(15);
  write("rules.yml", telemetry::rule_file(telemetry.config(), incident->info->id));
  ASSERT_EQ(shell("promtool check rules --lint-fatal " + file("rules.yml")).status, 0)
      << shell("promtool check rules " + file("rules.yml")).text;

  std::string tests = "rule_files: [rules.yml]\nevaluation_interval: " + seconds_text(grid) +
                      "\ntests:\n  - interval: " + seconds_text(telemetry.metrics().interval()) +
                      "\n    input_series:\n" + input_series(telemetry, from, to) + "    alert_rule_test:\n";
  std::size_t firing = 0;
  for (std::uint32_t i = 0; i < telemetry.config().rules.size(); ++i) {
    const auto& rule = telemetry.config().rules[i];
    tests += "      - eval_time: " + seconds_text(to - from) + "\n        alertname: " + rule.name +
             "\n        exp_alerts:\n";
    std::string expected;
    for (const auto& alert : telemetry.alerts().fired()) {
      if (alert.rule != i || alert.state != telemetry::AlertState::kFiring) continue;
      ++firing;
      expected += "          - exp_labels:\n";
      for (const auto& label : *alert.labels) {
        if (label.name != "alertname")
          expected += "              " + label.name + ": " + json(label.value).dump() + "\n";
      }
      expected += "            exp_annotations:\n              summary: " + json(rule.summary).dump() + "\n";
      if (!rule.runbook.empty()) expected += "              runbook: " + json(rule.runbook).dump() + "\n";
    }
    if (expected.empty()) {
      tests.resize(tests.rfind("        exp_alerts"));
      tests += "        exp_alerts: []\n";
    }
    tests += expected;
  }
  EXPECT_GT(firing, 0U) << "the page is an alert that fires";
  write("test.yml", tests);
  const Said said = shell("cd " + folder.path.string() + " && promtool test rules test.yml");
  EXPECT_EQ(said.status, 0) << said.text.substr(0, 4000);
}

}  // namespace
}  // namespace incident::api::testing
