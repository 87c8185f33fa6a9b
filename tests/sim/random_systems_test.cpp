// Whatever the system, the plan and the players do: the invariants hold, and the course is the same in a
// copy, in pieces and with or without an observer.
#include "random_systems.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace incident::sim {
namespace {

using namespace testing;

std::uint64_t rounds(std::uint64_t everyday) {
  const char* wanted = std::getenv("INCIDENT_ROUNDS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : everyday;
}

TEST(RandomSystems, InvariantsHold) {
  for (std::uint64_t seed = 1; seed <= rounds(60); ++seed) {
    RandomSystem r(seed);
    Simulation s = r.b.simulate(seed, r.plan);
    for (int i = 0; i < 600; ++i) {
      s.run_until(s.now() + microseconds(static_cast<std::int64_t>(r.random.below(200'000))));
      if (r.random.below(10) == 0) (void)s.begin(r.action());
      ASSERT_EQ(s.broken_invariant(), "") << "seed " << seed << " at " << s.now().us;
    }
    ASSERT_GT(s.events_handled(), 100U);
  }
}

TEST(RandomSystems, SameCourseInACopyInPiecesAndObserved) {
  for (std::uint64_t seed = 1; seed <= rounds(40); ++seed) {
    RandomSystem r(seed);
    Simulation once = r.b.simulate(seed, r.plan);
    Simulation pieces = once;
    Meter meter;
    for (int round = 0; round < 6; ++round) {
      const SimTime end = once.now() + seconds(10);
      const Action action = r.action();
      once.run_until(end);
      Simulation copy = pieces;
      while (pieces.now() < end) {
        pieces.run_until(
            std::min(end, pieces.now() + milliseconds(static_cast<std::int64_t>(r.random.below(3000)))),
            &meter);
      }
      copy.run_until(end);
      ASSERT_EQ(once.hash(), pieces.hash()) << "seed " << seed;
      ASSERT_EQ(once.hash(), copy.hash()) << "seed " << seed;
      const bool begun = once.begin(action).has_value();
      ASSERT_EQ(pieces.begin(action, &meter).has_value(), begun);
      ASSERT_EQ(once.hash(), pieces.hash()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace incident::sim
