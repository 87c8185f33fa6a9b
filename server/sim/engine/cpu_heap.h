// The work on an instance's CPU, as a binary heap by the virtual time at which it is done. There are rarely
// more than a few dozen pieces. Moved field by field, like the timers.
#pragma once

#include <cstdint>
#include <vector>

namespace incident::sim {

struct CpuWork {
  std::int64_t finish;
  std::uint32_t task;
  std::uint32_t reserved;
};

class CpuHeap {
 public:
  bool empty() const { return size_ == 0; }
  std::uint32_t size() const { return size_; }
  const CpuWork& top() const { return heap_.front(); }
  const CpuWork& operator[](std::uint32_t i) const { return heap_[i]; }
  void clear() { size_ = 0; }

  void push(std::int64_t finish, std::uint32_t task) {
    if (size_ == heap_.size()) heap_.resize(size_ < 4 ? 8 : size_ * 2);
    std::uint32_t hole = size_++;
    while (hole > 0) {
      const std::uint32_t parent = (hole - 1) / 2;
      if (heap_[parent].finish <= finish) break;
      place(hole, heap_[parent].finish, heap_[parent].task);
      hole = parent;
    }
    place(hole, finish, task);
  }
  void pop() {
    --size_;
    if (size_ > 0) down(0, heap_[size_].finish, heap_[size_].task);
  }
  void remove(std::uint32_t task) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < size_; ++i) {
      if (heap_[i].task != task) heap_[kept++] = heap_[i];
    }
    size_ = kept;
    for (std::uint32_t i = size_ / 2; i-- > 0;) down(i, heap_[i].finish, heap_[i].task);
  }

 private:
  void place(std::uint32_t at, std::int64_t finish, std::uint32_t task) {
    heap_[at].finish = finish;
    heap_[at].task = task;
  }
  void down(std::uint32_t hole, std::int64_t finish, std::uint32_t task) {
    for (std::uint32_t child; (child = hole * 2 + 1) < size_; hole = child) {
      if (child + 1 < size_ && heap_[child + 1].finish < heap_[child].finish) ++child;
      if (heap_[child].finish >= finish) break;
      place(hole, heap_[child].finish, heap_[child].task);
    }
    place(hole, finish, task);
  }

  std::vector<CpuWork> heap_;  // the first size_ of them
  std::uint32_t size_ = 0;
};

}  // namespace incident::sim
