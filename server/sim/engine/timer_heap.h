// One timer for each part that has something to wait for (the next work an instance finishes, the oldest
// deadline of an edge, the next arrival of a journey): an indexed heap, so that a timer can be moved or
// stopped in place and nothing stale is ever popped. Ids are dense, given by Compiled.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/slot_pool.h"

namespace incident::sim {

class TimerHeap {
 public:
  // 16 bytes, moved field by field: copied whole, they would stall on the stores that just wrote them.
  struct Entry {
    std::int64_t time;
    std::uint64_t order;  // sequence number, and the timer's id in the lowest bits

    std::uint32_t id() const { return static_cast<std::uint32_t>(order & kOrderMask); }
    bool before(std::int64_t t, std::uint64_t o) const { return time != t ? time < t : order < o; }
  };

  void resize(std::size_t timers) {
    assert(timers <= kOrderMask);
    position_.assign(timers, kNone);
    heap_.resize(timers);
    size_ = 0;
  }
  bool empty() const { return size_ == 0; }
  const Entry& top() const { return heap_.front(); }
  bool armed(std::uint32_t id) const { return position_[id] != kNone; }
  const Entry& entry(std::uint32_t id) const { return heap_[position_[id]]; }
  std::size_t timers() const { return position_.size(); }

  // `order` has the sequence number only.
  void arm(std::uint32_t id, std::int64_t time, std::uint64_t order) {
    order |= id;
    std::uint32_t hole = position_[id];
    if (hole == kNone) {
      up(size_++, time, order);
    } else if (!heap_[hole].before(time, order)) {
      up(hole, time, order);
    } else {
      down(hole, time, order);
    }
  }
  void stop(std::uint32_t id) {
    const std::uint32_t hole = position_[id];
    if (hole == kNone) return;
    position_[id] = kNone;
    const std::int64_t time = heap_[--size_].time;
    const std::uint64_t order = heap_[size_].order;
    if (hole == size_) return;
    if (hole > 0 && !heap_[(hole - 1) / 4].before(time, order)) {
      up(hole, time, order);
    } else {
      down(hole, time, order);
    }
  }

 private:
  void place(std::uint32_t at, std::int64_t time, std::uint64_t order) {
    heap_[at].time = time;
    heap_[at].order = order;
    position_[order & kOrderMask] = at;
  }
  void up(std::uint32_t hole, std::int64_t time, std::uint64_t order) {
    while (hole > 0) {
      const std::uint32_t parent = (hole - 1) / 4;
      const std::int64_t parent_time = heap_[parent].time;
      const std::uint64_t parent_order = heap_[parent].order;
      if (parent_time < time || (parent_time == time && parent_order < order)) break;
      place(hole, parent_time, parent_order);
      hole = parent;
    }
    place(hole, time, order);
  }
  void down(std::uint32_t hole, std::int64_t time, std::uint64_t order) {
    const std::uint32_t size = size_;
    for (std::uint32_t child; (child = hole * 4 + 1) < size;) {
      const std::uint32_t end = child + 4 < size ? child + 4 : size;
      std::uint32_t best = hole;
      std::int64_t best_time = time;
      std::uint64_t best_order = order;
      for (; child < end; ++child) {
        const std::int64_t t = heap_[child].time;
        if (t > best_time || (t == best_time && heap_[child].order > best_order)) continue;
        best = child;
        best_time = t;
        best_order = heap_[child].order;
      }
      if (best == hole) break;
      place(hole, best_time, best_order);
      hole = best;
    }
    place(hole, time, order);
  }

  std::vector<Entry> heap_;  // the first size_ of them
  std::vector<std::uint32_t> position_;
  std::uint32_t size_ = 0;
};

}  // namespace incident::sim
