// A thousand rooms on one core: practice matches of a shipped incident at time scale 1, each a fork of one
// warm world with telemetry, advanced one simulated second at a time, with what a tick tells its clients made
// and written as JSON. Prints rooms a core could carry, the time one tick takes, and the memory a room adds.
// Also the queries that a war room asks: a dashboard over an hour, a pattern over all log lines.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "api/codec.h"
#include "api/match_messages.h"
#include "match/changes.h"
#include "match/match.h"
#include "promql/engine.h"
#include "scenario/library.h"

namespace {

using namespace incident;
using Clock = std::chrono::steady_clock;

constexpr int kRooms = 1000;
constexpr int kSeconds = 20;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

void print(const char* name, double value, const char* unit, double bound) {
  std::printf("{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\",\"bound\":%g}\n", name, value, unit, bound);
  std::fflush(stdout);
}

void say(match::Match& match, const char* player, match::Command command) {
  const match::Entry entry{match.last_entry() + 1, match.time(), player, std::move(command)};
  if (match.check(entry)) match.apply(entry);
}

match::Match running(const std::shared_ptr<const scenario::Incident>& incident,
                     const std::shared_ptr<const scenario::Start>& start) {
  match::Match match(incident, match::default_settings(match::Mode::kPractice));
  match.begin(start);
  say(match, "p", match::Join{"ada"});
  say(match, "p", match::ChooseTeam{"", "ada"});
  say(match, "p", match::Start{});
  say(match, "", match::BeginRunning{});
  return match;
}

std::size_t heap_bytes() {
  return mallinfo2().uordblks;
}

void rooms(const std::shared_ptr<const scenario::Incident>& incident,
           const std::shared_ptr<const scenario::Start>& start) {
  const std::size_t before = heap_bytes();
  std::vector<match::Match> matches;
  matches.reserve(kRooms);
  for (int i = 0; i < kRooms; ++i) matches.push_back(running(incident, start));
  std::vector<match::ArenaCursor> cursors(kRooms);
  std::vector<double> ticks;
  std::size_t bytes = 0;
  const auto begun = Clock::now();
  for (int second = 1; second <= kSeconds; ++second) {
    for (int i = 0; i < kRooms; ++i) {
      const auto tick = Clock::now();
      matches[static_cast<std::size_t>(i)].advance(seconds(second));
      const auto& arena = matches[static_cast<std::size_t>(i)].arenas()[0];
      const auto changes = cursors[static_cast<std::size_t>(i)].take(arena);
      api::out::Update update;
      api::add_arena_changes(arena, changes, update);
      if (!changes.empty()) bytes += api::encode_frame(update).size();
      bytes += api::encode_frame(api::tick_of(arena, 0)).size();
      ticks.push_back(seconds_since(tick) * 1e3);
    }
  }
  const double wall = seconds_since(begun);
  std::sort(ticks.begin(), ticks.end());
  print("rooms_per_core", kRooms * kSeconds / wall, "rooms", 1000);
  print("room_tick_p50", ticks[ticks.size() / 2], "ms", 50);
  print("room_tick_p99", ticks[ticks.size() * 99 / 100], "ms", 50);
  print("room_memory_added", static_cast<double>(heap_bytes() - before) / kRooms / 1024 / 1024, "MiB", 16);
  print("room_bytes_to_client", static_cast<double>(bytes) / kRooms / kSeconds, "B/s", 2048);
}

void queries(const scenario::Incident& incident, scenario::Start world) {
  world.telemetry.run(world.sim, world.page + minutes(30));
  const telemetry::MetricView view(world.telemetry.metrics(), 0);
  const std::int64_t end = world.sim.now().milliseconds();
  int panels = 0;
  auto begun = Clock::now();
  for (const auto& dashboard : incident.info->dashboards) {
    for (const auto& panel : dashboard.panels) {
      if (panels == 12) break;
      const auto result = promql::range_query(view, panel.query, end - 3'600'000, end, 15'000);
      if (!result) std::fprintf(stderr, "%s: %s\n", panel.query.c_str(), result.error().message.c_str());
      ++panels;
    }
  }
  print("dashboard_12_panels", seconds_since(begun) * 1e3, "ms", 20);
  telemetry::LogQuery query;
  query.text = "time(out|d out).*inventory";
  query.regex = true;
  begun = Clock::now();
  const auto page = world.telemetry.logs().search(query);
  print("log_search_regex", seconds_since(begun) * 1e3, "ms", 50);
  print("log_lines", static_cast<double>(world.telemetry.logs().end_number()), "lines", 0);
  print("arena_memory", static_cast<double>(world.telemetry.memory_bytes()) / 1024 / 1024, "MiB", 16);
}

}  // namespace

int main(int argc, char** argv) {
  const auto library = scenario::load_library(argc > 1 ? argv[1] : "scenarios");
  if (!library) {
    std::fprintf(stderr, "%s: %s\n", library.error().at.c_str(), library.error().message.c_str());
    return 1;
  }
  const auto incident = library->incidents().front();
  auto begun = Clock::now();
  auto warm = scenario::warm_up(*incident, 1);
  if (!warm) return 1;
  print("warm_up", seconds_since(begun), "s", 0);
  const auto start = std::make_shared<const scenario::Start>(std::move(*warm));
  begun = Clock::now();
  constexpr int kForks = 100;
  for (int i = 0; i < kForks; ++i) {
    const sim::Simulation fork = start->sim;
    const telemetry::Telemetry copy = start->telemetry;
  }
  print("fork_with_telemetry", seconds_since(begun) * 1e3 / kForks, "ms", 1);
  rooms(incident, start);
  queries(*incident, *start);
  return 0;
}
