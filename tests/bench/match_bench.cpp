// What a match costs: a race of two teams on a busy web shop, 20 minutes with 15 actions for one of them, and
// its review. Prints one JSON object a line. `review` is time on the clock, with as many threads as the
// machine has; the others are CPU time.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>

#include "match/changes.h"
#include "match/match.h"
#include "match/review.h"
#include "web_shop.h"

namespace {

using namespace incident;

constexpr Duration kWindow = minutes(20);
constexpr int kActions = 15;

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}
double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(const char* name, double value, const char* unit) {
  std::printf("{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\"}\n", name, value, unit);
  std::fflush(stdout);
}

std::shared_ptr<const scenario::Incident> shop_incident() {
  sim::testing::WebShop shop;
  // Most of the catalog's answers fail, until somebody turns the knob back.
  std::size_t product = 0;
  while (shop.model.operations[product].name != "GET /product") ++product;
  const auto errors = sim::testing::Builder::ref(sim::PartKind::kOperation, "errors", product);
  shop.key(shop.catalog, sim::PartKind::kOperation, "errors", product);
  auto incident = std::make_shared<scenario::Incident>();
  incident->id = "bench";
  incident->time_limit = kWindow;
  incident->page_within = minutes(10);
  incident->model = std::make_shared<const sim::Model>(shop.model);
  sim::PlannedChange fault;
  fault.at = SimTime{} + minutes(10);
  fault.service = shop.catalog;
  fault.causal = true;
  fault.settings.push_back({errors, 0, 700});
  fault.title = "catalog: new access rules";
  incident->plan = std::make_shared<const sim::Plan>(sim::Plan{{fault}});
  telemetry::TelemetryConfig config;
  config.rules.push_back({"Customers", "gateway", "critical",
                          "sum(rate(user_requests_total{outcome!=\"ok\"}[1m])) / "
                          "sum(rate(user_requests_total[1m])) > 0.02",
                          "Customers see errors", "", seconds(30), true});
  incident->telemetry = std::make_shared<const telemetry::TelemetryConfig>(config);
  incident->answer.component = "catalog";
  incident->answer.mechanism = "bad_config_value";
  incident->answer.trigger_change = 0;
  incident->reference.commands = {{minutes(4), {sim::ActionKind::kSetConfig, {}, 0, 0}}};
  return incident;
}

void say(match::Match& match, const char* player, match::Command command) {
  const match::Entry entry{match.last_entry() + 1, match.time(), player, std::move(command)};
  if (const auto checked = match.check(entry); !checked) {
    std::fprintf(stderr, "refused: %s\n", checked.error().message.c_str());
    return;
  }
  match.apply(entry);
}

}  // namespace

int main() {
  const auto incident = shop_incident();
  double begun = cpu_seconds();
  auto warm = scenario::warm_up(*incident, 1);
  if (!warm) {
    std::fprintf(stderr, "%s\n", warm.error().message.c_str());
    return 1;
  }
  const auto start = std::make_shared<const scenario::Start>(std::move(*warm));
  print("warm_up", cpu_seconds() - begun, "s");

  match::Match match(incident, match::default_settings(match::Mode::kRace));
  match.begin(start);
  for (const char* player : {"ada", "bob"}) {
    say(match, player, match::Join{player});
    say(match, player, match::ChooseTeam{"", std::string("Team ") + player});
  }
  say(match, "ada", match::Start{});
  begun = cpu_seconds();
  say(match, "", match::BeginRunning{});
  print("begin_two_arenas", (cpu_seconds() - begun) * 1e3, "ms");

  // Restarts of one service after the other, and the right thing in the middle.
  begun = cpu_seconds();
  match::ArenaCursor cursor;
  double cursor_time = 0;
  for (int i = 0; i < 20 * 60; ++i) {
    match.advance(seconds(i));
    if (i % 75 == 30 && i / 75 < kActions) {
      const auto n = static_cast<std::uint32_t>(i / 75);
      if (n == 7) {
        say(match, "ada", match::Act{{sim::ActionKind::kSetConfig, {}, 0, 0}});
      } else {
        say(match, "ada", match::Act{{sim::ActionKind::kRestart, {}, 1 + n % 11, 0}});
      }
    }
    const double look = cpu_seconds();
    (void)cursor.take(match.arenas()[0]);
    cursor_time += cpu_seconds() - look;
  }
  match.advance(kWindow);
  print("arena_second", (cpu_seconds() - begun - cursor_time) / (2 * 20 * 60) * 1e3, "ms");
  print("cursor_take", cursor_time / (20 * 60) * 1e6, "us");
  say(match, "", match::EndMatch{});

  begun = cpu_seconds();
  const double begun_wall = wall_seconds();
  const match::Review review = match::review(match);
  print("review", wall_seconds() - begun_wall, "s");
  print("review_cpu", cpu_seconds() - begun, "s");
  print("review_actions", static_cast<double>(review.teams[0].moves.size()), "");
  print("score", review.teams[0].score.total, "points");
  return 0;
}
