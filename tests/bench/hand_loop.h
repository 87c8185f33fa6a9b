// The bound of the "tandem" workload: what one function can do that models nothing else. Plain structs in a
// 4-ary heap, xoshiro256**, integer microseconds. Not a part of the engine; its figures stand beside the
// engine's.
#pragma once

#include <cmath>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/random.h"

namespace incident::bench {

struct HandLoopResult {
  std::uint64_t events = 0;
  double mean_seconds = 0;
};

inline HandLoopResult hand_loop(std::uint64_t customers, std::uint64_t seed) {
  struct Event {
    std::int64_t time;
    std::uint32_t sequence;
    std::int32_t station;  // -1: arrival
    std::int64_t born;
  };
  struct Ring {  // customers waiting, by their time of birth
    std::vector<std::int64_t> slots = std::vector<std::int64_t>(1 << 16);
    std::uint32_t head = 0, tail = 0;
  };
  constexpr int kStations = 3, kServers = 4;
  std::vector<Event> heap;
  heap.reserve(1024);
  Ring waiting[kStations];
  int busy[kStations] = {};
  std::uint32_t sequence = 0;
  Random random(seed);
  const auto before = [](const Event& a, const Event& b) {
    return a.time != b.time ? a.time < b.time : a.sequence < b.sequence;
  };
  const auto exponential = [&](double mean_us) {
    const double u = static_cast<double>((random.next() >> 11) + 1) * 0x1.0p-53;
    return static_cast<std::int64_t>(-std::log(u) * mean_us + 0.5);
  };
  const auto push = [&](Event e) {
    std::size_t hole = heap.size();
    heap.push_back(e);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!before(e, heap[parent])) break;
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = e;
  };
  const auto pop = [&] {
    const Event top = heap.front(), last = heap.back();
    heap.pop_back();
    const std::size_t size = heap.size();
    std::size_t hole = 0;
    for (std::size_t first; (first = hole * 4 + 1) < size;) {
      std::size_t best = first;
      for (std::size_t child = first + 1; child < first + 4 && child < size; ++child)
        if (before(heap[child], heap[best])) best = child;
      if (!before(heap[best], last)) break;
      heap[hole] = heap[best];
      hole = best;
    }
    if (size > 0) heap[hole] = last;
    return top;
  };

  HandLoopResult result;
  std::uint64_t arrived = 0, left = 0;
  double sum = 0;
  push({exponential(312'500), ++sequence, -1, 0});
  const auto enter = [&](int station, std::int64_t now, std::int64_t born) {
    if (busy[station] < kServers) {
      ++busy[station];
      push({now + exponential(1'000'000), ++sequence, station, born});
    } else {
      Ring& ring = waiting[station];
      ring.slots[ring.tail++ & 0xffff] = born;
    }
  };
  while (left < customers) {
    const Event e = pop();
    ++result.events;
    if (e.station < 0) {
      enter(0, e.time, e.time);
      if (++arrived < customers) push({e.time + exponential(312'500), ++sequence, -1, 0});
      continue;
    }
    Ring& ring = waiting[e.station];
    if (ring.head != ring.tail) {
      push({e.time + exponential(1'000'000), ++sequence, e.station, ring.slots[ring.head++ & 0xffff]});
    } else {
      --busy[e.station];
    }
    if (e.station + 1 < kStations) {
      enter(e.station + 1, e.time, e.born);
    } else {
      sum += static_cast<double>(e.time - e.born) * 1e-6;
      ++left;
    }
  }
  result.mean_seconds = sum / static_cast<double>(left);
  return result;
}

}  // namespace incident::bench
