// Hashes of whole incidents, in tests/golden/matches.txt: the same seed and the same actions give the same
// world and the same telemetry on every compiler and at every optimisation. A change that alters behaviour
// alters this file, and its commit says why. INCIDENT_GOLDEN_WRITE=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "library_files.h"
#include "scenario/action_names.h"
#include "scenario/warm_up.h"

namespace incident::scenario::testing {
namespace {

constexpr std::uint64_t kSeeds[] = {1, 2};
constexpr Duration kMoments[] = {minutes(0), minutes(4), minutes(8), minutes(12)};  // since the page

void line(std::ostream& out, const Incident& incident, std::uint64_t seed, const std::string& course,
          Duration at, const Start& world) {
  char text[160];
  std::snprintf(text, sizeof text, "%-24s seed %llu %-10s page+%4llds sim %016llx telemetry %016llx\n",
                incident.id.c_str(), static_cast<unsigned long long>(seed), course.c_str(),
                static_cast<long long>(at.us / 1'000'000), static_cast<unsigned long long>(world.sim.hash()),
                static_cast<unsigned long long>(world.telemetry.hash()));
  out << text;
}

void run(std::ostream& out, const Incident& incident, std::uint64_t seed, const std::string& course,
         Start world, const std::vector<TimedCommand>& commands) {
  std::size_t next = 0;
  for (const Duration at : kMoments) {
    for (; next < commands.size() && commands[next].at <= at; ++next) {
      world.telemetry.run(world.sim, world.page + commands[next].at);
      const auto begun = world.telemetry.act(world.sim, resolve(world.sim, commands[next].action));
      if (!begun) out << "  refused: " << begun.error().message << "\n";
    }
    world.telemetry.run(world.sim, world.page + at);
    line(out, incident, seed, course, at, world);
  }
}

std::string hashes_of(const Incident& incident) {
  std::ostringstream out;
  for (const std::uint64_t seed : kSeeds) {
    const auto start = warm_up(incident, seed);
    if (!start) return start.error().message + "\n";
    run(out, incident, seed, "untouched", *start, {});
    run(out, incident, seed, "reference", *start, incident.reference.commands);
  }
  return out.str();
}

TEST(Golden, MatchesOfEveryIncidentHaveTheirHashes) {
  const auto names = incident_names();
  std::vector<std::shared_ptr<const Incident>> incidents;
  for (const auto& name : names) {
    incidents.push_back(load(name));
    ASSERT_TRUE(incidents.back());
  }
  std::vector<std::string> parts(names.size());
  std::thread other([&] {
    for (std::size_t i = 1; i < names.size(); i += 2) parts[i] = hashes_of(*incidents[i]);
  });
  for (std::size_t i = 0; i < names.size(); i += 2) parts[i] = hashes_of(*incidents[i]);
  other.join();
  std::string made;
  for (const auto& part : parts) made += part;

  if (std::getenv("INCIDENT_GOLDEN_WRITE") != nullptr)
    std::ofstream(GOLDEN_MATCHES, std::ios::binary) << made;
  std::stringstream golden;
  golden << std::ifstream(GOLDEN_MATCHES, std::ios::binary).rdbuf();
  EXPECT_EQ(golden.str(), made);
}

}  // namespace
}  // namespace incident::scenario::testing
