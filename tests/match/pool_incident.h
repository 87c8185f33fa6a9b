// A small incident built by hand, for tests of the rules: users ask a shop, the shop asks a catalog, the
// catalog asks its database through a connection pool. A config push shrinks the pool; an innocent deploy of
// the shop came just before. Healthy for six minutes, page a minute or two later, ten minutes to play.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "match/match.h"
#include "scenario/incident.h"
#include "scenario/warm_up.h"

namespace incident::match::testing {

inline constexpr const char* kComponent = "catalog";
std::string right_mechanism();
std::string wrong_mechanism();

std::shared_ptr<const scenario::Incident> pool_incident();
// Warmed up once for each seed and shared by all tests of a binary.
std::shared_ptr<const scenario::Start> pool_start(std::uint64_t seed = 7);

// Actions of the incident.
sim::Action set_pool_size(std::int64_t size);
sim::Action restart_service(const char* service);
sim::Action roll_back(const char* service);
sim::Action shed(const char* service, std::int64_t permille);

// The numbers players see of the two planned changes.
inline constexpr const char* kDeployNumber = "1";
inline constexpr const char* kConfigNumber = "2";

// A match with its log: says entries one after the other, as the shell would.
class Table {
 public:
  explicit Table(Settings settings, std::uint64_t seed = 7);

  // Applies what check lets pass; a refusal is returned and nothing is logged.
  Result<Applied> say(const std::string& player, Command command);
  // The same, and a refusal fails the test.
  Applied must(const std::string& player, Command command);
  // The refusal's sentence; empty when it was accepted.
  std::string refusal(const std::string& player, Command command);
  void run_to(Duration at) { match.advance(at); }
  // Two players, each with a team of their own ("t1" ada, "t2" bob), and the clock runs.
  void start_race();
  // ada alone, and the clock runs.
  void start_practice();
  void end();

  Match match;
  std::vector<Entry> log;
};

}  // namespace incident::match::testing
