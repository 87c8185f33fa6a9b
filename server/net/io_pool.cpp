#include "net/io_pool.h"

#include <exception>

#include "base/log.h"

namespace incident::net {

struct IoPool::Loop {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<Executor> work{context.get_executor()};
  std::thread thread;

  void run() {
    while (true) {
      try {
        context.run();
        return;
      } catch (const std::exception& e) {
        // A handler that throws ends itself only, not the thread that serves all others.
        log::error("net", "uncaught exception on an I/O thread", {{"what", e.what()}});
      }
    }
  }
};

IoPool::IoPool(unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>());
  for (const auto& loop : loops_) {
    loop->thread = std::thread([raw = loop.get()] { raw->run(); });
  }
}

IoPool::~IoPool() {
  stop();
  join();
}

IoPool::Executor IoPool::next() {
  return at(next_.fetch_add(1, std::memory_order_relaxed) % loops_.size());
}

IoPool::Executor IoPool::at(std::size_t index) {
  return loops_.at(index)->context.get_executor();
}

void IoPool::stop() {
  for (const auto& loop : loops_) loop->context.stop();
}

void IoPool::join() {
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace incident::net
