// Speed of the engine: events a second on the tandem beside a hand-written loop, on a web shop, the time of a
// fork, and allocations per event. Each figure is the best of several rounds, one after the other on one
// core; --json prints one object a line.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "count_allocations.h"
#include "hand_loop.h"
#include "web_shop.h"

namespace incident::bench {
namespace {

using sim::Simulation;
using sim::testing::WebShop;

bool g_json = false;

void print(const char* name, double value, const char* unit, double bound = 0) {
  if (!g_json) {
    std::printf("%-24s %14.4g %s", name, value, unit);
    if (bound > 0) std::printf("   (bound %.4g, ratio %.2f)", bound, value / bound);
    std::printf("\n");
  } else if (bound > 0) {
    std::printf(R"({"name":"%s","value":%.6g,"unit":"%s","bound":%.6g})"
                "\n",
                name, value, unit, bound);
  } else {
    std::printf(R"({"name":"%s","value":%.6g,"unit":"%s"})"
                "\n",
                name, value, unit);
  }
}

template <class F>
double seconds_of(F f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void tandem() {
  constexpr std::uint64_t kCustomers = 2'000'000;
  constexpr int kRounds = 4;
  double bound = 0, value = 0;
  const Simulation fresh = sim::testing::tandem().simulate(1);
  for (int round = 0; round < kRounds; ++round) {
    HandLoopResult loop;
    const double by_hand = seconds_of([&] { loop = hand_loop(kCustomers, 1); });
    bound = std::max(bound, static_cast<double>(loop.events) / by_hand);
    if (loop.mean_seconds < 5.185 || loop.mean_seconds > 5.289) std::abort();
    Simulation s = fresh;
    const double engine = seconds_of([&] { s.run_until(SimTime{625'000'000'000}); });
    if (s.user_totals().all() < 3 * kCustomers - 30'000) std::abort();
    value = std::max(value, static_cast<double>(s.events_handled()) / engine);
  }
  print("tandem", value, "events/s", bound);
}

void web_shop() {
  const WebShop shop;
  Simulation warm = shop.simulate(1);
  warm.run_until(SimTime{60'000'000});
  double best = 0;
  std::uint64_t events = 0, allocations = 0;
  for (int round = 0; round < 4; ++round) {
    Simulation s = warm;
    s.run_until(SimTime{120'000'000});  // vectors grow to their working size again after a copy
    events = s.events_handled();
    allocations = allocations_so_far();
    const double time = seconds_of([&] { s.run_until(SimTime{600'000'000}); });
    allocations = allocations_so_far() - allocations;
    events = s.events_handled() - events;
    best = std::max(best, static_cast<double>(events) / time);
  }
  print("web_shop", best, "events/s");
  print("allocations_per_event", static_cast<double>(allocations) / static_cast<double>(events), "");
  constexpr int kForks = 200;
  double fork = 1e9;
  for (int round = 0; round < 5; ++round) {
    fork = std::min(fork, seconds_of([&] {
                            for (int i = 0; i < kForks; ++i) Simulation copy = warm;
                          }) / kForks);
  }
  print("fork", fork * 1e3, "ms");
}

}  // namespace
}  // namespace incident::bench

int main(int argc, char** argv) {
  incident::bench::g_json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  incident::bench::tandem();
  incident::bench::web_shop();
  return 0;
}
