// The answer never leaves the server before the end: marked secrets are planted in an incident, one player
// does everything there is to do, and every byte that came back is searched.
#include <thread>

#include "house.h"

namespace incident::api::testing {
namespace {

// The incident with a mark in every text that must stay inside, and the marks.
struct Planted {
  std::shared_ptr<const scenario::Incident> incident;
  std::vector<std::string> marks;
  std::string first_hint;
};

Planted plant(const scenario::Incident& original) {
  Planted planted;
  auto incident = std::make_shared<scenario::Incident>(original);
  const auto mark = [&](std::string& text) {
    planted.marks.push_back("Xq" + std::to_string(planted.marks.size()) + "Zk");
    text += " " + planted.marks.back();
  };
  auto& d = incident->debrief;
  for (std::string* text : {&d.what_happened, &d.why_it_misled, &d.prevention, &d.modelled_on, &d.write_up})
    mark(*text);
  mark(incident->reference.name);
  mark(incident->reference.why);
  for (auto& solution : incident->tempting) {
    mark(solution.name);
    mark(solution.why);
  }
  for (auto& hint : incident->hints) mark(hint.text);
  planted.first_hint = planted.marks[planted.marks.size() - incident->hints.size()];
  auto plan = std::make_shared<sim::Plan>(*incident->plan);
  for (auto& change : plan->changes) {
    if (change.visible) continue;
    mark(change.title);
    mark(change.author);
    mark(change.detail);
  }
  incident->plan = plan;
  planted.incident = incident;
  return planted;
}

class Secrecy : public ::testing::TestWithParam<std::string> {};

TEST_P(Secrecy, NoByteBeforeTheEndHoldsTheAnswer) {
  const Folder folder;
  const scenario::Library shipped = shipped_incidents();
  const Planted planted = plant(*shipped.find(GetParam()));
  House house(folder.path, scenario::Library({planted.incident}));
  Player player(house.port());
  const std::string id = planted.incident->id;

  EXPECT_EQ(player.post("/api/v1/session", {{"handle", "ada"}}).status, 201);
  player.get("/api/v1/incidents");
  player.get("/api/v1/incidents/" + id + "/board");
  const json made = player
                        .post("/api/v1/matches",
                              {{"incident", id}, {"mode", "practice"}, {"team", "blue"}, {"time_scale", 10}})
                        .parsed();
  const std::string match = made["match"];
  const auto stored = house.store->find_match(match);
  ASSERT_TRUE(stored.has_value());
  player.open_socket(match);
  player.say("hello");
  ASSERT_EQ(player.say("start_match")["type"], "ack");
  player.read_until([](const json& f) { return f["type"] == "snapshot" && f["phase"] == "running"; });
  const std::string arena = player.snapshot["teams"][0]["arena"];

  // The socket: every kind of message, right and wrong.
  for (const auto& kind : player.snapshot["action_kinds"]) {
    const std::string wanted = kind["target_kind"];
    const auto& names = wanted == "pod"      ? player.snapshot["pods"]
                        : wanted == "flag"   ? player.snapshot["flags"]
                        : wanted == "config" ? player.snapshot["config"]
                                             : player.snapshot["services"];
    std::vector<std::string> targets;
    for (const auto& item : names) targets.push_back(item["name"]);
    if (wanted == "change") targets = {"1", "2", "3", "4", "5"};
    for (const auto& target : player.snapshot["targets"]) {
      if (target["kind"] == wanted) targets.push_back(target["name"]);
    }
    if (wanted == "cache") targets = player.snapshot["caches"].get<std::vector<std::string>>();
    if (targets.size() > 2) targets.resize(2);
    for (const auto& target : targets) {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));  // within the socket's rate
      player.say("preview_action", {{"action", {{"kind", kind["kind"]}, {"target", target}, {"value", 1}}}});
    }
  }
  player.say("act", {{"action", {{"kind", "scale"}, {"target", "search"}, {"value", 4}}}});
  player.say("act", {{"action", {{"kind", "scale"}, {"target", "nowhere"}, {"value", 4}}}});
  for (const auto& alert : player.snapshot["alerts"]) {
    player.say("pin", {{"evidence",
                        {{"kind", "alert"}, {"ref", alert["name"]}, {"query", ""}, {"label", "an alert"}}}});
  }
  player.say("chat", {{"text", "hello"}});
  player.say("status_update", {{"state", "investigating"}, {"text", "We are looking."}});
  EXPECT_EQ(player.say("take_hint")["type"], "ack");
  EXPECT_EQ(player.say("declare", {{"component", "search"},
                                   {"mechanism", "memory_leak"},
                                   {"trigger", "none"},
                                   {"pins", json::array()}})["type"],
            "ack");
  player.say("declare", {{"component", "?"}, {"mechanism", "?"}, {"trigger", "?"}, {"pins", json::array()}});
  for (int ticks = 0; ticks < 3;) ticks += player.read()["type"] == "tick" ? 1 : 0;
  player.say("hello");

