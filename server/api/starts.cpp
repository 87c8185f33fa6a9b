#include "api/starts.h"

#include <sodium.h>

#include <boost/asio/post.hpp>
#include <optional>

namespace incident::api {
namespace {

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  randombytes_buf(&seed, sizeof seed);
  return seed;
}

}  // namespace

void Starts::get(SharedIncident incident, std::uint64_t seed, Done done) {
  const Key key{incident->id, seed};
  SharedStart ready;
  {
    const std::lock_guard lock(mutex_);
    if (const auto promised = promised_.find(key); promised != promised_.end()) {
      ready = promised->second;
      promised_.erase(promised);
    } else if (const auto found = worlds_.find(key); found != worlds_.end()) {
      ready = found->second.lock();
    }
    if (!ready) {
      auto& waiters = waiting_[key];
      waiters.push_back(std::move(done));
      if (waiters.size() > 1) return;  // somebody is at it already
    }
  }
  if (ready) return done(ready);

  boost::asio::post(workers_.executor(), [this, incident = std::move(incident), key] {
    Result<scenario::Start> start = scenario::warm_up(*incident, key.second);
    std::vector<Done> waiters;
    SharedStart world;
    if (start) world = std::make_shared<const scenario::Start>(std::move(*start));
    {
      const std::lock_guard lock(mutex_);
      waiters = std::move(waiting_[key]);
      waiting_.erase(key);
      std::erase_if(worlds_, [](const auto& entry) { return entry.second.expired(); });
      if (world) worlds_[key] = world;
    }
    for (auto& waiter : waiters) waiter(world ? Result<SharedStart>(world) : start.error());
  });
}

std::uint64_t Starts::draw_seed(const SharedIncident& incident) {
  std::optional<std::uint64_t> seed;
  {
    const std::lock_guard lock(mutex_);
    if (const auto spare = spares_.find(incident->id); spare != spares_.end() && spare->second.world) {
      seed = spare->second.seed;
      promised_[{incident->id, *seed}] = std::move(spare->second.world);
      spares_.erase(spare);
    }
  }
  prepare(incident);
  return seed ? *seed : random_seed();
}

void Starts::give_back(const SharedIncident& incident, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  promised_.erase({incident->id, seed});
}

void Starts::prepare(SharedIncident incident) {
  std::uint64_t seed = random_seed();
  {
    const std::lock_guard lock(mutex_);
    if (!spares_.try_emplace(incident->id, Spare{seed, nullptr}).second) return;
  }
  const std::string id = incident->id;
  get(std::move(incident), seed, [this, id, seed](Result<SharedStart> world) {
    const std::lock_guard lock(mutex_);
    const auto spare = spares_.find(id);
    if (spare == spares_.end() || spare->second.seed != seed) return;
    if (world) {
      spare->second.world = std::move(*world);
    } else {
      spares_.erase(spare);
    }
  });
}

}  // namespace incident::api
