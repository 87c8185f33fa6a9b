// Whole matches of random commands, sensible and not: whatever is said, check and apply agree, a refusal
// changes nothing, and the log gives the same match again. A failing seed can be played alone.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "match/changes.h"
#include "match/command_json.h"
#include "match/replay.h"
#include "pool_incident.h"

namespace incident::match {
namespace {

constexpr int kCommands = 400;
const char* const kPeople[] = {"ada", "bob", "cyd", ""};
const char* const kWords[] = {"shop", "catalog", "catalog-db", "users", "none",
                              "1",    "2",       "7",          "",      "ShopErrors"};
const char* const kQueries[] = {"up", "sum(rate(user_requests_total[1m]))", "sum(", ""};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(Random::stream(seed, "random match", 0)) {}

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(n)));
  }
  template <class T, std::size_t N>
  T pick(T const (&list)[N]) {
    return list[below(N)];
  }

  Evidence evidence() {
    Evidence e;
    e.kind = static_cast<EvidenceKind>(below(kEvidenceKinds));
    e.ref = pick(kWords);
    e.query = pick(kQueries);
    if (below(2) == 0) {
      e.from = seconds(below(600) - 300);
      e.to = seconds(below(600) - 300);
    }
    e.label = below(10) == 0 ? "" : "something";
    return e;
  }

  Command command() {
    switch (below(24)) {
      case 0:
        return Join{pick(kWords)};
      case 1:
        return ChooseTeam{below(2) == 0 ? "t1" : "", pick(kWords)};
      case 2:
        return SetRole{static_cast<Role>(below(kRoles))};
      case 3:
        return SetReady{below(2) == 0};
      case 4:
        return Start{};
      case 5:
      case 6:
      case 7:
      case 8:
        return Act{{static_cast<sim::ActionKind>(below(sim::kActionKinds)),
                    {},
                    static_cast<std::uint32_t>(below(8)),
                    below(4) == 0 ? below(2000) - 500 : below(4)}};
      case 9:
      case 10:
      case 11:
        return Pin{evidence()};
      case 12:
        return Unpin{below(10)};
      case 13:
        return Declare{
            pick(kWords), below(3) == 0 ? "magic" : testing::right_mechanism(), pick(kWords), {below(6)}};
      case 14:
      case 15:
        return Chat{pick(kWords)};
      case 16:
        return StatusUpdate{static_cast<StatusState>(below(kStatusStates)), pick(kWords)};
      case 17:
        return TakeHint{};
      case 18:
        return below(10) == 0 ? Command{Concede{}} : Command{Chat{"no"}};
      case 19:
        return below(4) == 0 ? Command{Leave{}} : Command{Chat{"yes"}};
      case 20:
        return BeginRunning{};
      case 21:
        return Pause{};
      case 22:
        return Resume{};
      default:
        return below(40) == 0 ? Command{EndMatch{}} : Command{SetReady{true}};
    }
  }

 private:
  Random random_;
};

class RandomMatch : public ::testing::TestWithParam<int> {};

TEST_P(RandomMatch, KeepsItsPromises) {
  const int seed = GetParam();
  Dice dice(static_cast<std::uint64_t>(seed));
  Settings settings = default_settings(seed % 2 == 0 ? Mode::kPractice : Mode::kRace);
  settings.time_limit = minutes(4);
  testing::Table table(settings);
  ArenaCursor cursor;
  table.must("ada", Join{"ada"});
  table.must("ada", ChooseTeam{"", "Owls"});
  for (int i = 0; i < kCommands && table.match.phase() != Phase::kEnded; ++i) {
    const Entry entry{table.match.last_entry() + 1, table.match.time(), dice.pick(kPeople), dice.command()};
    const std::uint64_t before = i % 8 == 0 ? table.match.hash() : 0;
    if (table.match.check(entry)) {
      table.log.push_back(decode_entry(encode(entry)).value());
      ASSERT_EQ(table.log.back(), entry);
      ASSERT_FALSE(table.match.apply(entry).refused) << encode(entry);
    } else if (i % 8 == 0) {
      ASSERT_EQ(table.match.hash(), before) << encode(entry);
    }
    table.run_to(table.match.time() + milliseconds(dice.below(1500)));
    if (!table.match.arenas().empty()) {
      (void)cursor.take(table.match.arenas()[0]);
      ASSERT_EQ(table.match.arenas()[0].sim().broken_invariant(), "");
    }
  }
  const auto again = replay(testing::pool_incident(), testing::pool_start(), settings, table.log);
  ASSERT_TRUE(again) << again.error().message;
  Match to_the_same_time = *again;
  to_the_same_time.advance(table.match.time());
  EXPECT_EQ(to_the_same_time.hash(), table.match.hash());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMatch, ::testing::Range(1, 9));

}  // namespace
}  // namespace incident::match