  // The doors.
  const std::string t = "/t/" + arena;
  EXPECT_EQ(player.get(t + "/prometheus/api/v1/series?match[]=%7B__name__%3D~%22.%2B%22%7D").status, 200);
  player.get(t + "/prometheus/api/v1/labels");
  player.get(t + "/prometheus/api/v1/query?query=%7B__name__%3D~%22.%2B%22%7D");
  player.get(t + "/prometheus/api/v1/query?query=nonsense(");
  for (const char* path :
       {"api/v1/metadata", "api/v1/rules", "api/v1/alerts", "api/v1/alertmanagers", "api/v1/targets",
        "api/v1/status/buildinfo", "api/v1/status/runtimeinfo", "api/v1/status/config", "api/v1/status/flags",
        "api/v1/status/tsdb", "rules.yml", "metrics", "federate?match[]=%7B__name__=~%22.%2B%22%7D",
        "-/healthy", "-/ready", "api/v1/format_query?query=up", "api/v1/label/service/values",
        "api/v1/query_exemplars?query=%7B__name__=~%22.%2Bbucket%22%7D&start=0&end=9999999999"})
    EXPECT_EQ(player.get(t + "/prometheus/" + path).status, 200) << path;
  player.get(t + "/prometheus/api/v1/nothing");
  const std::string loki = t + "/loki/loki/api/v1/";
  EXPECT_EQ(player.get(loki + "query_range?limit=5000&query=%7Bservice%3D~%22.%2B%22%7D").status, 200);
  EXPECT_EQ(player.get(loki + "series?match[]=%7Bservice%3D~%22.%2B%22%7D").status, 200);
  player.get(loki + "labels");
  player.get(loki + "query?query=nonsense(");
  for (const char* path : {"index/volume?targetLabels=service,pod,level", "index/volume_range?step=30",
                           "index/stats?query=%7Bservice%3D~%22.%2B%22%7D", "detected_labels",
                           "detected_fields?query=%7Bservice%3D~%22.%2B%22%7D"})
    EXPECT_EQ(player.get(loki + path).status, 200) << path;
  const std::string jaeger = t + "/jaeger/api/";
  const json services = player.get(jaeger + "services").parsed()["data"];
  EXPECT_GT(services.size(), 5U);
  for (const std::string service : services) {
    player.get(jaeger + "services/" + service + "/operations");
    player.get(jaeger + "operations?service=" + service);
    EXPECT_EQ(player.get(jaeger + "traces?limit=40&service=" + service).status, 200);
  }
  player.get(jaeger + "traces?service=edge&tags=%7B%22error%22%3A%22true%22%7D");
  player.get(jaeger + "traces/nonsense");
  EXPECT_EQ(player.get(jaeger + "dependencies?lookback=3600000").status, 200);
  EXPECT_EQ(player.get(t + "/dashboards").status, 200);
  std::string before;
  for (int pages = 0; pages < 12; ++pages) {
    const auto page = player.get(t + "/logs?limit=500" + before);
    ASSERT_EQ(page.status, 200);
    if (!page.parsed()["more"]) break;
    before = "&before=" + page.parsed()["lines"].back()["id"].get<std::string>();
  }
  const json traces = player.get(t + "/traces?limit=60").parsed();
  EXPECT_GT(traces["traces"].size(), 10U);
  for (const auto& trace : traces["traces"]) player.get(t + "/traces/" + trace["id"].get<std::string>());
  EXPECT_EQ(player.get("/api/v1/matches/" + match + "/result").status, 409);
  EXPECT_EQ(player.get("/api/v1/matches/" + match + "/replay?team=t1&t=10").status, 409);
  player.get("/api/v1/matches/mine");

  // A tool with a token sees no more.
  const std::string tokens = "/api/v1/matches/" + match + "/tokens";
  const json token = player.post(tokens, {{"name", "tool"}}).parsed();
  player.get(tokens);
  player.fields["Authorization"] = "Bearer " + token["token"].get<std::string>();
  EXPECT_EQ(player.get(t + "/prometheus/metrics").status, 200);
  EXPECT_EQ(player.get(t + "/prometheus/api/v1/rules").status, 200);
  player.get(t + "/jaeger/api/services");
  player.get(tokens);
  player.fields.clear();
  EXPECT_EQ(player.remove(tokens + "/" + token["id"].get<std::string>()).status, 204);

  const std::string heard = player.heard;
  EXPECT_GT(heard.size(), 1'000'000U) << "this test must look at a lot";
  for (const auto& mark : planted.marks) {
    if (mark == planted.first_hint) {
      EXPECT_NE(heard.find(mark), std::string::npos) << "the hint that was taken";
    } else {
      EXPECT_EQ(heard.find(mark), std::string::npos) << mark;
    }
  }
  for (const char* word : {"causal", "\"cause", "causes", "\"seed\"", "reference_solution"})
    EXPECT_EQ(heard.find(word), std::string::npos) << word;
  EXPECT_EQ(heard.find(std::to_string(stored->seed)), std::string::npos) << "the seed";

  // After the end the same search finds them: the test can see.
  player.say("concede");
  player.read_until([](const json& f) { return f["type"] == "update" && f.value("phase", "") == "ended"; });
  for (int tries = 0; tries < 600; ++tries) {
    if (player.get("/api/v1/matches/" + match + "/result").parsed()["ready"]) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_NE(player.heard.find(planted.marks.front()), std::string::npos) << "the debrief";
}

std::vector<std::string> all_incidents() {
  std::vector<std::string> ids;
  const scenario::Library library = shipped_incidents();
  for (const auto& incident : library.incidents()) ids.push_back(incident->id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Incidents, Secrecy, ::testing::ValuesIn(all_incidents()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace incident::api::testing
