#include "sim/parts/cache.h"

#include "sim/limits.h"
#include "sim/parts/instance.h"

namespace incident::sim {
namespace {

void remove(CacheState& cache, std::uint32_t key) {
  const std::uint32_t place = cache.keys[key].place;
  const std::uint32_t last = cache.present.back();
  cache.present[place] = last;
  cache.keys[last].place = place;
  cache.present.pop_back();
  cache.keys[key].place = kNone;
}

std::uint32_t now_ms(const World& w) {
  return static_cast<std::uint32_t>(w.now / 1000);
}

void evict_one(CacheState& cache) {
  std::uint32_t oldest = kNone;
  for (int i = 0; i < kLruSamples; ++i) {
    const std::uint32_t key = cache.present[cache.random.below(cache.present.size())];
    if (oldest == kNone || cache.keys[key].used_ms < cache.keys[oldest].used_ms) oldest = key;
  }
  remove(cache, oldest);
  ++cache.evictions;
}

}  // namespace

bool look_up(World& w, std::uint16_t id, std::uint32_t key, CauseMask& cause) {
  CacheState& cache = w.caches[id];
  const CacheParameters& p = w.cache_parameters[id];
  CacheKey& entry = cache.keys[key];
  bool hit = p.enabled != 0 && entry.place != kNone;
  if (hit && p.ttl_us > 0 && static_cast<std::int64_t>(now_ms(w) - entry.stored_ms) * 1000 >= p.ttl_us) {
    remove(cache, key);
    hit = false;
  }
  if (!hit) {
    ++cache.misses;
    cause |= w.cause(PartKind::kCache, id);
    return false;
  }
  ++cache.hits;
  entry.used_ms = now_ms(w);
  return true;
}

void store(World& w, std::uint16_t id, std::uint32_t key) {
  CacheState& cache = w.caches[id];
  const CacheParameters& p = w.cache_parameters[id];
  if (p.enabled == 0) return;
  CacheKey& entry = cache.keys[key];
  if (entry.place == kNone) {
    while (static_cast<std::int64_t>(cache.present.size()) >= p.capacity) evict_one(cache);
    entry.place = static_cast<std::uint32_t>(cache.present.size());
    cache.present.push_back(key);
  }
  entry.stored_ms = entry.used_ms = now_ms(w);
}

void purge(World& w, std::uint16_t id) {
  CacheState& cache = w.caches[id];
  while (!cache.present.empty()) remove(cache, cache.present.back());
  report_part(w, PartEvent::kCachePurged, w.model->caches[id].service.value, kNone16, id,
              w.cause(PartKind::kCache, id));
}

void lose_entries(World& w, std::uint16_t instance) {
  const std::uint16_t service = w.service_of(instance);
  const std::uint32_t shards = w.model->services[service].instances;
  const std::uint32_t shard = (instance - w.compiled->services[service].first) % shards;
  for (std::size_t id = 0; id < w.caches.size(); ++id) {
    if (w.model->caches[id].service.value != service) continue;
    CacheState& cache = w.caches[id];
    for (std::size_t i = cache.present.size(); i-- > 0;) {
      if (cache.present[i] % shards == shard) remove(cache, cache.present[i]);
    }
  }
}

}  // namespace incident::sim
