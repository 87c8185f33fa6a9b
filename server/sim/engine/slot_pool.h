// A pool of things in flight: a vector with a free list through link_next. A slot's generation is odd while
// it is in use, and moves on when it is freed, so that a Handle kept by an event or a peer knows that its
// object has gone. References are invalid after acquire().
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include "sim/ids.h"

namespace incident::sim {

inline constexpr std::uint32_t kNone = UINT32_MAX;

template <class T>
class SlotPool {
 public:
  std::uint32_t acquire() {
    if (free_ == kNone) grow();
    const std::uint32_t slot = free_;
    T& item = items_[slot];
    free_ = item.link_next;
    const std::uint32_t generation = item.generation + 1;
    // Copied from memory: one built on the stack would stall on its own stores.
    item = kFresh;
    item.generation = generation;
    ++in_use_;
    return slot;
  }
  void release(std::uint32_t slot) {
    T& item = items_[slot];
    assert((item.generation & 1U) != 0);
    ++item.generation;
    item.link_next = free_;
    free_ = slot;
    --in_use_;
  }
  // Makes every handle to this slot stale, while it stays in use.
  void renew(std::uint32_t slot) { items_[slot].generation += 2; }

  T& operator[](std::uint32_t slot) { return items_[slot]; }
  const T& operator[](std::uint32_t slot) const { return items_[slot]; }
  Handle handle(std::uint32_t slot) const { return {slot, items_[slot].generation}; }
  bool current(Handle h) const { return h.valid() && items_[h.slot].generation == h.generation; }
  bool live(std::uint32_t slot) const { return (items_[slot].generation & 1U) != 0; }
  std::uint32_t slots() const { return static_cast<std::uint32_t>(items_.size()); }
  std::uint32_t in_use() const { return in_use_; }

 private:
  inline static const T kFresh{};

  [[gnu::noinline]] void grow() {
    free_ = slots();
    items_.emplace_back();
  }

  std::vector<T> items_;
  std::uint32_t free_ = kNone;
  std::uint32_t in_use_ = 0;
};

// A first-in-first-out list through the pool's own link_prev/link_next fields.
struct Fifo {
  std::uint32_t head = kNone, tail = kNone;
  std::uint32_t size = 0;
  std::uint32_t reserved = 0;

  bool empty() const { return head == kNone; }
  template <class Pool>
  void push(Pool& pool, std::uint32_t slot) {
    pool[slot].link_prev = tail;
    pool[slot].link_next = kNone;
    if (tail == kNone) {
      head = slot;
    } else {
      pool[tail].link_next = slot;
    }
    tail = slot;
    ++size;
  }
  template <class Pool>
  void remove(Pool& pool, std::uint32_t slot) {
    auto& item = pool[slot];
    (item.link_prev == kNone ? head : pool[item.link_prev].link_next) = item.link_next;
    (item.link_next == kNone ? tail : pool[item.link_next].link_prev) = item.link_prev;
    item.link_prev = item.link_next = kNone;
    --size;
  }
  template <class Pool>
  std::uint32_t pop(Pool& pool) {
    const std::uint32_t slot = head;
    auto& item = pool[slot];
    head = item.link_next;
    (head == kNone ? tail : pool[head].link_prev) = kNone;
    item.link_next = kNone;
    --size;
    return slot;
  }
};

// Deadlines in order of time through timer_prev/timer_next. All waits in one list have the same patience, so
// a new one belongs at the tail, unless the patience was just changed: then it walks back to its place. One
// timer for the whole list stands at the head's deadline or before: an answered call costs no event.
struct DeadlineList {
  std::uint32_t head = kNone, tail = kNone;

  bool empty() const { return head == kNone; }
  template <class Pool>
  void insert(Pool& pool, std::uint32_t slot) {
    auto& item = pool[slot];
    std::uint32_t before = tail;
    while (before != kNone && pool[before].deadline > item.deadline) before = pool[before].timer_prev;
    item.timer_prev = before;
    item.timer_next = before == kNone ? head : pool[before].timer_next;
    (item.timer_next == kNone ? tail : pool[item.timer_next].timer_prev) = slot;
    (before == kNone ? head : pool[before].timer_next) = slot;
  }
  template <class Pool>
  void remove(Pool& pool, std::uint32_t slot) {
    auto& item = pool[slot];
    (item.timer_prev == kNone ? head : pool[item.timer_prev].timer_next) = item.timer_next;
    (item.timer_next == kNone ? tail : pool[item.timer_next].timer_prev) = item.timer_prev;
    item.timer_prev = item.timer_next = kNone;
  }
};

}  // namespace incident::sim
