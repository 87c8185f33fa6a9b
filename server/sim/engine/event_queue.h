// Events still to come, ordered by (time, sequence number): a 4-ary heap in one vector. Four children share a
// cache line or two, and the tree is half as deep as a binary one. Entries are never removed early; an event
// whose handle is stale when it comes up is dropped.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sim/ids.h"

namespace incident::sim {

enum class EventKind : std::uint8_t {
  kArrive,        // a request reaches its instance: task
  kResume,        // a task's delay is over: task
  kReply,         // an answer reaches the caller: call
  kSend,          // a pool granted a connection: call
  kRetry,         // a backoff is over: call
  kUndo,          // a change that lasts has lasted: change
  kActionEffect,  // a player's action comes into effect: action
  kHedge,         // an attempt has taken so long that a second may start: call
  kProcessEnds,   // the kernel or itself ends a process: instance and its epoch
  kCrash,         // a request has ended its process: instance and its epoch
  kLockCheck,     // a wait for a row has lasted: task
  kGoOn,          // a task does again the step that it stands at: task
  kAwaitOver,     // a customer's patience for a message ends: task
};

// Among events of one time the sequence number decides; the bits below it say what the event is.
inline constexpr int kOrderShift = 20;
inline constexpr std::uint64_t kOrderMask = (1ULL << kOrderShift) - 1;

struct Event {
  std::int64_t time;
  std::uint64_t order;
  Handle target;

  EventKind kind() const { return static_cast<EventKind>(order & 0xff); }
  bool before(const Event& o) const { return time != o.time ? time < o.time : order < o.order; }
};

class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  const Event& top() const { return heap_.front(); }
  const std::vector<Event>& raw() const { return heap_; }

  void push(const Event& event) {
    std::size_t hole = heap_.size();
    heap_.push_back(event);
    Event* const heap = heap_.data();
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!event.before(heap[parent])) break;
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = event;
  }

  void pop() {
    const Event last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) return;
    Event* const heap = heap_.data();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * 4 + 1;
      if (first >= size) break;
      const std::size_t end = first + 4 < size ? first + 4 : size;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (heap[child].before(heap[best])) best = child;
      }
      if (!heap[best].before(last)) break;
      heap[hole] = heap[best];
      hole = best;
    }
    heap[hole] = last;
  }

 private:
  std::vector<Event> heap_;
};

}  // namespace incident::sim
