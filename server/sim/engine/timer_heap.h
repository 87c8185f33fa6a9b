// One timer for each part that has something to wait for (the next work an instance finishes, the oldest
// deadline of an edge, the next arrival of a journey): an indexed heap, so that a timer can be moved or
// stopped in place and nothing stale is ever popped. Ids are dense, given by Compiled.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sim/engine/slot_pool.h"

namespace incident::sim {

class TimerHeap {
 public:
  struct Entry {
    std::int64_t time;
    std::uint64_t order;
    std::uint32_t id;
    std::uint32_t reserved;

    bool before(const Entry& o) const { return time != o.time ? time < o.time : order < o.order; }
  };

  void resize(std::size_t timers) {
    position_.assign(timers, kNone);
    heap_.reserve(timers);
  }
  bool empty() const { return heap_.empty(); }
  const Entry& top() const { return heap_.front(); }
  bool armed(std::uint32_t id) const { return position_[id] != kNone; }
  const Entry& entry(std::uint32_t id) const { return heap_[position_[id]]; }
  std::size_t size() const { return position_.size(); }

  void arm(std::uint32_t id, std::int64_t time, std::uint64_t order) {
    const Entry entry{time, order, id, 0};
    std::uint32_t hole = position_[id];
    if (hole == kNone) {
      hole = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back(entry);
      up(hole, entry);
    } else if (entry.before(heap_[hole])) {
      up(hole, entry);
    } else {
      down(hole, entry);
    }
  }
  void stop(std::uint32_t id) {
    const std::uint32_t hole = position_[id];
    if (hole == kNone) return;
    position_[id] = kNone;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    if (hole > 0 && last.before(heap_[(hole - 1) / 4])) {
      up(hole, last);
    } else {
      down(hole, last);
    }
  }

 private:
  void place(std::uint32_t at, const Entry& entry) {
    heap_[at] = entry;
    position_[entry.id] = at;
  }
  void up(std::uint32_t hole, const Entry& entry) {
    while (hole > 0) {
      const std::uint32_t parent = (hole - 1) / 4;
      if (!entry.before(heap_[parent])) break;
      place(hole, heap_[parent]);
      hole = parent;
    }
    place(hole, entry);
  }
  void down(std::uint32_t hole, const Entry& entry) {
    const auto size = static_cast<std::uint32_t>(heap_.size());
    for (;;) {
      const std::uint32_t first = hole * 4 + 1;
      if (first >= size) break;
      const std::uint32_t end = first + 4 < size ? first + 4 : size;
      std::uint32_t best = first;
      for (std::uint32_t child = first + 1; child < end; ++child) {
        if (heap_[child].before(heap_[best])) best = child;
      }
      if (!heap_[best].before(entry)) break;
      place(hole, heap_[best]);
      hole = best;
    }
    place(hole, entry);
  }

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> position_;
};

}  // namespace incident::sim
