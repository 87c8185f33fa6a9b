// Warmed-up worlds: the healthy past of an incident with one seed, up to the page. Warming one up takes a
// second or two of CPU, so it happens on the workers, once for all who ask for the same, and one spare world
// for each incident waits for the next match. A world lives as long as somebody holds it. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/workers.h"
#include "base/result.h"
#include "scenario/incident.h"
#include "scenario/warm_up.h"

namespace incident::api {

using SharedIncident = std::shared_ptr<const scenario::Incident>;
using SharedStart = std::shared_ptr<const scenario::Start>;

class Starts {
 public:
  using Done = std::function<void(Result<SharedStart>)>;

  explicit Starts(Workers& workers) : workers_(workers) {}

  // Calls `done` once, on a worker or at once on this thread.
  void get(SharedIncident incident, std::uint64_t seed, Done done);
  // A seed for a new match that nobody knows yet: the spare world's where one is ready, and warms up the
  // next.
  std::uint64_t draw_seed(const SharedIncident& incident);
  // The match for which that seed was drawn could not be made.
  void give_back(const SharedIncident& incident, std::uint64_t seed);
  // Begins to warm up a spare world.
  void prepare(SharedIncident incident);

 private:
  using Key = std::pair<std::string, std::uint64_t>;
  struct Spare {
    std::uint64_t seed = 0;
    SharedStart world;  // null while it is being warmed up
  };

  Workers& workers_;
  std::mutex mutex_;
  std::map<Key, std::weak_ptr<const scenario::Start>> worlds_;
  std::map<Key, std::vector<Done>> waiting_;
  std::map<std::string, Spare> spares_;  // by incident
  std::map<Key, SharedStart> promised_;  // drawn, not yet asked for
};

}  // namespace incident::api
